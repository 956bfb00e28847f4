/* What a program tells of itself by leaktrace.h, and is told: beside a count of its own of each
 * call that it makes. Also compiled as C++ (told_cxx.cc). Prints what it has counted, without
 * stdio. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "leaktrace.h"

enum { WORKERS = 4, OPS = 20000, HELD = 64 };

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	char line[200];
	va_list ap;
	va_start(ap, format);
	int n = vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	if (write(1, line, (size_t)n) != n)
		_exit(9);
}

static void must(int ok, const char *what)
{
	if (ok)
		return;
	say("wrong: %s\n", what);
	_exit(1);
}

/* The program's own count. */
struct tally {
	uint64_t allocations, frees, bytes;
};
static __thread struct tally mine;
static int refused = 1; /* reallocs that fail are tried, too */

static void *get(size_t n)
{
	mine.allocations++;
	mine.bytes += n;
	return malloc(n);
}

static void *get_zeroed(size_t n)
{
	mine.allocations++;
	mine.bytes += n * 3;
	return calloc(n, 3);
}

static void *get_aligned(size_t n)
{
	void *p = NULL;
	mine.allocations++;
	mine.bytes += n;
	return posix_memalign(&p, 64, n) ? NULL : p;
}

static void give(void *p)
{
	mine.frees += p != NULL;
	free(p);
}

static void *change(void *p, size_t n)
{
	mine.frees += p != NULL;
	mine.allocations++;
	mine.bytes += n;
	return realloc(p, n);
}

/* One that the C library refuses. */
static void fail_to_change(void *p)
{
	volatile size_t huge = SIZE_MAX / 2;
	must(realloc(p, huge) == NULL, "a realloc of half of all memory");
}

