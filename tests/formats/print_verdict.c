/* Prints a made-up verdict: print_verdict FORMAT hostile|passed|unknown. Names are those that a
 * hostile dump, or a careless one, could have. Where a name is harmless, it stays what it is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tools/render/render.h"

/* Each is a function, a rule's text, a file, a reason and a program in turn. tests/formats/names.py
 * has the same list, and what is to be read where it was printed. */
static const char *const names[] = {
	"parse_hdr",
	"std::map<int, std::string>::operator[](int&&)",
	"main::{lambda(int)#1}::operator()(int) const",
	"quote\" 'single' \\back\\slash\\",
	"line\nbreak\r\n::error::injected",
	"bell\a esc\033[31m nul-ish\x01 del\x7f tab\t.",
	"bad\xff\xfe utf8\xc3 \xed\xa0\x80 end\xe2\x82",
	"not a character \xef\xbf\xbe\xef\xbf\xbf",
	"]]> <!-- --> <![CDATA[ &amp; &#0; %0A %25 %",
	"<script>alert(1)</script><img src=x onerror=y>",
	"pipe|pipe\\|pipe `tick` ``two`` ```three",
	"*bold* _under_ ~~gone~~ [link](http://evil.example/) ![img](x) www.evil.example",
	"@everyone #123 a@evil.example https://evil.example",
	"# TODO later",
	"ok 1 - fine # SKIP not needed",
	"\xd7\x90\xe2\x80\xae turned \xe2\x81\xa6 \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x90\x9b",
	" blanks ",
	"",
	"a|b,c=d:e;f {0} {{1}} 100%",
	"---\n  ...\n1..0",
};
enum { NAMES = sizeof(names) / sizeof(*names) };

struct made {
	struct lr_measure *measure;
	struct lr_check_site sites[NAMES + 1][3];
	struct lr_check_rule rules[NAMES + 1];
	struct lr_check check;
};

/* Of one name: a path main < name < name's caller .. */
static const struct lr_measured_site *make_site(struct made *m, size_t i, const char *inner)
{
	const struct lr_measured_frame *f =
		lr_measure_frame(m->measure, NULL, "main", "prog", false);
	f = lr_measure_frame(m->measure, f, names[i], names[(i + 1) % NAMES], i % 3 == 0);
	f = lr_measure_frame(m->measure, f, inner, "libmine.so.1", false);
	char file[512];
	snprintf(file, sizeof(file), "/top/src/%s.c", names[i]);
	uint32_t site =
		lr_measure_site(m->measure, f, i % 5 ? file : NULL, i % 5 ? 10 + (unsigned)i : 0);
	return &m->measure->sites[site];
}

static void make_rule(struct made *m, size_t i)
{
	struct lr_check_rule *r = &m->rules[i];
	*r = (struct lr_check_rule){.id = names[i],
		.text = names[i],
		.metric = i % 2 ? "bytes" : "allocations",
		.bytes = i % 2,
		.reason = i % 4 == 0 ? names[(i + 2) % NAMES] : NULL,
		.status = LR_CHECK_FAILED,
		.why = names[(i + 3) % NAMES],
		.actual = 1000 + i,
		.has_max = i % 3 != 0,
		.has_min = i % 3 == 2,
		.max = 500,
		.min = i % 3 == 2 ? 500 : 0,
		.has_baseline = i % 2,
		.baseline = 2000 * (i % 4 == 1),
		.lowest = 1000 + i,
		.highest = 1000 + i + (i % 5 == 1),
		.deterministic = i % 5 != 1,
		.sites = m->sites[i],
		.sites_used = i % 4,
		.sites_all = i % 4 == 3 ? 12 : 0};
}

static void fill_sites(struct made *m, size_t i)
{
	for (size_t k = 0; k < m->rules[i].sites_used; k++)
		m->sites[i][k] = (struct lr_check_site){.site = make_site(m, (i + k) % NAMES,
								k == 0   ? names[i]
								: k == 1 ? "xmalloc"
									 : "f"),
			.actual = 10 * k + 1,
			.baseline = k,
			.has_baseline = k == 1,
			.is_new = k == 0,
			.renamed_from = k == 1 ? names[i] : NULL};
}

/* Of the rules one passes loosely and one cannot be judged, besides those that fail. */
static void make_hostile(struct made *m)
{
	/* sites must not move while others are added: all are made once before they are pointed at
	 */
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < NAMES; i++) {
			make_rule(m, i);
			fill_sites(m, i);
		}
	m->rules[2].status = LR_CHECK_PASSED;
	m->rules[2].loose = true;
	m->rules[2].tighter = names[10];
	m->rules[4].status = LR_CHECK_UNKNOWN;
	m->check = (struct lr_check){.program = names[11],
		.command = names[4],
		.budget = "/top/tests/budget.json",
		.rules_used = NAMES,
		.passed = 1,
		.unknown = 1,
		.failed = NAMES - 2,
		.loose = 1,
		.status = LR_CHECK_FAILED,
		.runs = 3,
		.notes = names,
		.notes_used = NAMES};
}

static void make_plain(struct made *m, enum lr_check_status status)
{
	m->rules[0] = (struct lr_check_rule){.id = "function:parse_*:allocations",
		.text = "function:parse_*:allocations<=10",
		.metric = "allocations",
		.status = status,
		.why = status == LR_CHECK_PASSED ? "9 allocations" : "no process has verdicts",
		.actual = 9,
		.has_max = true,
		.max = 10,
		.lowest = 9,
		.highest = 9,
		.deterministic = true};
	m->check = (struct lr_check){.program = "prog",
		.rules_used = 1,
		.passed = status == LR_CHECK_PASSED,
		.unknown = status == LR_CHECK_UNKNOWN,
		.status = status,
		.runs = 1,
		.duration_us = 1234567};
}

int main(int argc, char **argv)
{
	static struct made m;
	const char *top = "/top";
	if (argc != 3)
		return 2;
	m.measure = lr_measure_new();
	if (strcmp(argv[2], "hostile") == 0)
		make_hostile(&m);
	else
		make_plain(&m, strcmp(argv[2], "passed") == 0 ? LR_CHECK_PASSED : LR_CHECK_UNKNOWN);
	m.check.rules = m.rules;
	struct lr_sources *sources = lr_sources_open(&top, 1);
	struct lr_report report = {.command = "check", .check = &m.check, .sources = sources};
	struct lr_style style = {.color = false};
	int status = 2;
	for (int i = LR_FORMAT_json + 1; i < LR_FORMAT_COUNT; i++)
		if (strcmp(lr_formats[i].name, argv[1]) == 0) {
			lr_formats[i].render(stdout, &report, &style);
			status = 0;
		}
	lr_sources_close(sources);
	lr_measure_free(m.measure);
	return status;
}
