/* What LEAKTRACE_UNWIND=verify calls a difference. libgcc's walk is a true one, of this program;
 * the recorded stack and the walk anew are made up from it, with one thing changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <unwind.h>
#include <cmocka.h>

#include "format/ring.h"
#include "lib/config.h"
#include "lib/dump.h"
#include "lib/modules.h"
#include "lib/onstack.h"
#include "lib/stacks.h"
#include "lib/verify.h"

enum { MOST = 200, SITE = 1 };

static struct ltf_header header;
struct ltf_header *lt_header = &header;
_Atomic bool lt_sealed;
struct lt_config lt_config = {.depth = MOST};

struct stack {
	struct lt_frame frame[MOST];
	unsigned n;
};
static struct stack site, anew;
static enum lt_walk how;

long lt_slowly(long (*fn)(void *), void *arg)
{
	return fn(arg);
}

const struct lt_module *lt_module_at(uintptr_t pc)
{
	(void)pc;
	return NULL;
}

/* Frame i of the site has the id i + 1. */
uint32_t lt_stacks_frame(uint32_t id, struct lt_frame *f)
{
	*f = site.frame[id - 1];
	return id < site.n ? id + 1 : LTF_SITE_NONE;
}

unsigned lt_unwind(struct lt_stack_bounds *b, const struct lt_regs *regs, struct lt_frame *frames,
	unsigned max, enum lt_walk *end)
{
	(void)b, (void)regs, (void)max;
	memcpy(frames, anew.frame, anew.n * sizeof(*frames));
	*end = how;
	return anew.n;
}

struct start {
	struct lt_regs regs;
	bool met;
};

static _Unwind_Reason_Code add(struct _Unwind_Context *context, void *arg)
{
	struct start *s = arg;
	uintptr_t ip = _Unwind_GetIP(context);
	s->met |= ip == s->regs.ip && _Unwind_GetCFA(context) == s->regs.sp;
	if (s->met && ip && site.n < MOST)
		site.frame[site.n++] = (struct lt_frame){.pc = ip};
	return _URC_NO_REASON;
}

/* A call as a hook sees it: the right stack, changed, is compared. */
static __attribute__((noinline)) void hook(void (*change)(struct start *))
{
	static struct lt_thread t;
	struct lt_frame frames[MOST];
	struct start s = {.met = false};
	LT_REGS_CALLER(&s.regs);
	memset(&header, 0, sizeof(header));
	site.n = 0;
	_Unwind_Backtrace(add, &s);
	assert_in_range(site.n, 4, MOST - 1);
	anew = site;
	how = LT_WALK_ROOT;
	change(&s);
	lt_verify_site(&t, &s.regs, SITE, frames);
	__asm__ volatile("" ::: "memory");
}

static void nothing(struct start *s)
{
	(void)s;
}
static void another_frame_anew(struct start *s)
{
	(void)s;
	anew.frame[2].pc++;
}
static void another_module_anew(struct start *s)
{
	(void)s;
	anew.frame[1].module = 7;
}
static void another_frame_in_both(struct start *s)
{
	(void)s;
	site.frame[2].pc++;
	anew = site;
}
static void first_frame_lost(struct start *s)
{
	(void)s;
	memmove(site.frame, site.frame + 1, --site.n * sizeof(site.frame[0]));
	anew = site;
}
static void root_too_early(struct start *s)
{
	(void)s;
	anew.n = site.n -= 2;
}
static void root_too_early_by_memo(struct start *s)
{
	(void)s;
	site.n -= 2;
}
static void cut(struct start *s)
{
	(void)s;
	anew.n = site.n -= 2;
	site.frame[site.n - 1].flags |= LTF_NODE_CUT;
	how = LT_WALK_CUT;
}
static void cut_sooner_by_memo(struct start *s)
{
	(void)s;
	site.n -= 2;
	site.frame[site.n - 1].flags |= LTF_NODE_CUT;
}
static void end_forgotten(struct start *s)
{
	(void)s;
	anew.n = site.n -= 2;
	how = LT_WALK_CUT;
}
static void uncertain(struct start *s)
{
	(void)s;
	anew.n = site.n -= 2;
	site.frame[site.n - 1].flags |= LTF_NODE_UNCERTAIN;
	how = LT_WALK_UNSURE;
}
static void guessed_wrong(struct start *s)
{
	(void)s;
	site.frame[2].flags |= LTF_NODE_GUESSED;
	site.frame[2].pc++;
	anew = site;
}
static void longer(struct start *s)
{
	(void)s;
	site.frame[site.n++] = (struct lt_frame){.pc = 4096};
	anew = site;
}
static void elsewhere(struct start *s)
{
	s->regs.sp += 8;
}

struct row {
	void (*change)(struct start *);
	unsigned other, libgcc_other, unconfirmed;
};

static void check(const struct row *r)
{
	hook(r->change);
	assert_int_equal(header.lost[LTF_LOST_VERIFIED], 1);
	assert_int_equal(header.lost[LTF_LOST_VERIFIED_OTHER], r->other);
	assert_int_equal(header.lost[LTF_LOST_LIBGCC_OTHER], r->libgcc_other);
	assert_int_equal(header.lost[LTF_LOST_UNCONFIRMED], r->unconfirmed);
}

static void a_difference_is_said_but_not_for_ever(void **state)
{
	(void)state;
	char text[4096] = "";
	unsigned lines = 0;
	int ends[2], keep = dup(2);
	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], 2);
	for (int i = 0; i < 20; i++)
		hook(another_frame_anew);
	dup2(keep, 2);
	close(keep);
	assert_true(read(ends[0], text, sizeof(text) - 1) > 0);
	for (const char *p = text; (p = strchr(p, '\n')); p++)
		lines++;
	assert_int_equal(lines, 4);
	assert_non_null(strstr(text, "leaktrace: verify: site 1 has ?+"));
	assert_non_null(strstr(text, " as frame 3 of "));
	assert_non_null(strstr(text, " where a walk anew finds ?+"));
	close(ends[0]);
	close(ends[1]);
}

static void differences_are_counted(void **state)
{
	static const struct row rows[] = {{nothing, 0, 0, 0}, {another_frame_anew, 1, 0, 0},
		{another_module_anew, 1, 0, 0}, {another_frame_in_both, 0, 1, 0},
		{first_frame_lost, 0, 1, 0}, {root_too_early, 0, 1, 0},
		{root_too_early_by_memo, 1, 1, 0}, {end_forgotten, 1, 1, 0}};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i]);
}

static void what_calls_itself_incomplete_is_no_difference(void **state)
{
	static const struct row rows[] = {{cut, 0, 0, 0}, {cut_sooner_by_memo, 0, 0, 0},
		{uncertain, 0, 0, 0}, {guessed_wrong, 0, 0, 1}, {longer, 0, 0, 1},
		{elsewhere, 0, 0, 1}};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_difference_is_said_but_not_for_ever),
		cmocka_unit_test(differences_are_counted),
		cmocka_unit_test(what_calls_itself_incomplete_is_no_difference),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
