/* Ten thousand threads that come and go, each with a name and blocks of its own: each has a number
 * of its own in the dump, and the tracer's memory does not grow with them. And a thousand at once,
 * which all need what there is less of.
 *
 * @case threads_10000
 * @check equal threads "$(field summary threads)" 10001
 * @case threads_at_once
 * @run t "$prog" at_once
 * @check equal threads "$(field summary threads)" 1001
 * @case threads_detached
 * @run t "$prog" detached 504
 * @check equal threads "$(field summary threads)" 505
 */
#include <pthread.h>
#include <sys/prctl.h>
#include "tests/hostile/hostile.h"

enum { AT_ONCE = 8 };
static int running;

static void *work(void *number)
{
	char name[16];
	snprintf(name, sizeof(name), "worker %ld", (long)number);
	prctl(PR_SET_NAME, name);
	counted_free(counted_malloc(32));
	__atomic_sub_fetch(&running, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

static void batch(long from, bool detached)
{
	pthread_t thread[AT_ONCE];
	pthread_attr_t attr;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 << 10);
	if (detached)
		pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	running = AT_ONCE;
	for (int i = 0; i < AT_ONCE; i++)
		must(pthread_create(&thread[i], &attr, work, (void *)(from + i)) == 0, "thread");
	for (int i = 0; i < AT_ONCE && !detached; i++)
		pthread_join(thread[i], NULL);
	while (__atomic_load_n(&running, __ATOMIC_SEQ_CST))
		pause_ms(1);
	pthread_attr_destroy(&attr);
}

static pthread_barrier_t all_here;

static void *work_long(void *unused)
{
	pthread_barrier_wait(&all_here);
	churn(600);
	return unused;
}

static int at_once(void)
{
	static pthread_t thread[1000];
	pthread_attr_t attr;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 << 10);
	pthread_barrier_init(&all_here, NULL, 1000);
	for (int i = 0; i < 1000; i++)
		must(pthread_create(&thread[i], &attr, work_long, NULL) == 0, "thread");
	for (int i = 0; i < 1000; i++)
		pthread_join(thread[i], NULL);
	return 0;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	if (IS("at_once"))
		return at_once();
	long total = argc > 2 ? atol(argv[2]) : 10000, start = 0;
	churn(1);
	for (long i = 0; i < total; i += AT_ONCE) {
		if (i == 2000)
			start = resident();
		batch(i, argc > 1);
	}
	if (argc > 1)
		pause_ms(50);
	else
		say("memory grew by less than 6 MiB: %d\n", resident() - start < 1536);
	return 0;
}
