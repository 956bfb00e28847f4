/* A library that is opened while the program runs (life.c): its constructor's stack is named there.
 */
#include "tests/stacks/hard/hard.h"

static void *volatile kept_here;
#define kept kept_here

__attribute__((constructor)) static FRAME void opened_made(void)
{
	ALLOCATE(75008);
}
