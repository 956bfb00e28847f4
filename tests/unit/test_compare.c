/* Two measures beside each other: what is the same site, what is a renamed function, what is not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "tools/view/compare.h"

/* "innermost<..<main", with so many allocations of so many bytes in all. */
static uint32_t put(struct lr_measure *m, const char *path, uint64_t allocations, uint64_t bytes)
{
	char text[512];
	const struct lr_measured_frame *f = NULL;
	snprintf(text, sizeof(text), "%s", path);
	for (char *at; (at = strrchr(text, '<')); *at = 0)
		f = lr_measure_frame(m, f, at + 1, "prog", false);
	f = lr_measure_frame(m, f, text, "prog", false);
	uint32_t site = lr_measure_site(m, f, NULL, 0);
	struct lr_values *v = lr_measure_row(m, site, lr_measure_program(m, "prog"), 0, 0);
	v->of[LR_METRIC_ALLOCATIONS] += allocations;
	v->of[LR_METRIC_BYTES] += bytes;
	return site;
}

struct two {
	struct lr_measure *a, *b;
	struct lr_compare *c;
};

static struct two begin(void)
{
	return (struct two){.a = lr_measure_new(), .b = lr_measure_new()};
}

static void compare(struct two *t)
{
	lr_compare_free(t->c);
	t->c = lr_compare_make(t->a, t->b);
}

static void end(struct two *t)
{
	lr_compare_free(t->c);
	lr_measure_free(t->a);
	lr_measure_free(t->b);
}

/* Of the one before (UINT32_MAX: none) and after, these two are one site. */
static void joined(const struct two *t, uint32_t before, uint32_t after, enum lr_join join)
{
	const struct lr_compared_site *s = &t->c->sites[t->c->joined[LR_AFTER][after]];
	if (s->join != join)
		fail_msg("%s, not %s", lr_join_keys[s->join], lr_join_keys[join]);
	assert_int_equal(s->site[LR_BEFORE], before + 1);
	assert_int_equal(s->site[LR_AFTER], after + 1);
	if (join != LR_JOIN_NONE)
		assert_int_equal(t->c->joined[LR_BEFORE][before], t->c->joined[LR_AFTER][after]);
}

static void gone(const struct two *t, uint32_t before)
{
	const struct lr_compared_site *s = &t->c->sites[t->c->joined[LR_BEFORE][before]];
	assert_int_equal(s->site[LR_AFTER], 0);
	assert_int_equal(s->join, LR_JOIN_NONE);
}

static void paths_decide(void **state)
{
	(void)state;
	struct two t = begin();
	uint32_t f = put(t.a, "f<main", 3, 30), g = put(t.a, "g<main", 1, 1);
	put(t.b, "x<h<main", 500, 10); /* so that indices differ */
	uint32_t f2 = put(t.b, "f<main", 2, 20), h = put(t.b, "h<main", 900, 2);
	put(t.b, "f<main", 2, 20);
	compare(&t);
	joined(&t, f, f2, LR_JOIN_SAME);
	joined(&t, UINT32_MAX, h, LR_JOIN_NONE);
	gone(&t, g);
	assert_int_equal(t.c->used, 4);
	const struct lr_compared_site *s = &t.c->sites[t.c->joined[LR_AFTER][f2]];
	assert_int_equal(s->of[LR_BEFORE].of[LR_METRIC_BYTES], 30);
	assert_int_equal(s->of[LR_AFTER].of[LR_METRIC_ALLOCATIONS], 4);
	assert_int_equal(lr_compare_before(t.c, f2), f + 1);
	assert_int_equal(lr_compare_before(t.c, h), 0);
	end(&t);
}

