/* What every hook begins with. */
#ifndef LT_HOOK_H
#define LT_HOOK_H

#include "lib/lifecycle.h"
#include "lib/real.h"
#include "lib/tracer.h"

#define LT_PUBLIC __attribute__((visibility("default")))

/* Before the constructor the originals are unknown; while a thread works for the tracer its blocks
 * come from the bootstrap pool. */
static inline bool lt_must_bootstrap(void)
{
	return __builtin_expect(lt_mode == LT_MODE_EARLY, 0) || lt_is_internal();
}

/* Before the program gets its second thread. A forked child notices first that it is one, and
 * forgets that there were several. */
static inline void lt_hook_threaded(void)
{
	if (lt_mode == LT_MODE_ON && !(lt_self && lt_self->ready == LT_READY))
		lt_thread_enter();
	lt_become_threaded();
}

#define LT_RECORD_ALLOC(call, p, size, api)                                                        \
	do {                                                                                       \
		if (p) {                                                                           \
			struct lt_regs regs_;                                                      \
			LT_REGS_CALLER(&regs_);                                                    \
			lt_trace_alloc(call, p, size, api, &regs_);                                \
		}                                                                                  \
	} while (0)

#define LT_RECORD_FREE(p, api)                                                                     \
	do {                                                                                       \
		struct lt_regs regs_;                                                              \
		LT_REGS_CALLER(&regs_);                                                            \
		lt_trace_free(p, api, &regs_);                                                     \
	} while (0)

#define LT_RECORD_RES(kind, ...)                                                                   \
	do {                                                                                       \
		struct lt_regs regs_;                                                              \
		uint64_t args_[] = {__VA_ARGS__};                                                  \
		LT_REGS_CALLER(&regs_);                                                            \
		lt_trace_resource(kind, args_, sizeof(args_) / sizeof(args_[0]), &regs_);          \
	} while (0)

#endif
