/* A judge inside the library: every stack that the tracer takes, libgcc takes too.
 *
 * libleaktrace-verify.so is the library's own objects and this file. The linker turns calls of
 * lt_unwind into calls of the function below (--wrap), which lets _Unwind_Backtrace walk from here
 * through our own frames and the hook's into the program, and compares what lies behind the hook
 * address by address (and whose code the loader says it is). libgcc's unwinder is linked in
 * statically: the program's own is left alone. It runs on a stack of ours, with signals blocked,
 * and allocates nothing.
 *
 * What was counted goes, in a line for each process, to the file that LEAKTRACE_VERIFY_OUT names;
 * so do the first pairs of stacks that are not the same. LEAKTRACE_VERIFY_EVERY=N compares one
 * stack in N. */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <unwind.h>
#include "format/ring.h"
#include "lib/lifecycle.h"
#include "lib/modules.h"
#include "lib/onstack.h"
#include "lib/say.h"
#include "lib/sys.h"
#include "lib/unwind.h"

unsigned __real_lt_unwind(struct lt_stack_bounds *b, const struct lt_regs *regs,
	struct lt_frame *frames, unsigned max, enum lt_walk *how);
unsigned __wrap_lt_unwind(struct lt_stack_bounds *b, const struct lt_regs *regs,
	struct lt_frame *frames, unsigned max, enum lt_walk *how);
unsigned __real_lt_unwind_beside(struct lt_stack_bounds *b, const struct lt_regs *regs,
	struct lt_memo *memo, struct lt_memo_frame *fresh, struct lt_frame *frames, unsigned max,
	enum lt_walk *how);
unsigned __wrap_lt_unwind_beside(struct lt_stack_bounds *b, const struct lt_regs *regs,
	struct lt_memo *memo, struct lt_memo_frame *fresh, struct lt_frame *frames, unsigned max,
	enum lt_walk *how);
void __real_lt_unwind_child(void);
void __wrap_lt_unwind_child(void);
bool __real_lt_drain_all(bool last);
bool __wrap_lt_drain_all(bool last);

enum { SHOWN_MAX = 4, DEPTH_MAX = 1024 };

enum count {
	COMPARED,  /* all below but GUESSED and UNSURE add up to it */
	EQUAL,     /* the same to the root */
	CUT,       /* the same up to the depth where ours ends */
	LONGER,    /* the same as far as libgcc goes; ours goes on */
	SHORTER,   /* the same as far as ours goes; libgcc goes on */
	DIFFERING, /* not the same frames */
	UNMATCHED, /* libgcc never came to the hook's caller */
	UNSURE,    /* ours ended for want of information, and says so */
	GUESSED,   /* ours has a frame that it calls a guess */
	COUNTS
};
static const char *const names[COUNTS] = {"compared", "equal", "cut", "longer", "shorter",
	"differing", "unmatched", "unsure", "guessed"};

static _Atomic uint64_t counts[COUNTS];
static _Atomic uint64_t turn;
static _Atomic unsigned shown;

/* Kept: a program may write over its environment (redis-server does, for its title). */
static char out_path[4096];
static unsigned long every = 1;

static void settings(void)
{
	static bool done;

	for (char **e = environ; !done && e && *e; e++) {
		if (strncmp(*e, "LEAKTRACE_VERIFY_OUT=", 21) == 0)
			lt_format(out_path, sizeof(out_path), "%s", *e + 21);
		if (strncmp(*e, "LEAKTRACE_VERIFY_EVERY=", 23) == 0)
			every = strtoul(*e + 23, NULL, 10);
	}
	done = true;
}

