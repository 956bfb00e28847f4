/* The comparison runs on a stack of ours, with signals blocked; nothing in it allocates.
 *
 * libgcc trusts what it reads. It is never let go further than our walk went, and one frame more
 * only where ours came to a root: memory that we would not touch it does not touch either. */
#include "lib/verify.h"

#include <config.h>
#include <stdatomic.h>
#include <string.h>
#include <unwind.h>
#include "format/ring.h"
#include "lib/config.h"
#include "lib/dump.h"
#include "lib/modules.h"
#include "lib/onstack.h"
#include "lib/say.h"
#include "lib/stacks.h"

enum {
	DEPTH_MAX = 1024, /* of config.def */
	SAID_MAX = 4,
	END_FLAGS = LTF_NODE_CUT | LTF_NODE_UNCERTAIN
};

static _Atomic unsigned said;

/* One call's stacks. */
struct stacks {
	const struct lt_regs *regs;
	uint32_t site;
	const struct lt_frame *frame; /* those of the site, innermost first */
	unsigned n, certain;          /* all; those before one that is called a guess */
	uint32_t end;                 /* END_FLAGS of its root */
	const struct lt_frame *anew;
	unsigned anew_n;
	enum lt_walk how;
	/* libgcc's walk. */
	unsigned at;             /* frames behind the hook */
	bool met;                /* it has come to the hook's caller */
	bool differs;            /* at frame[at] */
	struct lt_frame its_own; /* there */
};

/* Where an address is, as "libfoo.so+1f40". */
static const char *place(char buf[64], const struct lt_frame *f)
{
	const struct lt_module *m = f ? lt_module_at(f->pc - !(f->flags & LTF_NODE_SIGNAL)) : NULL;
	const char *slash = m ? strrchr(m->path, '/') : NULL;
	uintptr_t v = !f ? 0 : m ? f->pc - m->bias : f->pc;
	char digits[17];
	unsigned i = 16;

	if (!f)
		return "nothing";
	digits[i] = 0;
	do
		digits[--i] = "0123456789abcdef"[v & 15];
	while (v >>= 4);
	lt_format(buf, 64 - 17, "%s", m ? (slash ? slash + 1 : m->path) : "?");
	lt_format(buf + strlen(buf), 64 - strlen(buf), "+%s", digits + i);
	return buf;
}

static void say(const struct stacks *s, unsigned at, const struct lt_frame *other, const char *by)
{
	char here[64], there[64];

	if (atomic_fetch_add(&said, 1) >= SAID_MAX)
		return;
	lt_say(0, "verify: site %u has %s as frame %u of %u, where %s finds %s", s->site,
		place(here, at < s->n ? &s->frame[at] : NULL), at + 1, s->n, by,
		place(there, other));
}

/* The frames that the site stands for. */
static unsigned unfold(struct stacks *s, struct lt_frame *frame)
{
	unsigned n = 0;

	for (uint32_t id = s->site; id != LTF_SITE_NONE && n < DEPTH_MAX; n++)
		id = lt_stacks_frame(id, &frame[n]);
	if (n) {
		s->end = frame[n - 1].flags & END_FLAGS;
		frame[n - 1].flags &= ~(uint32_t)END_FLAGS;
	}
	s->certain = 0;
	while (s->certain < n && !(frame[s->certain].flags & LTF_NODE_GUESSED))
		s->certain++;
	s->frame = frame;
	return n;
}

static bool same(const struct lt_frame *a, const struct lt_frame *b)
{
	return a->pc == b->pc && a->module == b->module && a->flags == b->flags;
}

/* The two may end at different frames only where the one that ends first says that more was there,
 * or might have been: a memoised stack that was cut at the depth ends at the frame where the one
 * before it was cut (so that recursion makes no new sites). */
static void compare_anew(const struct stacks *s)
{
	unsigned at = 0;
	bool ends_alike;

	while (at < s->n && at < s->anew_n && same(&s->frame[at], &s->anew[at]))
		at++;
	if (at < s->n)
		ends_alike = at == s->anew_n && s->how == LT_WALK_UNSURE;
	else if (at < s->anew_n)
		ends_alike = s->end != 0;
	else
		ends_alike = (s->end == 0) == (s->how == LT_WALK_ROOT);
	if (ends_alike)
		return;
	lt_lost(LTF_LOST_VERIFIED_OTHER, 1);
	say(s, at, at < s->anew_n ? &s->anew[at] : NULL, "a walk anew");
}

#ifdef HAVE_LIBGCC_EH
/* Each of libgcc's frames, beginning with our own. The CFA that it gives for a frame is the stack
 * pointer there. */
static _Unwind_Reason_Code compare(struct _Unwind_Context *context, void *arg)
{
	struct stacks *s = arg;
	int exact = 0;
	uintptr_t ip = _Unwind_GetIPInfo(context, &exact);

	if (!s->met)
		s->met = ip == s->regs->ip && _Unwind_GetCFA(context) == s->regs->sp;
	if (!s->met || !ip)
		return _URC_NO_REASON;
	const struct lt_module *m = lt_module_at(ip - !exact);
	s->its_own = (struct lt_frame){
		.pc = ip, .module = m ? m->number : 0, .flags = exact ? LTF_NODE_SIGNAL : 0};
	if (s->at == s->n) { /* and ours has ended */
		s->differs = true;
		return _URC_NORMAL_STOP;
	}
	struct lt_frame ours = s->frame[s->at];
	ours.flags &= LTF_NODE_SIGNAL;
	s->differs = !same(&ours, &s->its_own);
	if (s->differs)
		return _URC_NORMAL_STOP;
	s->at++;
	return s->at == s->n && s->end ? _URC_NORMAL_STOP : _URC_NO_REASON;
}

static void compare_libgcc(struct stacks *s)
{
	_Unwind_Backtrace(compare, s);
	if (s->met && s->differs && s->at < s->certain + (s->certain == s->n)) {
		lt_lost(LTF_LOST_LIBGCC_OTHER, 1);
		say(s, s->at, &s->its_own, "libgcc");
	} else if (!s->met || s->at < s->n) {
		lt_lost(LTF_LOST_UNCONFIRMED, 1);
	}
}
#else
static void compare_libgcc(struct stacks *s)
{
	(void)s;
	lt_lost(LTF_LOST_UNCONFIRMED, 1);
}
#endif

static long compare_here(void *arg)
{
	struct stacks *s = arg;
	struct lt_frame frame[DEPTH_MAX];

	s->n = unfold(s, frame);
	lt_lost(LTF_LOST_VERIFIED, 1);
	compare_anew(s);
	compare_libgcc(s);
	return 0;
}

void lt_verify_site(
	struct lt_thread *t, const struct lt_regs *regs, uint32_t site, struct lt_frame *frames)
{
	struct stacks s = {.regs = regs, .site = site, .anew = frames};

	if (site == LTF_SITE_NONE)
		return;
	s.anew_n = lt_unwind(&t->bounds, regs, frames, (unsigned)lt_config.depth, &s.how);
	lt_slowly(compare_here, &s);
}
