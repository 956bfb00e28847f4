#include "tools/launch/scan.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "format/control.h"
#include "tools/launch/process.h"
#include "tools/launch/say.h"

enum { NAP_US = 1000, ANSWER_MS = 10000, LOOK_MS = 1000, MOST_MS = 660000 };

static uint64_t now_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void nap(void)
{
	struct timespec ts = {.tv_nsec = NAP_US * 1000};
	nanosleep(&ts, NULL);
}

/* sigqueue(), which refuses this signal in some C libraries. */
static bool ask(const struct lr_process *p, uint64_t value)
{
	siginfo_t info;
	memset(&info, 0, sizeof(info));
	info.si_signo = LTF_CONTROL_SIGNAL;
	info.si_code = SI_QUEUE;
	info.si_pid = getpid();
	info.si_uid = geteuid();
	info.si_value.sival_ptr = (void *)(uintptr_t)value;
	return syscall(SYS_rt_sigqueueinfo, p->pid, LTF_CONTROL_SIGNAL, &info) == 0;
}

static bool is_recording(const struct lr_process *p)
{
	return p->header->state == LTF_STATE_RUNNING && kill(p->pid, 0) == 0;
}

/* Waits for the answer to a request: LTF_SCAN_NO_ANSWER when there is none. */
static uint32_t answer(struct lr_process *p, uint64_t value)
{
	uint64_t start = now_ms();
	uint32_t before = p->header ? p->header->scan.asked : 0;
	if (!ask(p, value))
		return LTF_SCAN_NO_ANSWER;
	while (now_ms() - start < ANSWER_MS) {
		if (!p->header && !lr_process_find_dump(p)) {
			nap();
			continue;
		}
		if (__atomic_load_n(&p->header->scan.asked, __ATOMIC_ACQUIRE) != before)
			return p->header->scan.answer;
		if (!is_recording(p))
			break;
		nap();
	}
	return LTF_SCAN_NO_ANSWER;
}

/* Asks until a scan has begun. */
static uint32_t begin(struct lr_process *p)
{
	uint64_t start = now_ms();
	uint32_t got;
	do {
		got = answer(p, LTF_CONTROL_SCAN);
		if (got != LTF_SCAN_AGAIN && got != LTF_SCAN_RUNNING)
			return got;
		nap();
	} while (now_ms() - start < MOST_MS);
	return got;
}

/* The copy may end without a word; the process knows of that when it is asked to look. */
static bool wait_for_end(struct lr_process *p, uint32_t scan)
{
	uint64_t start = now_ms(), looked = start;
	while (now_ms() - start < MOST_MS) {
		if ((int32_t)(__atomic_load_n(&p->header->scan.ended, __ATOMIC_ACQUIRE) - scan) >=
			0)
			return true;
		if (now_ms() - looked > LOOK_MS && is_recording(p)) {
			ask(p, LTF_CONTROL_LOOK);
			looked = now_ms();
		}
		nap();
	}
	return false;
}

static void print(const struct lr_process *p)
{
	static const char *const names[] = {"reachable", "possible", "indirect", "definite"};
	const volatile struct ltf_scan_state *s = &p->header->scan;
	printf("%-10s %12s %15s\n", "", "blocks", "bytes");
	for (int i = 3; i >= 0; i--)
		printf("%-10s %12" PRIu64 " %15" PRIu64 "\n", names[i], s->blocks[i], s->bytes[i]);
	printf("the threads stood still for %.1f ms; the copy took %.1f ms, %.1f ms of the "
	       "processor\n",
		(double)s->pause_ns / 1e6, (double)s->wall_ns / 1e6, (double)s->cpu_ns / 1e6);
	if (s->unknown)
		printf("threads whose registers are not known: %u of %u; so nothing is certainly "
		       "lost\n",
			s->unknown, s->threads);
	printf("scan %u is in %s\n", s->begun, p->dump);
}

static const char *reason(uint32_t got)
{
	switch (got) {
	case LTF_SCAN_AGAIN:
		return "the process is never at a place where it can be scanned; try again";
	case LTF_SCAN_RUNNING:
		return "the scan before does not end; try again later";
	case LTF_SCAN_OFF:
		return "the process does not keep its live blocks; start it with "
		       "LEAKTRACE_SCAN=exit";
	case LTF_SCAN_SEALED:
		return "the process has forbidden itself system calls (seccomp)";
	case LTF_SCAN_NO_COPY:
		return "the process cannot be copied: no memory, no room, or too many processes";
	default:
		return "the process does not answer; it has ended, is stopped, or blocks signal 32";
	}
}

static int scan(struct lr_process *p)
{
	uint32_t got = begin(p);
	if (got == LTF_SCAN_FOREIGN) {
		lr_say("process %d is another user's", (int)p->pid);
		return LR_EXIT_CANNOT_EXECUTE;
	}
	if (got != LTF_SCAN_BEGUN) {
		lr_say("no scan of %d: %s", (int)p->pid, reason(got));
		return LR_EXIT_ERROR;
	}
	uint32_t failed = p->header->scan.failed;
	if (!wait_for_end(p, p->header->scan.begun) || p->header->scan.failed != failed) {
		lr_say("the scan of %d did not come to its end", (int)p->pid);
		return LR_EXIT_ERROR;
	}
	print(p);
	return 0;
}

static pid_t pid_of(int argc, char **argv)
{
	char *end;
	if (argc != 2)
		return 0;
	errno = 0;
	long pid = strtol(argv[1], &end, 10);
	return errno || *end || end == argv[1] || pid <= 0 || pid > INT32_MAX ? 0 : (pid_t)pid;
}

int lr_scan_main(int argc, char **argv)
{
	struct lr_process p;
	pid_t pid = pid_of(argc, argv);
	if (!pid) {
		lr_say("give one process: leaktrace scan PID");
		return LR_EXIT_ERROR;
	}
	if (!lr_process_look(&p, pid)) {
		lr_say("there is no process %d", (int)pid);
		return LR_EXIT_NOT_FOUND;
	}
	if (geteuid() != 0 && p.uid != geteuid()) {
		lr_say("process %d is another user's (%u); ask as that user or as root", (int)pid,
			(unsigned)p.uid);
		return LR_EXIT_CANNOT_EXECUTE;
	}
	lr_process_find_dump(&p);
	if (!p.preloaded) {
		lr_say("process %d is not traced; start it with leaktrace", (int)pid);
		return LR_EXIT_NOT_FOUND;
	}
	if (!p.handles || (p.header && p.header->state != LTF_STATE_RUNNING)) {
		lr_say("process %d cannot be asked: its tracing has stopped, or keeps no live "
		       "blocks",
			(int)pid);
		return LR_EXIT_ERROR;
	}
	return scan(&p);
}
