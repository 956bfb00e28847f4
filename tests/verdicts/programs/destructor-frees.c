/* What is freed at the end, by atexit and by a destructor, was no leak.
 * truth: none */
#include "../verdicts.h"

static void *kept[2];

static void last(void)
{
	free(kept[0]);
}

__attribute__((destructor)) static void very_last(void)
{
	free(kept[1]);
}

int main(void)
{
	kept[0] = made(10);
	kept[1] = made(20);
	escape(kept);
	atexit(last);
	clear();
	return 0;
}
