/* A library is unloaded and another comes to its place: the same addresses are other functions now.
 * Built three times: as FIRST and as SECOND, which differ in names and frame sizes only (both too
 * large for a short instruction, so that all addresses are the same), and as the program that opens
 * them in turn: alone, where what came next the last time is expected again, and then with a second
 * thread. The first thread's own stacks change while it opens them; the second thread has
 * taken no stack since it called the other library, from the same place. */
#include "tests/stacks/hard/hard.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(FIRST) || defined(SECOND)
static void *volatile kept_here;
#define kept kept_here
#ifdef FIRST
#define NAME in_first
enum { SIZE = 78001, ROOM = 400 };
#else
#define NAME in_second
enum { SIZE = 78002, ROOM = 1000 };
#endif

// stack 78001: in_first call main
// stack 78002: in_second call main
// stack 78003: in_first call second_thread @start_thread @clone3 |
// stack 78004: in_second call second_thread @start_thread @clone3 |
static FRAME void NAME(int thread)
{
	volatile char room[ROOM];
	room[0] = 1;
	ALLOCATE((size_t)(SIZE + 2 * thread));
	room[1] = room[0];
}

void call(int thread);
FRAME void call(int thread)
{
	NAME(thread);
	NOT_LAST();
}

#else
void *volatile kept;
enum { TIMES = 10 };
static pthread_barrier_t both;
static void (*volatile call)(int);

static FRAME void *second_thread(void *arg)
{
	for (int i = 0; i < TIMES; i++) {
		pthread_barrier_wait(&both);
		call(1);
		pthread_barrier_wait(&both);
	}
	NOT_LAST();
	return arg;
}

static void *last;
static int same;

static void *open_one(int i)
{
	void *h = dlopen(i % 2 ? "./libsecond.so" : "./libfirst.so", RTLD_NOW);
	call = h ? (void (*)(int))dlsym(h, "call") : NULL;
	if (!call) {
		puts(dlerror());
		exit(1);
	}
	same += (void *)call == last;
	last = (void *)call;
	return h;
}

/* One call site for both. */
int main(int argc, char **argv)
{
	pthread_t t;
	(void)argc, (void)argv;
	pthread_barrier_init(&both, NULL, 2);
	for (int i = 0; i < 2 * TIMES; i++) {
		void *h = open_one(i);
		if (i == TIMES)
			pthread_create(&t, NULL, second_thread, NULL);
		call(0);
		if (i >= TIMES) {
			pthread_barrier_wait(&both);
			pthread_barrier_wait(&both);
		}
		dlclose(h);
	}
	pthread_join(t, NULL);
	if (!same) {
		puts("the two never stood at the same place");
		return 1;
	}
	return 0;
}
#endif
