/* Pointers that only the kernel holds. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/config.h"
#include "lib/kept.h"
#include "lib/onstack.h"
#include "lib/queued.h"

int lt_pid;
_Atomic bool lt_sealed;
struct lt_config lt_config;

enum { MOST = 4096 };
static struct lt_scan_word word[MOST];
static char text[1 << 16];

static uint32_t count(uint32_t kind, uint64_t value)
{
	uint32_t n = lt_kept_read(word, MOST, text, sizeof(text)), found = 0;
	for (uint32_t i = 0; i < n; i++) {
		assert_int_equal(word[i].kind, LT_SCAN_KERNEL);
		found += word[i].id == kind && (!value || word[i].value == value);
	}
	return found;
}

static void lines_are_read(void **state)
{
	static const char info[] =
		"pos:\t0\nflags:\t02\nmnt_id:\t15\n"
		"tfd:        5 events:       19 data:     7f00000010  pos:0 ino:2f\n"
		"tfd:       16 events: 80000019 data:               10\n"
		"tfd:       17 events: x\n"
		"tfd:       18 events:       19 data:               1";
	uint32_t n = 0;
	(void)state;
	assert_int_equal(lt_kept_parse(info, sizeof(info) - 1, word, &n, MOST),
		strrchr(info, '\n') + 1 - info);
	assert_int_equal(n, 2);
	assert_int_equal(word[0].value, 0x7f00000010);
	assert_int_equal(word[1].value, 0x10);
	n = 0;
	lt_kept_parse(info, sizeof(info) - 1, word, &n, 1);
	assert_int_equal(n, 1);
}

static void numbers_are_kept(void **state)
{
	(void)state;
	for (uint32_t i = 1; i <= 2000; i++)
		lt_kept_set(LT_KEPT_TIMER, i, i * 16);
	assert_int_equal(count(LT_KEPT_TIMER, 0), 2000);
	lt_kept_set(LT_KEPT_QUEUE, 7, 7000);
	lt_kept_set(LT_KEPT_TIMER, 7, 0);
	lt_kept_set(LT_KEPT_TIMER, 8, 8001);
	lt_kept_set(LT_KEPT_TIMER, 3000, 0); /* was not there */
	assert_int_equal(count(LT_KEPT_TIMER, 0), 1999);
	assert_int_equal(count(LT_KEPT_TIMER, 7 * 16), 0);
	assert_int_equal(count(LT_KEPT_TIMER, 8001), 1);
	assert_int_equal(count(LT_KEPT_QUEUE, 7000), 1);
	lt_kept_set(LT_KEPT_STACK, (uint32_t)getpid(), 5000);
	lt_kept_set(LT_KEPT_STACK, 1u << 30, 6000); /* there is no such thread */
	assert_int_equal(count(LT_KEPT_STACK, 5000), 1);
	assert_int_equal(count(LT_KEPT_STACK, 6000), 0);
	lt_pid++; /* as in a forked child */
	assert_int_equal(count(LT_KEPT_TIMER, 0), 0);
	lt_kept_set(LT_KEPT_QUEUE, 7, 7000);
	assert_int_equal(count(LT_KEPT_TIMER, 0), 0);
	assert_int_equal(count(LT_KEPT_QUEUE, 0), 1);
}

/* More lines than the buffer holds at once. */
static void the_kernel_is_asked(void **state)
{
	int instance = epoll_create1(0), end[20][2];
	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		struct epoll_event e = {.events = EPOLLIN, .data.u64 = 0x1000 + i};
		assert_int_equal(pipe(end[i]), 0);
		assert_int_equal(epoll_ctl(instance, EPOLL_CTL_ADD, end[i][0], &e), 0);
	}
	assert_int_equal(count(LT_KEPT_EPOLL, 0), 0);
	lt_kept_epoll(instance);
	lt_kept_epoll(end[0][0]); /* no epoll instance */
	lt_kept_epoll(-1);
	lt_kept_epoll(1 << 30);
	assert_int_equal(count(LT_KEPT_EPOLL, 0), 20);
	close(end[3][0]);
	assert_int_equal(count(LT_KEPT_EPOLL, 0x1003), 0);
	assert_int_equal(count(LT_KEPT_EPOLL, 0x1004), 1);
	close(instance);
	assert_int_equal(count(LT_KEPT_EPOLL, 0), 0);
}

/* Waits for SIGRTMIN when it is told to. */
static void *taker(void *pipe)
{
	sigset_t set;
	siginfo_t info;
	char go;
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	if (read(((int *)pipe)[0], &go, 1) == 1)
		sigwaitinfo(&set, &info);
	return NULL;
}

static void signals_that_wait(void **state)
{
	int fd[2];
	pthread_t thread;
	sigset_t set;
	siginfo_t info;
	(void)state;
	sigfillset(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(pthread_create(&thread, NULL, taker, fd), 0);
	lt_queued_sent(SIGRTMIN, 0x7000, true);
	pthread_sigqueue(thread, SIGRTMIN, (union sigval){.sival_ptr = (void *)0x7000});
	lt_queued_sent(SIGRTMIN + 1, 0x8000, false);
	sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_ptr = (void *)0x8000});
	assert_int_equal(count(LT_KEPT_SIGNAL, 0x7000), 1);
	assert_int_equal(count(LT_KEPT_SIGNAL, 0x8000), 1);
	assert_int_equal(write(fd[1], "x", 1), 1);
	pthread_join(thread, NULL);
	assert_int_equal(count(LT_KEPT_SIGNAL, 0x7000), 0);
	assert_int_equal(count(LT_KEPT_SIGNAL, 0x8000), 1);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 1);
	sigwaitinfo(&set, &info);
	assert_int_equal(count(LT_KEPT_SIGNAL, 0), 0);
	for (unsigned i = 1; i <= LT_QUEUED_MAX + 8; i++) /* the last ones count */
		lt_queued_sent(SIGRTMIN, i * 16, false);
	raise(SIGRTMIN);
	assert_int_equal(count(LT_KEPT_SIGNAL, 0), LT_QUEUED_MAX);
	assert_int_equal(count(LT_KEPT_SIGNAL, 8 * 16), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read),
		cmocka_unit_test(numbers_are_kept),
		cmocka_unit_test(the_kernel_is_asked),
		cmocka_unit_test(signals_that_wait),
	};
	lt_pid = getpid();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
