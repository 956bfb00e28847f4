/* A handler of exit's ends the process by _exit: what it holds is alive, as what main holds is.
 * truth: reachable 2 blocks 77 bytes */
#include "../verdicts.h"

static void *volatile *mains;

static void handler(void)
{
	void *volatile kept[100];
	for (int i = 0; i < 100; i++)
		kept[i] = NULL;
	kept[50] = made(33);
	escape((void *)kept);
	_exit(mains[50] == NULL);
}

int main(void)
{
	void *volatile kept[100];
	for (int i = 0; i < 100; i++)
		kept[i] = NULL;
	kept[50] = made(44);
	mains = kept;
	if (atexit(handler))
		abort();
	escape((void *)kept);
	exit(2);
}
