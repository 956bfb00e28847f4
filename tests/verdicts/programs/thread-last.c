/* main leaves by pthread_exit, and the last thread ends the process: main's variables are dead.
 * truth: definite 1 block 44 bytes */
#include "../verdicts.h"

static void *ends(void *main_thread)
{
	pthread_join((pthread_t)main_thread, NULL);
	return NULL;
}

int main(void)
{
	pthread_t thread;
	void *volatile kept[100];
	for (int i = 0; i < 100; i++)
		kept[i] = NULL;
	kept[50] = made(44);
	if (pthread_create(&thread, NULL, ends, (void *)pthread_self()))
		abort();
	escape((void *)kept);
	pthread_exit(NULL);
}