static void renamed_function_is_found(void **state)
{
	(void)state;
	struct two t = begin();
	uint32_t a[] = {put(t.a, "node<parse_hdr<main", 10, 100), put(t.a, "parse_hdr<main", 1, 8),
		put(t.a, "list<parse_hdr<load<main", 2, 2)};
	uint32_t b[] = {put(t.b, "node<parse_header<main", 11, 110),
		put(t.b, "parse_header<main", 1, 8), put(t.b, "list<parse_header<load<main", 2, 2)};
	uint32_t more = put(t.b, "extra<parse_header<main", 40, 1);
	compare(&t);
	for (int i = 0; i < 3; i++) {
		joined(&t, a[i], b[i], LR_JOIN_RENAMED);
		assert_string_equal(t.c->sites[t.c->joined[LR_AFTER][b[i]]].function, "parse_hdr");
	}
	joined(&t, UINT32_MAX, more, LR_JOIN_NONE);
	assert_int_equal(t.c->renamings_used, 1);
	assert_string_equal(t.c->renamings[0].from, "parse_hdr");
	assert_string_equal(t.c->renamings[0].to, "parse_header");
	assert_int_equal(t.c->renamings[0].sites, 3);
	end(&t);
}

static void several_renamed_at_once(void **state)
{
	(void)state;
	struct two t = begin();
	uint32_t a = put(t.a, "node<one<two<main", 10, 100), a1 = put(t.a, "one<two<main", 5, 5),
		 a2 = put(t.a, "two<main", 7, 7);
	uint32_t b = put(t.b, "node<uno<due<main", 10, 100), b1 = put(t.b, "uno<due<main", 5, 5),
		 b2 = put(t.b, "due<main", 7, 7);
	compare(&t);
	joined(&t, a, b, LR_JOIN_RENAMED);
	joined(&t, a1, b1, LR_JOIN_RENAMED);
	joined(&t, a2, b2, LR_JOIN_RENAMED);
	assert_int_equal(t.c->renamings_used, 2);
	end(&t);
}

/* Siblings are told apart by their counts, and not at all where these are the same. */
static void siblings(void **state)
{
	(void)state;
	struct two t = begin();
	uint32_t a1 = put(t.a, "f1<main", 100, 1000), a2 = put(t.a, "f2<main", 3, 48);
	uint32_t b2 = put(t.b, "g2<main", 3, 48), b1 = put(t.b, "g1<main", 100, 1000);
	compare(&t);
	joined(&t, a1, b1, LR_JOIN_RENAMED);
	joined(&t, a2, b2, LR_JOIN_RENAMED);
	end(&t);
	t = begin();
	a1 = put(t.a, "f1<main", 100, 1000), a2 = put(t.a, "f2<main", 100, 1000);
	b2 = put(t.b, "g2<main", 100, 1000), b1 = put(t.b, "g1<main", 100, 1000);
	compare(&t);
	joined(&t, UINT32_MAX, b1, LR_JOIN_NONE);
	joined(&t, UINT32_MAX, b2, LR_JOIN_NONE);
	gone(&t, a1);
	gone(&t, a2);
	end(&t);
}

/* What is no renaming: another function went, and this one came. */
static void others_stay_apart(void **state)
{
	(void)state;
	struct two t = begin();
	uint32_t a = put(t.a, "f<main", 3, 30), b = put(t.b, "g<main", 3000, 10);
	compare(&t);
	joined(&t, UINT32_MAX, b, LR_JOIN_NONE);
	gone(&t, a);
	/* The old name is still there, elsewhere. */
	put(t.a, "k<main", 5, 5);
	put(t.b, "k<l<main", 5, 5);
	uint32_t h = put(t.b, "h<main", 5, 5);
	compare(&t);
	joined(&t, UINT32_MAX, h, LR_JOIN_NONE);
	end(&t);
}

