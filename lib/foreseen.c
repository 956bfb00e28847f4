#include "lib/foreseen.h"

#include "format/ring.h"
#include "lib/config.h"
#include "lib/node.h"
#include "lib/unwind_bounds.h"

/* How the frame of a node is left; 0: not known, or it is not the frame at ip. */
static inline uint32_t step_of(const struct lt_node *n, uintptr_t ip)
{
	if (n->pc_module >> 16 != ip || lt_node_flags(n) ||
		!lt_module_is_current(n->pc_module & 0xffff))
		return 0;
	return atomic_load_explicit(&lt_node_steps[lt_node_shape(n)], memory_order_relaxed);
}

/* Steps over the frame that *at is in; false where its caller cannot stand there. */
static inline bool step(struct lt_regs *at, uint32_t step, struct lt_range range)
{
	uintptr_t cfa = (lt_step_by_bp(step) ? at->bp : at->sp) + lt_step_off(step);
	return lt_step_to(at, cfa, lt_step_bp_at(step), range.low, range.high);
}

/* Frames as a walk by rules would have left them. */
static bool give_up(
	struct lt_thread *t, struct lt_memo_walk *w, const struct lt_regs *at, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		t->frames[0][i] =
			(struct lt_frame){.pc = t->fresh[i].ip, .module = t->fresh[i].module};
	w->met = 0;
	w->done = n;
	w->at = *at;
	return false;
}

bool lt_foreseen_walk(struct lt_thread *t, const struct lt_regs *regs, struct lt_memo_walk *w)
{
	struct lt_regs at = *regs;
	struct lt_range range = lt_bounds_known(&t->bounds, regs->sp);
	uint32_t id = w->last->foreseen;
	unsigned max = (unsigned)lt_config.depth, n = 0;
	w->near = w->last->end - w->last->n;
	for (; n < max && at.ip && id != LTF_SITE_NONE; n++) {
		if (lt_memo_meets(w, at.ip, at.sp, at.bp, max - n)) {
			if ((w->last->end - w->met)->id != id)
				break;
			w->done = n;
			return true;
		}
		const struct lt_node *node = lt_node_at(id);
		uint32_t s = step_of(node, at.ip);
		struct lt_regs here = at;
		if (!s || !step(&at, s, range))
			break;
		struct lt_memo_frame *f = &t->fresh[n];
		lt_memo_fill(f, &here, s);
		f->id = id;
		f->module = (uint16_t)node->pc_module;
		id = lt_node_parent(node);
	}
	return give_up(t, w, &at, n);
}
