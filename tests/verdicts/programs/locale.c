/* A locale object that is freed, one that is a thread's, and the C library's own.
 * truth: none */
#include "../verdicts.h"

#include <locale.h>

int main(void)
{
	locale_t c = newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0);
	locale_t other = newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0);
	setlocale(LC_ALL, "C.UTF-8");
	if (c)
		freelocale(c);
	if (other)
		uselocale(other);
	clear();
	return 0;
}
