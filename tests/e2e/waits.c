/* Threads that wait or work while scans are asked for. What there is at any moment: 77 bytes that
 * are lost; all else is reachable, some of it by a register alone.
 *
 *   waits idle      a thread for each call that a signal could cut short, each with a block of 100
 *                   bytes in rbx alone; prints "NAME ms" for those with a timeout of 2000 ms, and
 *                   "EINTR NAME" where a call has ended early
 *   waits busy      threads that allocate, move and release blocks that lead to each other, for
 *                   3000 ms; prints "whole" when nothing was broken
 *   waits cancel    threads that are cancelled, before and after a scan; prints "cancelled"
 *   waits masked    a thread that no signal reaches
 *   waits call      calls leaktrace_scan() three times
 *   waits many      keeps 100000 blocks, and ends
 *   waits signals   what the program sees of the signals that end it, then waits for one
 *   waits deny ...  executes the rest without ptrace and process_vm_readv (seccomp) */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "leaktrace.h"

enum { MS = 2000, HELD = 100, LOST = 77, THREADS = 4, BUSY_MS = 3000 };

static const struct timespec two = {.tv_sec = MS / 1000};
static int semaphores;

static long now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void wait_ms(long ms)
{
	for (long start = now_ms(); now_ms() - start < ms;)
		nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
}

/* The call's result, while only rbx holds the block. */
#define HOLDING(call)                                                                              \
	({                                                                                         \
		register void *held_ __asm__("rbx") = malloc(HELD);                                \
		__asm__ volatile("" : "+r"(held_));                                                \
		long r_ = (long)(call);                                                            \
		__asm__ volatile("" : "+r"(held_));                                                \
		free(held_);                                                                       \
		r_;                                                                                \
	})

#define WAITS(name, timed, ...)                                                                    \
	static void *name(void *unused)                                                            \
	{                                                                                          \
		long start = now_ms();                                                             \
		errno = 0;                                                                         \
		long r = HOLDING(__VA_ARGS__);                                                     \
		if (r == EINTR || (r < 0 && errno == EINTR))                                       \
			printf("EINTR %s\n", #name);                                               \
		if (timed)                                                                         \
			printf("%s %ld\n", #name, now_ms() - start);                               \
		return unused;                                                                     \
	}

static struct epoll_event event;
static sigset_t usr2, none;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;

static int wait_cond(void)
{
	pthread_mutex_lock(&mutex);
	return pthread_cond_wait(&never, &mutex);
}

static ssize_t wait_read(void)
{
	int ends[2];
	char c;
	return pipe(ends) == 0 ? read(ends[0], &c, 1) : 0;
}

WAITS(epoll_forever, 0, epoll_wait(epoll_create1(0), &event, 1, -1))
WAITS(epoll, 1, epoll_wait(epoll_create1(0), &event, 1, MS))
WAITS(epoll_p, 1, epoll_pwait(epoll_create1(0), &event, 1, MS, NULL))
WAITS(poll_ms, 1, poll(NULL, 0, MS))
WAITS(ppoll_time, 1, ppoll(NULL, 0, &two, NULL))
WAITS(select_time, 1, select(0, NULL, NULL, NULL, &(struct timeval){.tv_sec = MS / 1000}))
WAITS(pselect_time, 1, pselect(0, NULL, NULL, NULL, &two, NULL))
WAITS(nano, 1, nanosleep(&two, NULL))
WAITS(clock_nano, 1, clock_nanosleep(CLOCK_MONOTONIC, 0, &two, NULL))
WAITS(micro, 1, usleep(MS * 1000))
WAITS(seconds, 1, sleep(MS / 1000))
WAITS(sigtimed, 1, sigtimedwait(&usr2, NULL, &two))
WAITS(by_number, 1, syscall(SYS_poll, NULL, 0, MS))
WAITS(sigwait_, 0, sigwaitinfo(&usr2, NULL))
WAITS(suspend, 0, sigsuspend(&none))
WAITS(pause_, 0, pause())
WAITS(semop_, 0, semop(semaphores, &(struct sembuf){.sem_op = -1}, 1))
WAITS(sem_timed, 1, (semtimedop(semaphores, &(struct sembuf){.sem_op = -1}, 1, &two), 0))
WAITS(cond, 0, wait_cond())
WAITS(read_, 0, wait_read())

static void run(void *(*const *f)(void *), size_t n)
{
	pthread_t t;
	for (size_t i = 0; i < n; i++)
		pthread_create(&t, NULL, f[i], NULL);
}

static int idle(void)
{
	static void *(*const all[])(void *) = {epoll_forever, epoll, epoll_p, poll_ms, ppoll_time,
		select_time, pselect_time, nano, clock_nano, micro, seconds, sigtimed, by_number,
		sigwait_, suspend, pause_, semop_, sem_timed, cond, read_};
	semaphores = semget(IPC_PRIVATE, 1, 0600);
	run(all, sizeof(all) / sizeof(all[0]));
	wait_ms(MS + 800);
	fflush(stdout);
	semctl(semaphores, 0, IPC_RMID);
	_exit(0);
}

struct node {
	struct node *next;
	size_t len;
	unsigned char bytes[];
};

/* A chain whose nodes are moved all the time. */
static void *work(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)arg;
	struct node *head = NULL;
	long broken = 0;
	for (long start = now_ms(); now_ms() - start < BUSY_MS;) {
		struct node **at = &head;
		for (int i = rand_r(&seed) % 20; i && *at; i--)
			at = &(*at)->next;
		size_t len = (size_t)rand_r(&seed) % 3000;
		struct node *old = *at, *moved;
		if (old && rand_r(&seed) % 4 == 0) {
			*at = old->next;
			broken += old->len && old->bytes[old->len - 1] != (old->len & 0xff);
			free(old);
			continue;
		}
		if (!old) {
			old = malloc(sizeof(*old));
			*old = (struct node){0};
		}
		*at = moved = realloc(old, sizeof(*moved) + len);
		moved->len = len;
		if (len)
			moved->bytes[len - 1] = (unsigned char)(len & 0xff);
	}
	while (head) {
		struct node *next = head->next;
		free(head);
		head = next;
	}
	return (void *)broken;
}

static int busy(void)
{
	pthread_t t[THREADS];
	long broken = 0;
	void *result;
	for (uintptr_t i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, work, (void *)(i + 1));
	for (int i = 0; i < THREADS; i++) {
		pthread_join(t[i], &result);
		broken += (long)result;
	}
	puts(broken ? "broken" : "whole");
	return 0;
}

static void *only_pause(void *unused)
{
	pause();
	return unused;
}

static void *only_epoll(void *unused)
{
	epoll_wait(epoll_create1(0), &event, 1, 60000);
	return unused;
}

static int cancel(void)
{
	static void *(*const plain[])(void *) = {only_pause, only_epoll};
	pthread_t t;
	void *result = NULL;
	int good = 0;
	for (int i = 0; i < 4; i++) {
		pthread_create(&t, NULL, plain[i % 2], NULL);
		wait_ms(400);
		pthread_cancel(t);
		pthread_join(t, &result);
		good += result == PTHREAD_CANCELED;
	}
	puts(good == 4 ? "cancelled" : "not cancelled");
	return 0;
}

static void *masked_thread(void *unused)
{
	uint64_t all = ~UINT64_C(0);
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all, NULL, sizeof(all));
	pause();
	return unused;
}

