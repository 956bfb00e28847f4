/* What programs tell us by leaktrace.h of their blocks and memory, and ask for. */
#include <errno.h>
#include "lib/control.h"
#include "lib/declared.h"
#include "lib/hook.h"
#include "lib/onstack.h"
#include "lib/record.h"
#include "lib/say.h"
#include "lib/told.h"

LT_PUBLIC void leaktrace_tracer_ignore(const void *p)
{
	if (p)
		LT_RECORD_RES(LTF_RES_IGNORE, (uintptr_t)p);
}

LT_PUBLIC void leaktrace_tracer_root(const void *p, size_t len)
{
	if (p && len && !lt_declared_root((uintptr_t)p, len))
		lt_say(1, "there are too many leaktrace_root(); this one is not known");
}

LT_PUBLIC void leaktrace_tracer_unroot(const void *p)
{
	if (p)
		lt_declared_unroot((uintptr_t)p);
}

static long scan(void *unused)
{
	(void)unused;
	lt_control_scan(LTF_SCAN_CALLED, NULL);
	return 0;
}

LT_PUBLIC void leaktrace_tracer_scan(void)
{
	int saved = errno;
	if (lt_recorder())
		lt_slowly(scan, NULL);
	errno = saved;
}
