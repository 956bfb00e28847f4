/* Whose frame a word on a stack lies in. One record: a table of a few rows for each thread. */
#include "format/file.h"
#include "lib/tell.h"
#include "lib/unwind.h"

enum { FRAMES = 48, KNOWN_BP = 2, KNOWN_ALL = 63 };

/* As the kernel numbers them in a signal's context, from r8 on. */
enum { R12 = 4, R13, R14, R15, RBP = 10, RBX };

static struct lt_stopped stopped(const struct lt_moment_thread *t)
{
	return (struct lt_stopped){.pc = t->pc,
		.sp = t->pc_sp,
		.saved = {t->reg[RBX], t->reg[RBP], t->reg[R12], t->reg[R13], t->reg[R14],
			t->reg[R15]},
		.known = t->flags & LT_MOMENT_REGS_KNOWN ? KNOWN_ALL : 0,
		.exact = true};
}

static void tell_thread(struct lt_rows *rows, int tid, const struct lt_stopped *at)
{
	struct lt_stopped_frame f[FRAMES];
	unsigned n = lt_unwind_stopped(at, f, FRAMES);
	for (unsigned i = 0; i < n; i++)
		lt_rows_add(rows, (const uint64_t[]){(uint32_t)tid, f[i].sp, f[i].pc, f[i].flags});
}

void lt_tell_frames(struct lt_channel *c, const struct lt_moment *moment)
{
	struct lt_rows rows;
	struct lt_stopped own = {.pc = moment->own_pc,
		.sp = moment->own_sp,
		.saved = {0, moment->own_bp},
		.known = KNOWN_BP};
	lt_rows_begin(&rows, c, LTF_REC_FRAMES, LTF_FRAME_COLUMNS);
	if (own.pc)
		tell_thread(&rows, moment->own_tid, &own);
	for (uint32_t i = 0; i < moment->n_threads; i++) {
		const struct lt_moment_thread *t = &moment->thread[i];
		struct lt_stopped at = stopped(t);
		if (t->pc)
			tell_thread(&rows, t->tid, &at);
	}
	lt_rows_end(&rows);
}
