/* Constructors in every order: of a library that is initialised before the tracer, of the program's
 * own dependency, of the program. Blocks from before can be grown and released for ever, and
 * descriptors closed. Nothing is left behind in errno or dlerror().
 *
 * @case constructor_order
 */
#include <dlfcn.h>
#include "tests/hostile/hostile.h"

extern char *first_block, *first_grown;
extern int first_fd;

__attribute__((constructor(101))) static void early(void)
{
	free(malloc(40));
	say("early constructor: %s\n", first_block);
}

int main(void)
{
	const char *error = dlerror();
	say("errno %d, dlerror: %s\n", errno, error ? error : "none");
	churn(10);
	say("usable: %zu %zu\n", malloc_usable_size(first_block), malloc_usable_size(first_grown));
	first_grown[2999] = 'x';
	char *p = realloc(first_grown, 100000);
	say("kept: %d, %c\n", p[50], p[2999]);
	first_block = realloc(first_block, 10);
	say("block: %s\n", first_block);
	free(first_block);
	free(p);
	say("descriptor: %d, then %d, next %d\n", first_fd, close(first_fd), next_fd());
	return 0;
}