static uint64_t next(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

static void churn(uint64_t seed, int ops)
{
	void *held[HELD] = {NULL};
	while (ops-- > 0) {
		void **p = &held[next(&seed) % HELD];
		size_t n = next(&seed) % 900 + 1;
		switch (*p ? 3 + next(&seed) % 3 : next(&seed) % 3) {
		case 0:
			*p = get(n);
			break;
		case 1:
			*p = get_zeroed(n);
			break;
		case 2:
			*p = get_aligned(n);
			break;
		case 3:
			*p = change(*p, n);
			break;
		case 4:
			if (refused)
				fail_to_change(*p);
			break;
		default:
			give(*p);
			*p = NULL;
		}
	}
	for (int i = 0; i < HELD; i++)
		give(held[i]);
}

static void agree(const struct leaktrace_counts *before, const struct tally *own, const char *what)
{
	struct leaktrace_counts now;
	leaktrace_stats(&now);
	if (!leaktrace_is_traced()) {
		must(now.recorded == 0 && now.allocations == 0 && now.process_blocks == 0,
			"all is 0 without the tracer");
		return;
	}
	say("%s: %d allocations, %d frees\n", what, (int)own->allocations, (int)own->frees);
	must(now.size == sizeof(now), "size");
	must(now.allocations - before->allocations == own->allocations, "allocations");
	must(now.frees - before->frees == own->frees, "frees");
	must(now.bytes - before->bytes == own->bytes, "bytes");
}

static pthread_barrier_t gate;
static struct tally all;

static void *work(void *seed)
{
	struct leaktrace_counts zero = {0};
	pthread_barrier_wait(&gate);
	churn((uint64_t)(uintptr_t)seed, OPS);
	agree(&zero, &mine, "a worker");
	__atomic_fetch_add(&all.allocations, mine.allocations, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&all.frees, mine.frees, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&all.bytes, mine.bytes, __ATOMIC_SEQ_CST);
	pthread_barrier_wait(&gate);
	return NULL;
}

/* Threads one after the other and at once: what they have counted stays when they have ended. */
static void counts_of_threads(void)
{
	struct leaktrace_counts before, now, later;
	pthread_t t[WORKERS];
	memset(&all, 0, sizeof(all));
	pthread_barrier_init(&gate, NULL, WORKERS + 1);
	for (uintptr_t i = 0; i < WORKERS; i++)
		pthread_create(&t[i], NULL, work, (void *)(i + 7));
	leaktrace_stats(&before);
	pthread_barrier_wait(&gate);
	pthread_barrier_wait(&gate);
	leaktrace_stats(&now);
	if (now.recorded) {
		must(now.process_allocations - before.process_allocations == all.allocations,
			"allocations of all threads");
		must(now.process_frees - before.process_frees == all.frees, "frees of all");
		must(now.process_bytes - before.process_bytes == all.bytes, "bytes of all");
		must(now.process_blocks == before.process_blocks, "blocks of all");
	}
	for (int i = 0; i < WORKERS; i++)
		pthread_join(t[i], NULL);
	leaktrace_stats(&later);
	must(later.process_allocations == now.process_allocations, "those that have ended");
}

static void counts(void)
{
	struct leaktrace_counts before, now;
	leaktrace_stats(&before);
	churn(1, OPS);
	agree(&before, &mine, "main");
	counts_of_threads();
	counts_of_threads();
	if (fork() == 0) {
		struct leaktrace_counts zero = {0};
		leaktrace_stats(&now);
		must(now.process_allocations == 0 && now.process_bytes == 0,
			"a child begins with 0");
		memset(&mine, 0, sizeof(mine));
		churn(2, 100);
		agree(&zero, &mine, "a child");
		_exit(0);
	}
	int status;
	wait(&status);
	must(status == 0, "the child");
	leaktrace_pause();
	must(!leaktrace_is_traced(), "paused");
	leaktrace_stats(&before);
	free(malloc(100));
	leaktrace_stats(&now);
	must(now.allocations == before.allocations, "nothing counts in a pause");
	leaktrace_resume();
	/* A struct of an older header, and of a newer one. */
	struct {
		struct leaktrace_counts c;
		uint64_t behind;
	} newer;
	memset(&newer, 0x55, sizeof(newer));
	leaktrace_stats(&newer.c);
	must(newer.behind == 0x5555555555555555, "no more than there is room for");
}

/* All that the process has done, for who counts from outside. */
static void whole(void)
{
	struct leaktrace_counts now;
	refused = 0; /* Valgrind counts them */
	churn(3, OPS);
	leaktrace_stats(&now);
	say("%llu allocs, %llu frees, %llu bytes\n", (unsigned long long)now.process_allocations,
		(unsigned long long)now.process_frees, (unsigned long long)now.process_bytes);
}

/* A region's own count. */
static void begin(const char *name)
{
	char copy[300];
	memset(&mine, 0, sizeof(mine));
	snprintf(copy, sizeof(copy), "%s", name ? name : "");
	leaktrace_region_begin(copy);
	memset(copy, 'x', sizeof(copy) - 1);
}

static void end(const char *name, const char *shown)
{
	leaktrace_region_end(name);
	say("%s %d %d\n", shown, (int)mine.allocations, (int)mine.bytes);
}

static void *region_of_thread(void *unused)
{
	(void)unused;
	leaktrace_thread_name("the worker of regions");
	begin("thread");
	churn(5, 300);
	end(NULL, "thread");
	return NULL;
}

static jmp_buf back;

static void regions(void)
{
	pthread_t t;
	char longest[300];
	begin("first");
	churn(4, 200);
	leaktrace_mark("halfway");
	churn(5, 200);
	end("first", "first");
	pthread_create(&t, NULL, region_of_thread, NULL);
	pthread_join(t, NULL);
	begin("empty");
	end("empty", "empty");
	/* An end that is jumped over: the outer one ends both. */
	begin("jumped");
	if (setjmp(back) == 0) {
		leaktrace_region_begin("within");
		give(get(10));
		longjmp(back, 1);
	}
	end("jumped", "jumped");
	leaktrace_region_end("never begun");
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = 0;
	begin(longest);
	give(get(11));
	end(longest, "a");
	begin(NULL);
	give(get(12));
	end("", "(unnamed)");
	/* A pause and a scan within. */
	begin("paused");
	leaktrace_pause();
	leaktrace_region_begin("in the pause");
	free(malloc(100));
	leaktrace_resume();
	leaktrace_region_end("in the pause");
	leaktrace_scan();
	give(get(13));
	end("paused", "paused");
}

static void in_child(void)
{
	leaktrace_thread_name("forks");
	leaktrace_region_begin("outer");
	leaktrace_region_begin("inner");
	if (fork() == 0) {
		leaktrace_region_end("inner");
		leaktrace_region_begin("of the child");
		_exit(0);
	}
	wait(NULL);
}

/* What fails is told, and ends the program, unless there is a hook. */
static void report(const char *text, const char *file, int line)
{
	say("hook: %s in %s%s\n", text, strrchr(file, '/') ? strrchr(file, '/') + 1 : file,
		line > 0 ? "" : "?");
}

static void leave_by_return(void)
{
	LEAKTRACE_ASSERT_NO_ALLOCATIONS
	{
		free(malloc(1));
		return;
	}
}

static void assertions(void)
{
	struct leaktrace_counts before;
	void *kept = NULL;
	leaktrace_assert_hook = report;
	leaktrace_stats(&before);
	LEAKTRACE_ASSERT_NO_ALLOCATIONS
	{
		LEAKTRACE_ASSERT_ALLOCATIONS_AT_MOST(2)
		{
			kept = malloc(5);
			kept = realloc(kept, 10000);
		}
	}
	leave_by_return();
	for (int i = 0; i < 2; i++)
		LEAKTRACE_ASSERT_ALLOCATIONS_AT_MOST(1)
		{
			if (i == 0)
				break;
			kept = realloc(kept, 20);
			kept = realloc(kept, 20000);
			continue;
		}
	leaktrace_assert_allocations_at_most(before, 5);
	leaktrace_assert_allocations_at_most(before, 4);
	leaktrace_assert_bytes_at_most(before, 30026);
	leaktrace_assert_bytes_at_most(before, 30025);
	leaktrace_assert_unfreed_at_most(before, 1);
	leaktrace_assert_unfreed_at_most(before, 0);
	free(kept);
	leaktrace_assert_unfreed_at_most(before, 0);
	leaktrace_assert_hook = NULL;
	leaktrace_assert_bytes_at_most(before, 3);
	say("went on\n");
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} modes[] = {{"counts", counts}, {"whole", whole}, {"regions", regions}, {"fork", in_child},
		{"assert", assertions}};
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		if (argc > 1 && strcmp(argv[1], modes[i].name) == 0) {
			modes[i].run();
			return 0;
		}
	return 2;
}
