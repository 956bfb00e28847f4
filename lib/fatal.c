#include "lib/fatal.h"

#include <ucontext.h>
#include "lib/config.h"
#include "lib/control.h"
#include "lib/cut.h"
#include "lib/lifecycle.h"
#include "lib/onstack.h"
#include "lib/sys.h"

static bool taken; /* at least one */

/* By the signal, as without us: same wait status, no core where there would be none. */
static void die(int sig)
{
	struct lt_action usual = {0};
	uint64_t set = UINT64_C(1) << (sig - 1);
	lt_sys4(SYS_rt_sigaction, sig, &usual, NULL, sizeof(set));
	lt_sys3(SYS_tgkill, lt_sys1(SYS_getpid, 0), lt_sys1(SYS_gettid, 0), sig);
	lt_sys4(SYS_rt_sigprocmask, SIG_UNBLOCK, &set, NULL, sizeof(set));
}

static void handle(int sig, siginfo_t *info, void *context)
{
	struct lt_moment_thread me = {.tid = (int)lt_sys1(SYS_gettid, 0)};
	(void)info;
	lt_cut_registers(&me, context, NULL);
	me.flags |= LT_MOMENT_IS_SCANNING;
	lt_finish_by_signal(sig, &me);
	die(sig);
}

static void take(int sig)
{
	struct lt_action now, ours = {.handler = (uintptr_t)handle,
				      .flags = SA_SIGINFO | SA_ONSTACK | LT_ACTION_RESTORER,
				      .restorer = (uintptr_t)lt_control_return,
				      .mask = LT_ACTION_ALL};
	if (lt_sys4(SYS_rt_sigaction, sig, NULL, &now, sizeof(now.mask)) == 0 &&
		now.handler == (uintptr_t)SIG_DFL)
		lt_sys4(SYS_rt_sigaction, sig, &ours, NULL, sizeof(ours.mask));
}

void lt_fatal_take(int sig)
{
	if (taken && !lt_sealed && (lt_mode == LT_MODE_ON || lt_mode == LT_MODE_PAUSED))
		take(sig);
}

/* The first process of a namespace is not ended by signals that are at their default. */
void lt_fatal_start(void)
{
	if (!lt_config.scan_on_signal || lt_config.scan == LT_SCAN_NONE || lt_pid == 1)
		return;
	taken = true;
	take(SIGTERM);
	take(SIGINT);
	take(SIGHUP);
}

bool lt_fatal_is_ours(const void *handler)
{
	return taken && handler == (const void *)handle;
}
