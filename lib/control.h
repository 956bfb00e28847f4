/* Scans while the program runs: who may ask for one, and when. One at a time.
 *
 * Asked for by signal 32 with a value of ours (`leaktrace scan`), by the program (leaktrace_scan),
 * or by a setting, after a time or a growth. The C library uses that signal to cancel threads, and
 * installs its handler when it first does; what is not ours goes there. */
#ifndef LT_CONTROL_H
#define LT_CONTROL_H

#include <stdbool.h>
#include <stdint.h>
#include "format/file.h"
#include "format/scan.h"
#include "lib/judge.h"
#include "lib/own.h"

enum { LT_CONTROL_SIGNAL = 32 };

/* A handler as the kernel has it. */
struct lt_action {
	uintptr_t handler;
	uint64_t flags;
	uintptr_t restorer;
	uint64_t mask;
};
enum { LT_ACTION_RESTORER = 0x04000000 };
/* All signals but those that an instruction raises. */
#define LT_ACTION_ALL (~UINT64_C(0x400004d8)) /* ILL, TRAP, BUS, FPE, SEGV, SYS */
/* The restorer, for handlers of ours. */
void lt_control_return(void);

/* Takes the signal; in every process that scans. */
void lt_control_start(void);
/* Whether the signal leads to us, now; looked at before it is sent. */
bool lt_control_ready(void);

/* A scan by the calling thread, of which self says where it is; NULL: within lt_slowly, where that
 * is known. Returns when the copy has been made. */
enum ltf_scan_answer lt_control_scan(
	enum ltf_scan_reason reason, const struct lt_moment_thread *self);

/* lt_clock_mono from which on lt_control_tick is to be called; compared where threads read the
 * clock. */
extern LT_OWN uint64_t lt_control_next;
/* In a hook, on the program's stack. */
void lt_control_tick(void);
/* The drainer has seen how much is live. */
void lt_control_grown(uint64_t live_bytes);

void lt_control_reset(void);

#endif
