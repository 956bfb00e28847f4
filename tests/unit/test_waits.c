/* Which calls wait, and for how long; timers as the kernel tells them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <cmocka.h>

#include "lib/timers.h"
#include "lib/waiting.h"
#include "tools/view/waiting.h"

#define WAITS(number, ...) lt_waiting(number, (const uint64_t[6]){__VA_ARGS__})

static void calls(void **state)
{
	(void)state;
	assert_int_equal(WAITS(-1, 0), LT_WAITING_NOT);
	assert_int_equal(WAITS(SYS_getpid, 0), LT_WAITING_NOT);
	assert_int_equal(WAITS(SYS_read, 5), LT_WAITING_FOREVER);
	assert_int_equal(WAITS(SYS_futex, 1, FUTEX_WAIT_PRIVATE, 0, 0), LT_WAITING_FOREVER);
	assert_int_equal(
		WAITS(SYS_futex, 1, FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME, 0, 8),
		LT_WAITING_LIMITED);
	assert_int_equal(WAITS(SYS_futex, 1, FUTEX_WAKE_PRIVATE), LT_WAITING_NOT);
	assert_int_equal(WAITS(SYS_poll, 1, 1, (uint64_t)-1), LT_WAITING_FOREVER);
	assert_int_equal(WAITS(SYS_poll, 1, 1, 0xffffffff), LT_WAITING_FOREVER);
	assert_int_equal(WAITS(SYS_poll, 1, 1, 10), LT_WAITING_LIMITED);
	assert_int_equal(WAITS(SYS_epoll_wait, 3, 1, 1, 0xffffffff), LT_WAITING_FOREVER);
	assert_int_equal(WAITS(SYS_epoll_pwait, 3, 1, 1, 5), LT_WAITING_LIMITED);
	assert_int_equal(WAITS(SYS_select, 3, 1, 1, 0, 0), LT_WAITING_FOREVER);
	assert_int_equal(WAITS(SYS_pselect6, 3, 1, 1, 0, 1), LT_WAITING_LIMITED);
	assert_int_equal(WAITS(SYS_nanosleep, 1, 0), LT_WAITING_LIMITED);
	assert_int_equal(WAITS(SYS_restart_syscall, 0), LT_WAITING_LIMITED);
	assert_int_equal(WAITS(SYS_fcntl, 3, F_SETLKW), LT_WAITING_FOREVER);
	assert_int_equal(WAITS(SYS_fcntl, 3, F_SETLK), LT_WAITING_NOT);
	assert_int_equal(WAITS(SYS_wait4, 3, 0, 0), LT_WAITING_FOREVER);
	assert_int_equal(WAITS(SYS_wait4, 3, 0, WNOHANG), LT_WAITING_NOT);
	assert_int_equal(WAITS(SYS_waitid, 3, 0, 0, WNOHANG | WEXITED), LT_WAITING_NOT);
}

/* The reporter has a name for each. */
static void names(void **state)
{
	(void)state;
	for (int number = 0; number < 500; number++)
		if (WAITS(number, 0, 0, 0, 0, 0) || WAITS(number, 0, F_SETLKW, 0, 0, 0))
			assert_non_null(lr_call_name((uint32_t)number + 1));
	assert_null(lr_call_name(0));
	assert_string_equal(lr_call_name(SYS_futex + 1), "futex");
	assert_string_equal(lr_call_name(SYS_epoll_pwait2 + 1), "epoll_pwait2");
	assert_string_equal(lr_call_name(SYS_mq_timedreceive + 1), "mq_timedreceive");
	assert_true(lr_call_has_fd(SYS_read + 1));
	assert_false(lr_call_has_fd(SYS_futex + 1));
}

static const char text[] =
	"ID: 3\nsignal: 10/0000000000001234\nnotify: signal/tid.6549\nClockID: 0\n"
	"ID: 20\nsignal: 0/0000000000000000\nnotify: none/pid.6549\nClockID: -6\n"
	"ID: 0\nsignal: 32/000055d7270b3460\nnotify: signal/pid.6550\nClockID: 1\n";

static void timers(void **state)
{
	struct lt_timer t[4];
	uint32_t n = 0, len = sizeof(text) - 1;
	(void)state;
	assert_int_equal(lt_timers_parse(text, len, t, &n, 4), len);
	assert_int_equal(n, 3);
	assert_int_equal(t[0].id, 3);
	assert_int_equal(t[0].value, 0x1234);
	assert_int_equal(t[0].sig, 10);
	assert_int_equal(t[0].notify, SIGEV_THREAD_ID);
	assert_int_equal(t[0].tid, 6549);
	assert_int_equal(t[1].id, 20);
	assert_int_equal(t[1].notify, SIGEV_NONE);
	assert_int_equal((int32_t)t[1].clock, -6);
	assert_int_equal(t[2].value, 0x55d7270b3460);
	assert_int_equal(t[2].notify, SIGEV_SIGNAL);
	n = 0;
	lt_timers_parse(text, len, t, &n, 2);
	assert_int_equal(n, 2);
}

/* Cut anywhere, only whole entries are taken, and the rest is for the next time. */
static void cut_timers(void **state)
{
	struct lt_timer t[4];
	(void)state;
	for (uint32_t len = 0; len < sizeof(text); len++) {
		uint32_t n = 0, done = lt_timers_parse(text, len, t, &n, 4);
		assert_true(done <= len);
		assert_int_equal(
			lt_timers_parse(text + done, (uint32_t)sizeof(text) - 1 - done, t, &n, 4),
			sizeof(text) - 1 - done);
		assert_int_equal(n, 3);
	}
	uint32_t n = 0;
	assert_int_equal(lt_timers_parse("ID: x\n", 6, t, &n, 4), 0);
	assert_int_equal(lt_timers_parse("other\n", 6, t, &n, 4), 0);
	assert_int_equal(n, 0);
}

static void the_kernel_is_asked(void **state)
{
	static char room[64];
	struct lt_timer t[64];
	struct sigevent event = {.sigev_notify = SIGEV_NONE, .sigev_value.sival_ptr = t};
	timer_t timer;
	bool known;
	(void)state;
	uint32_t before = lt_timers_read(t, 64, room, sizeof(room), &known);
	for (int i = 0; i < 5; i++)
		assert_int_equal(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
	uint32_t n = lt_timers_read(t, 64, room, sizeof(room), &known);
	if (!known)
		skip();
	/* An entry may be longer than the room. */
	assert_true(n == before || n == before + 5);
	static char enough[4096];
	assert_int_equal(lt_timers_read(t, 64, enough, sizeof(enough), &known), before + 5);
	assert_int_equal(t[0].value, (uintptr_t)t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(calls), cmocka_unit_test(names),
		cmocka_unit_test(timers), cmocka_unit_test(cut_timers),
		cmocka_unit_test(the_kernel_is_asked)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
