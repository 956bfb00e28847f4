/* Stacks that change at random in every way at once, so that a walk which trusts what the last one
 * saw is caught where that is no longer so: frames of many shapes at the same addresses, jumps out
 * of any number of them, coroutines that stand anywhere, handlers in between, threads. Only the
 * comparison with libgcc knows what is right. MIXED_STEPS in the environment: how many steps each
 * thread takes. */
#include "tests/stacks/hard/hard.h"

#include <alloca.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <ucontext.h>

void *volatile kept;

enum { ROUTINES = 5, STACK = 256 << 10, DEEPEST = 40 };

struct routine {
	ucontext_t context;
	jmp_buf mark[DEEPEST + 1];
	unsigned char marked[DEEPEST + 1];
};

static __thread struct routine *routine; /* 0 is the thread's own stack */
static __thread unsigned now;
static __thread unsigned long random_state;
static __thread long steps_left;
static __thread int may_realign; /* else frames are found from rsp and rbp alone */
static __thread sigjmp_buf *handler_exit;

static unsigned roll(unsigned n)
{
	random_state = random_state * 6364136223846793005UL + 1442695040888963407UL;
	return (unsigned)(random_state >> 33) % n;
}

static void walk(int depth);

static FRAME void plain(int depth)
{
	walk(depth);
	NOT_LAST();
}
static FRAME void variable(int depth)
{
	volatile char *p = alloca(16 + 16 * roll(20));
	p[0] = 1;
	walk(depth);
	NOT_LAST();
}
static FRAME void aligned(int depth)
{
	_Alignas(64) volatile char buf[64];
	buf[0] = 1;
	walk(depth);
	NOT_LAST();
}
static FRAME void aligned_variable(int depth)
{
	_Alignas(128) volatile char buf[64];
	volatile char *p = alloca(16 + 16 * roll(20));
	buf[0] = p[0] = 1;
	walk(depth);
	NOT_LAST();
}
static FRAME long busy(int depth, long a, long b, long c, long d, long e)
{
	long x = a * b, y = c * d;
	walk(depth);
	return x + y * e + a + b + c + d;
}

static __thread int callback_depth;
static FRAME int compare(const void *a, const void *b)
{
	int depth = callback_depth;
	callback_depth = 0;
	if (depth)
		walk(depth);
	return *(const int *)a - *(const int *)b;
}
static FRAME void sorted(int depth)
{
	int numbers[] = {3, 1, 2};
	callback_depth = depth;
	qsort(numbers, 3, sizeof(int), compare);
	NOT_LAST();
}

/* A place that a deeper frame may jump to. */
static FRAME void marked(int depth)
{
	struct routine *r = &routine[now];
	if (!setjmp(r->mark[depth])) {
		r->marked[depth] = 1;
		walk(depth);
	}
	routine[now].marked[depth] = 0;
	NOT_LAST();
}
static void jump(int depth)
{
	struct routine *r = &routine[now];
	int to = depth + 1 + (int)roll(DEEPEST);
	for (; to <= DEEPEST; to++)
		if (r->marked[to]) {
			memset(r->marked, 0, (size_t)to + 1); /* deeper ones have less depth left */
			longjmp(r->mark[to], 1);
		}
}

static void change_routine(void)
{
	may_realign = roll(8) == 0;
	unsigned from = now, to = roll(ROUTINES);
	if (to == from)
		return;
	now = to;
	swapcontext(&routine[from].context, &routine[to].context);
}

static FRAME void allocate(void)
{
	void *p = malloc(1 + roll(400));
	__asm__ volatile("" ::"r"(p) : "memory");
	free(p);
	NOT_LAST();
}

/* From a handler, by return or by a jump. */
static FRAME void on_signal(int sig)
{
	(void)sig;
	allocate();
	if (roll(2))
		siglongjmp(*handler_exit, 1);
}
static FRAME void raises(void)
{
	sigjmp_buf out;
	handler_exit = &out;
	if (!sigsetjmp(out, 1))
		pthread_kill(pthread_self(), SIGUSR1);
	NOT_LAST();
}

/* depth: how many more calls may follow. */
static FRAME void walk(int depth)
{
	for (unsigned turns = 1 + roll(3); turns > 0 && steps_left-- > 0; turns--) {
		/* Not always: much may have changed since the last stack was taken. */
		if (depth == 0 || roll(8) == 0)
			allocate();
		unsigned what = roll(16);
		if (what == 0)
			change_routine();
		else if (what == 1)
			jump(depth);
		else if (what == 2 && roll(8) == 0)
			raises();
		if (depth == 0)
			return;
		switch (may_realign ? roll(8) : 3 + roll(6)) {
		case 8:
			variable(depth - 1);
			break;
		case 0:
		case 1:
			aligned(depth - 1);
			break;
		case 2:
			aligned_variable(depth - 1);
			break;
		case 3:
			busy(depth - 1, depth, 2, 3, 4, 5);
			break;
		case 4:
			sorted(depth - 1);
			break;
		case 5:
			marked(depth - 1);
			break;
		default:
			plain(depth - 1);
		}
	}
}

static void in_routine(void)
{
	for (;;) {
		memset(routine[now].marked, 0, sizeof(routine[now].marked));
		walk(DEEPEST);
		if (steps_left <= 0 && now != 0) {
			unsigned from = now;
			now = 0;
			swapcontext(&routine[from].context, &routine[0].context);
		}
	}
}

static void *run(void *seed)
{
	const char *steps = getenv("MIXED_STEPS");
	char *stacks = malloc(ROUTINES * STACK);

	routine = calloc(ROUTINES, sizeof(*routine));
	random_state = (unsigned long)seed;
	steps_left = steps ? atol(steps) : 60000;
	for (unsigned i = 1; i < ROUTINES; i++) {
		getcontext(&routine[i].context);
		routine[i].context.uc_stack.ss_sp = stacks + i * STACK;
		routine[i].context.uc_stack.ss_size = STACK;
		makecontext(&routine[i].context, in_routine, 0);
	}
	while (steps_left > 0) {
		memset(routine[0].marked, 0, sizeof(routine[0].marked));
		walk(DEEPEST);
	}
	free(routine);
	free(stacks);
	return NULL;
}

int main(void)
{
	pthread_t t;
	struct sigaction a = {.sa_handler = on_signal};

	sigaction(SIGUSR1, &a, NULL);
	pthread_create(&t, NULL, run, (void *)2);
	run((void *)1);
	pthread_join(t, NULL);
	return 0;
}
