/* What programs tell us by leaktrace.h of their blocks and memory. */
#include "lib/declared.h"
#include "lib/hook.h"
#include "lib/say.h"

void leaktrace_tracer_ignore(const void *p);
void leaktrace_tracer_root(const void *p, size_t len);
void leaktrace_tracer_unroot(const void *p);

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