static void print(const char *text, size_t len)
{
	if (!out_path[0])
		return;
	long fd = lt_sys4(
		SYS_openat, AT_FDCWD, out_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	lt_sys3(SYS_write, fd, text, len);
	lt_sys1(SYS_close, fd);
}

/* One walk by libgcc beside ours. */
struct pair {
	const struct lt_regs *regs;
	const struct lt_frame *frames;
	unsigned n;
	enum lt_walk how;
	const struct lt_memo *memo; /* its shared part lies behind frames, if there is one */
	unsigned at;                /* libgcc's frames behind the hook */
	bool met;                   /* it has come to the hook's caller */
	bool differs;               /* at a frame that both have */
	char *text, *end;
};

/* True when the context is that of the program's frames. The CFA that libgcc gives a context is the
 * stack pointer in it. */
static bool is_behind(struct pair *p, struct _Unwind_Context *ctx, uintptr_t ip)
{
	if (!p->met)
		p->met = ip == p->regs->ip && _Unwind_GetCFA(ctx) == p->regs->sp;
	return p->met;
}

static _Unwind_Reason_Code compare(struct _Unwind_Context *ctx, void *arg)
{
	struct pair *p = arg;
	int exact = 0;
	uintptr_t ip = _Unwind_GetIPInfo(ctx, &exact);

	if (!is_behind(p, ctx, ip) || !ip)
		return _URC_NO_REASON;
	if (p->at < p->n) {
		const struct lt_frame *f = &p->frames[p->at];
		const struct lt_module *m = lt_module_at(ip - !exact);
		p->differs |= f->pc != ip || !(f->flags & LTF_NODE_SIGNAL) != !exact ||
			      f->module != (m ? m->number : 0);
	}
	p->at++;
	return p->differs || p->at > p->n ? _URC_NORMAL_STOP : _URC_NO_REASON;
}

static void add_address(struct pair *p, uintptr_t pc)
{
	const struct lt_module *m = pc ? lt_module_at(pc) : NULL;
	const char *slash = m ? strrchr(m->path, '/') : NULL;
	char digits[17];
	uintptr_t v = m ? pc - m->bias : pc;
	unsigned i = 16;

	digits[i] = 0;
	do
		digits[--i] = "0123456789abcdef"[v & 15];
	while (v >>= 4);
	p->text += lt_format(p->text, (size_t)(p->end - p->text), " %s+%s",
		m ? (slash ? slash + 1 : m->path) : "?", digits + i);
}

static _Unwind_Reason_Code describe(struct _Unwind_Context *ctx, void *arg)
{
	struct pair *p = arg;
	int exact = 0;
	uintptr_t ip = _Unwind_GetIPInfo(ctx, &exact);

	if (!is_behind(p, ctx, ip) || p->end - p->text < 100)
		return _URC_NO_REASON;
	p->text += lt_format(p->text, (size_t)(p->end - p->text), "#  %u libgcc%s", p->at,
		exact ? " exact" : "");
	add_address(p, ip);
	if (p->at < p->n) {
		const struct lt_frame *f = &p->frames[p->at];
		p->text += lt_format(p->text, (size_t)(p->end - p->text), "\tours%s%s%s",
			f->flags & LTF_NODE_SIGNAL ? " exact" : "",
			f->flags & LTF_NODE_GUESSED ? " guessed" : "", f->pc == ip ? "" : " other");
		add_address(p, f->pc);
	}
	*p->text++ = '\n';
	p->at++;
	return _URC_NO_REASON;
}

/* Prints both stacks, frame beside frame. */
static void show(struct pair *p, enum count what)
{
	static char text[16384];
	static _Atomic bool busy;

	if (atomic_exchange(&busy, true))
		return;
	p->text = text;
	p->end = text + sizeof(text);
	p->text += lt_format(p->text, sizeof(text), "# %s: ours has %u frames, ended %s\n",
		names[what], p->n,
		p->how == LT_WALK_ROOT  ? "at the root"
		: p->how == LT_WALK_CUT ? "at the depth"
					: "unsure");
	p->at = 0;
	p->met = false;
	_Unwind_Backtrace(describe, p);
	for (; p->at < p->n && p->end - p->text > 100; p->at++) {
		p->text += lt_format(p->text, (size_t)(p->end - p->text), "#  %u\tours%s", p->at,
			p->frames[p->at].flags & LTF_NODE_GUESSED ? " guessed" : "");
		add_address(p, p->frames[p->at].pc);
		*p->text++ = '\n';
	}
	print(text, (size_t)(p->text - text));
	atomic_store(&busy, false);
}

static enum count judge(const struct pair *p)
{
	if (!p->met)
		return UNMATCHED;
	if (p->differs)
		return DIFFERING;
	if (p->at < p->n)
		return LONGER;
	if (p->how == LT_WALK_CUT)
		return CUT;
	return p->at > p->n ? SHORTER : EQUAL;
}

/* The whole of a memoised stack. */
static void join(struct pair *p, struct lt_frame *whole)
{
	memcpy(whole, p->frames, p->n * sizeof(*whole));
	for (unsigned i = p->memo->shared; i-- > 0 && p->n < DEPTH_MAX; p->n++) {
		const struct lt_memo_frame *f = &p->memo->frame[i];
		whole[p->n] = (struct lt_frame){f->ip, f->module, f->flags};
	}
	p->frames = whole;
}

static long verify_here(void *arg)
{
	struct pair *p = arg;
	bool guessed = false;
	struct lt_frame whole[DEPTH_MAX];

	if (p->memo)
		join(p, whole);

	_Unwind_Backtrace(compare, p);
	enum count what = judge(p);
	for (unsigned i = 0; i < p->n; i++)
		guessed |= p->frames[i].flags & LTF_NODE_GUESSED;
	counts[COMPARED]++;
	counts[what]++;
	if (p->how == LT_WALK_UNSURE)
		counts[UNSURE]++;
	if (guessed)
		counts[GUESSED]++;
	if (((what != EQUAL && what != CUT) || p->how == LT_WALK_UNSURE) &&
		atomic_fetch_add(&shown, 1) < SHOWN_MAX)
		show(p, what);
	return 0;
}

static void verify(struct pair p)
{
	settings();
	if (every <= 1 || turn++ % every == 0)
		lt_slowly(verify_here, &p);
}

unsigned __wrap_lt_unwind(struct lt_stack_bounds *b, const struct lt_regs *regs,
	struct lt_frame *frames, unsigned max, enum lt_walk *how)
{
	unsigned got = __real_lt_unwind(b, regs, frames, max, how);

	verify((struct pair){.regs = regs, .frames = frames, .n = got, .how = *how});
	return got;
}

unsigned __wrap_lt_unwind_beside(struct lt_stack_bounds *b, const struct lt_regs *regs,
	struct lt_memo *memo, struct lt_memo_frame *fresh, struct lt_frame *frames, unsigned max,
	enum lt_walk *how)
{
	unsigned got = __real_lt_unwind_beside(b, regs, memo, fresh, frames, max, how);

	verify((struct pair){.regs = regs, .frames = frames, .n = got, .how = *how, .memo = memo});
	return got;
}

void __wrap_lt_unwind_child(void)
{
	memset((void *)counts, 0, sizeof(counts));
	__real_lt_unwind_child();
}

/* The process ends, or another program takes its place. */
bool __wrap_lt_drain_all(bool last)
{
	char line[500], *p = line, comm[16] = "?";

	lt_sys2(SYS_prctl, 16 /* PR_GET_NAME */, comm);
	for (unsigned i = 0; i < sizeof(comm); i++)
		if (comm[i] == ' ')
			comm[i] = '_';
	p += lt_format(p, sizeof(line), "%s %d", comm, lt_pid);
	for (unsigned i = 0; i < COUNTS; i++)
		p += lt_format(p, (size_t)(line + sizeof(line) - p), " %s %l", names[i],
			(unsigned long)counts[i]);
	*p++ = '\n';
	print(line, (size_t)(p - line));
	return __real_lt_drain_all(last);
}