static int masked(void)
{
	pthread_t t;
	pthread_create(&t, NULL, masked_thread, NULL);
	wait_ms(2000);
	_exit(0);
}

static int call(void)
{
	for (int i = 0; i < 3; i++) {
		leaktrace_scan();
		wait_ms(300);
	}
	return 0;
}

static int signals(void)
{
	struct sigaction a;
	memset(&a, 1, sizeof(a));
	sigaction(SIGTERM, NULL, &a);
	bool hidden = a.sa_handler == SIG_DFL && a.sa_flags == 0;
	hidden &= signal(SIGTERM, SIG_DFL) == SIG_DFL && signal(SIGINT, SIG_IGN) == SIG_DFL;
	hidden &= signal(SIGINT, SIG_DFL) == SIG_IGN && system("exit 0") == 0;
	puts(hidden ? "hidden" : "seen");
	fflush(stdout);
	for (;;)
		pause();
	return 0;
}

static int deny(char **argv)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_process_vm_readv, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
	struct sock_fprog filter = {sizeof(code) / sizeof(code[0]), code};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, 2, &filter))
		return 77;
	execvp(argv[0], argv);
	return 127;
}

__attribute__((noinline)) static void lose(void)
{
	void *volatile lost = malloc(LOST);
	(void)lost;
}

/* Over what lose() has left behind. */
__attribute__((noinline)) static void wipe(void)
{
	volatile char room[4096];
	for (size_t i = 0; i < sizeof(room); i++)
		room[i] = 0;
}

static int many(void)
{
	static void *kept[100000];
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		kept[i] = malloc(HELD);
	return kept[0] == NULL;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(void);
	} modes[] = {{"idle", idle}, {"busy", busy}, {"cancel", cancel}, {"masked", masked},
		{"call", call}, {"many", many}, {"signals", signals}};
	if (argc > 2 && strcmp(argv[1], "deny") == 0)
		return deny(argv + 2);
	sigemptyset(&usr2);
	sigaddset(&usr2, SIGUSR2);
	sigprocmask(SIG_BLOCK, &usr2, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	lose();
	wipe();
	for (size_t i = 0; argc > 1 && i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(argv[1], modes[i].name) == 0)
			return modes[i].run();
	return 2;
}