static void one_function_more_or_less(void **state)
{
	(void)state;
	struct two t = begin();
	uint32_t a = put(t.a, "f<main", 10, 100), b = put(t.b, "helper<f<main", 12, 120);
	uint32_t a2 = put(t.a, "x<small<y<main", 7, 7), b2 = put(t.b, "x<y<main", 7, 7);
	compare(&t);
	joined(&t, a, b, LR_JOIN_MOVED);
	joined(&t, a2, b2, LR_JOIN_MOVED);
	assert_string_equal(t.c->sites[t.c->joined[LR_AFTER][b]].function, "helper");
	assert_string_equal(t.c->sites[t.c->joined[LR_AFTER][b2]].function, "small");
	end(&t);
	t = begin();
	a = put(t.a, "f<main", 10, 100);
	b = put(t.b, "helper<f<main", 1, 1); /* another thing */
	compare(&t);
	joined(&t, UINT32_MAX, b, LR_JOIN_NONE);
	gone(&t, a);
	end(&t);
}

/* Calls that are jumps in one of the builds. The functions are elsewhere in both. */
static void fewer_functions(void **state)
{
	(void)state;
	struct two t = begin();
	put(t.a, "get<save<other<main", 1, 1);
	put(t.b, "get<save<other<main", 1, 1);
	put(t.a, "x<xmalloc<main", 1, 1);
	put(t.b, "x<xmalloc<main", 1, 1);
	uint32_t a = put(t.a, "xmalloc<node<parse<main", 10, 100),
		 b = put(t.b, "node<parse<main", 12, 120);
	uint32_t a2 = put(t.a, "get<save<lex<main", 7, 70), b2 = put(t.b, "get<lex<main", 7, 70);
	uint32_t a3 = put(t.a, "get<save<more<main", 7, 71), b3 = put(t.b, "get<more<main", 7, 72);
	compare(&t);
	joined(&t, a, b, LR_JOIN_MOVED);
	joined(&t, a2, b2, LR_JOIN_MOVED);
	assert_null(t.c->sites[t.c->joined[LR_AFTER][b2]].function);
	joined(&t, UINT32_MAX, b3, LR_JOIN_NONE);
	gone(&t, a3);
	/* Of two that fit with the same counts either will do. */
	a = put(t.a, "get<save<k<main", 9, 90);
	put(t.a, "get<other<k<main", 9, 90);
	b = put(t.b, "get<k<main", 9, 90);
	compare(&t);
	assert_int_not_equal(lr_compare_before(t.c, b), 0);
	assert_int_equal(t.c->used, t.b->sites_used + 2);
	end(&t);
	t = begin();
	put(t.a, "get<save<k<main", 9, 90);
	a = put(t.a, "get<save<l<main", 1, 1);
	lr_measure_row(t.a, a, 0, 0, 0)->of[LR_METRIC_DEFINITE_BYTES] = 1;
	put(t.b, "save<k<main", 9, 90);
	b = put(t.b, "get<l<main", 1, 1); /* nothing is lost there */
	compare(&t);
	gone(&t, a);
	joined(&t, UINT32_MAX, b, LR_JOIN_NONE);
	end(&t);
}

static void offsets_may_move(void **state)
{
	(void)state;
	struct two t = begin();
	uint32_t a = put(t.a, "node<0x1234<main", 10, 100), a2 = put(t.a, "0x1300<main", 2, 2);
	uint32_t b = put(t.b, "node<0x1240<main", 10, 100), b2 = put(t.b, "0x1310<main", 2, 2);
	compare(&t);
	joined(&t, a, b, LR_JOIN_RENAMED);
	joined(&t, a2, b2, LR_JOIN_RENAMED);
	assert_null(t.c->sites[t.c->joined[LR_AFTER][b]].function);
	assert_int_equal(t.c->renamings_used, 0);
	assert_int_equal(t.c->unnamed, 2);
	end(&t);
}

static void the_program_may_be_called_otherwise(void **state)
{
	(void)state;
	struct two t = begin();
	uint32_t a = put(t.a, "f<main", 1, 1);
	const struct lr_measured_frame *f = lr_measure_frame(t.b, NULL, "main", "prog-2", false);
	uint32_t b = lr_measure_site(t.b, lr_measure_frame(t.b, f, "f", "prog-2", false), NULL, 0);
	lr_measure_program(t.b, "prog-2");
	compare(&t);
	joined(&t, a, b, LR_JOIN_SAME);
	end(&t);
}

