/* After the filter, or strict mode, any system call but those named ends the program; it goes on
 * allocating. What the ring cannot hold any more is counted.
 *
 * @case seccomp_prctl
 * @run t "$prog" prctl 50
 * @case seccomp_syscall
 * @run t "$prog" syscall 50
 * @case seccomp_strict
 * @run t "$prog" strict 50
 * @case seccomp_full_ring
 * @run t "$prog" prctl 200000
 * @counts lossy
 * @may dropped_events|frees_of_unknown|events_without_stack|overlaps|dropped_records
 * @case seccomp_threads
 * @run t "$prog" threads 200
 * @counts lossy
 * @may dropped_events|frees_of_unknown|events_without_stack|overlaps|dropped_records|nested_calls
 */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/prctl.h>
#include "tests/hostile/hostile.h"

static const int allowed[] = {SYS_read, SYS_write, SYS_exit_group, SYS_exit, SYS_brk, SYS_mmap,
	SYS_munmap, SYS_mremap, SYS_mprotect, SYS_madvise, SYS_futex, SYS_rt_sigreturn,
	SYS_clock_gettime};
enum { ALLOWED = sizeof(allowed) / sizeof(allowed[0]) };
static pthread_barrier_t barrier;

static void restrict_calls(bool by_syscall)
{
	struct sock_filter code[2 * ALLOWED + 2];
	unsigned n = 0;
	code[n++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (int i = 0; i < ALLOWED; i++) {
		code[n++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (unsigned)allowed[i], 0, 1);
		code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	struct sock_fprog program = {(unsigned short)n, code};
	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no new privileges");
	if (by_syscall)
		must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC,
			     &program) == 0,
			"seccomp");
	else
		must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0, "prctl");
}

static void *work(void *rounds)
{
	churn(2);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	churn(*(int *)rounds);
	return NULL;
}

/* Its first event comes when no system call may be made any more. */
static void *late(void *unused)
{
	(void)unused;
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	churn(10);
	return NULL;
}

int main(int argc, char **argv)
{
	const char *how = argc > 2 ? argv[1] : "";
	int rounds = argc > 2 ? atoi(argv[2]) : 0;
	pthread_t thread[3];
	churn(20);
	if (IS("threads")) {
		pthread_barrier_init(&barrier, NULL, 4);
		for (int i = 0; i < 3; i++)
			pthread_create(&thread[i], NULL, i < 2 ? work : late, &rounds);
		pthread_barrier_wait(&barrier);
		restrict_calls(true);
		pthread_barrier_wait(&barrier);
		churn(rounds);
		for (int i = 0; i < 3; i++)
			pthread_join(thread[i], NULL);
	}
	if (IS("prctl") || IS("syscall"))
		restrict_calls(IS("syscall"));
	if (IS("strict"))
		must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0, "strict");
	if (IS("strict")) { /* the allocator must find all it needs in its heap */
		churn(rounds);
		say("done\n");
		syscall(SYS_exit, 3);
	}
	churn(rounds);
	say("done\n");
	exit(4);
}
