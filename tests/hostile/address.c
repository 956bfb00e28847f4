/* A program at a fixed address that takes the addresses of malloc and its kin: they are entries in
 * the program itself, in front of ours in the search order, that only lead to ours.
 *
 * @case address_of_malloc
 */
#include "tests/hostile/hostile.h"

void *(*volatile get)(size_t) = malloc;
void *(*volatile again)(void *, size_t) = realloc;
void (*volatile give_back)(void *) = free;

int main(void)
{
	must(get == malloc && again == realloc && give_back == free, "one address for a function");
	give_back(again(get(10), 100));
	churn(10);
	return 0;
}