static void findings_and_resources_follow_their_sites(void **state)
{
	(void)state;
	struct two t = begin();
	uint32_t a = put(t.a, "node<old<main", 5, 5), b = put(t.b, "node<new<main", 5, 5);
	lr_measure_finding(t.a, 0, "churn.append", a + 1)->count = 2;
	lr_measure_finding(t.b, 0, "churn.append", b + 1)->count = 3;
	lr_measure_finding(t.b, 0, "leak.definite", b + 1)->count = 4;
	lr_measure_resource(t.a, 0, "timers", 0)->open = 1;
	lr_measure_resource(t.b, 0, "timers", 0)->open = 2;
	compare(&t);
	assert_int_equal(t.c->findings_used, 2);
	assert_int_equal(t.c->findings[0].count[LR_BEFORE], 2);
	assert_int_equal(t.c->findings[0].count[LR_AFTER], 3);
	assert_int_equal(t.c->findings[1].count[LR_BEFORE], 0);
	assert_int_equal(t.c->resources_used, 1);
	assert_int_equal(t.c->resources[0].open[LR_AFTER], 2);
	end(&t);
}

/* A file that holds only a part of the sites says nothing of those that are as small as its others.
 */
static void a_part_of_the_sites(void **state)
{
	(void)state;
	struct two t = begin();
	uint32_t a = put(t.a, "f<main", 100, 100);
	t.a->whole = false;
	t.a->rest_most.of[LR_METRIC_ALLOCATIONS] = 5;
	t.a->rest_most.of[LR_METRIC_BYTES] = 50;
	uint32_t b = put(t.b, "f<main", 100, 100), small = put(t.b, "g<main", 5, 50),
		 large = put(t.b, "h<main", 5, 51);
	compare(&t);
	joined(&t, a, b, LR_JOIN_SAME);
	assert_false(t.c->sites[t.c->joined[LR_AFTER][b]].unsure);
	assert_true(t.c->sites[t.c->joined[LR_AFTER][small]].unsure);
	assert_false(t.c->sites[t.c->joined[LR_AFTER][large]].unsure);
	end(&t);
}

static void empty_ones(void **state)
{
	(void)state;
	struct two t = begin();
	compare(&t);
	assert_int_equal(t.c->used, 0);
	uint32_t a = put(t.a, "main", 1, 1);
	compare(&t);
	gone(&t, a);
	end(&t);
}

/* A hundred thousand sites each, of which all have other names: no two are put beside all others.
 */
static void many_sites(void **state)
{
	enum { N = 100000 };
	(void)state;
	struct two t = begin();
	for (int side = 0; side < 2; side++)
		for (int i = 0; i < N; i++) {
			char path[128];
			snprintf(path, sizeof(path), "%c%d<same<%s%d<main", "fg"[side], i,
				i % 3 ? "0x" : "caller", i / 3 % 1000 + (i % 3 ? side * 1000 : 0));
			put(side ? t.b : t.a, path, 1 + (uint64_t)i % 50, 7);
		}
	clock_t start = clock();
	compare(&t);
	double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
	if (seconds > 10)
		fail_msg("%.1f s", seconds);
	assert_true(t.c->used >= N && t.c->used <= 2 * N);
	end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(paths_decide),
		cmocka_unit_test(renamed_function_is_found),
		cmocka_unit_test(several_renamed_at_once), cmocka_unit_test(siblings),
		cmocka_unit_test(others_stay_apart), cmocka_unit_test(one_function_more_or_less),
		cmocka_unit_test(fewer_functions), cmocka_unit_test(offsets_may_move),
		cmocka_unit_test(the_program_may_be_called_otherwise),
		cmocka_unit_test(findings_and_resources_follow_their_sites),
		cmocka_unit_test(a_part_of_the_sites), cmocka_unit_test(empty_ones),
		cmocka_unit_test(many_sites)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
