#include "tools/cmd/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include "tools/render/render.h"
#include "tools/util/parse.h"
#include "tools/view/leaks.h"
#include "tools/view/query.h"
#include "tools/view/regions.h"
#include "tools/view/resources.h"

enum kind {
	COUNT,
	SIZE,
	TIME,
	TEXT,
	LIST,
	CHOICE,
	FORMAT,
	FLAG,
	KINDS,
	RESOURCES,
	SCAN,
	MOMENT,
	THRESHOLD
};

struct option_row {
	const char *name, *value; /* value: NULL for a FLAG */
	enum kind kind;
	size_t offset; /* in struct lr_options; of a LIST, behind which stands how many; of a
			* THRESHOLD, which one, plus 1, or 0: it is named; of a
			* FORMAT, a set of them */
	unsigned which;
	const char *const *choices; /* CHOICE: the values, in order */
	int choice_count;
	const char *help;
};

#define FORMAT_BAR(name, text) "|" #name
static const char *const colors[] = {"auto", "always", "never"};
static const char *const rule_forms[] = {"valgrind", "lsan"};
static const char *const switches[] = {"off", "on"};

#define AT(field)      offsetof(struct lr_options, field)
#define ONE(format)    (1u << LR_FORMAT_##format)
#define CHOICES(names) names, sizeof(names) / sizeof(*names)

static const struct option_row rows[] = {
	{"format", "text|json", FORMAT, ONE(text) | ONE(json), LR_OPT_FORMAT, NULL, 0,
		"how to print (text)"},
	{"format", "text|json|markdown", FORMAT, ONE(text) | ONE(json) | ONE(markdown),
		LR_OPT_CHANGES, NULL, 0, "how to print; Markdown: what is other in another run"},
	{"format", &(LR_FORMATS(FORMAT_BAR))[1], FORMAT, (1u << LR_FORMAT_COUNT) - 1,
		LR_OPT_OUTCOMES, NULL, 0, "how to print what is an error (text)"},
	{"source-dir", "DIR", LIST, AT(source_dirs), LR_OPT_SOURCES, NULL, 0,
		"the top that names of source files begin at; may be given again"},
	{"group-by", "site|function|file|module|thread", CHOICE, AT(group), LR_OPT_GROUP,
		CHOICES(lr_group_names), "what a row stands for (site)"},
	{"sort", "allocations|bytes|peak|unfreed|temporary", CHOICE, AT(sort), LR_OPT_SORT,
		CHOICES(lr_sort_names), "what comes first"},
	{"sort", "open|created|peak|bytes", CHOICE, AT(resource_sort), LR_OPT_RESOURCE_SORT,
		CHOICES(lr_resource_sort_names), "what comes first (open)"},
	{"sort", "allocations|bytes|entries|left|peak|unfreed|temporary", CHOICE, AT(region_sort),
		LR_OPT_REGION_SORT, CHOICES(lr_region_sort_names),
		"what comes first (allocations)"},
	{"limit", "N", COUNT, AT(limit), LR_OPT_LIMIT, NULL, 0, "rows to show, 0 for all"},
	{"stack", "N", COUNT, AT(stack), LR_OPT_LIMIT, NULL, 0,
		"frames to show of a call stack, 0 for all"},
	{"function", "GLOB", TEXT, AT(function), LR_OPT_SELECT, NULL, 0,
		"only stacks with such a function"},
	{"file", "GLOB", TEXT, AT(file), LR_OPT_SELECT, NULL, 0,
		"only stacks with such a source file"},
	{"module", "GLOB", TEXT, AT(module), LR_OPT_SELECT, NULL, 0,
		"only stacks with such a program or library"},
	{"thread", "GLOB", TEXT, AT(thread), LR_OPT_SELECT, NULL, 0,
		"only what threads of that name or number made"},
	{"region", "GLOB", TEXT, AT(region), LR_OPT_SELECT, NULL, 0,
		"only what was allocated in regions of that name, or below functions"},
	{"min-size", "BYTES", SIZE, AT(min_size), LR_OPT_SIZES, NULL, 0,
		"only blocks of this size or more (K, M, G)"},
	{"max-size", "BYTES", SIZE, AT(max_size), LR_OPT_SIZES, NULL, 0,
		"only blocks of this size or less"},
	{"from", "SECONDS|mark:NAME", TIME, AT(from), LR_OPT_SPAN, NULL, 0,
		"only what was made this long after the start or later"},
	{"kinds", "definite,indirect,possible,reachable,suppressed,not_judged", KINDS, AT(kinds),
		LR_OPT_KINDS, NULL, 0, "what to list; all: everything"},
	{"kinds", "threads,timers,descriptors,mappings,..", RESOURCES, 0, LR_OPT_RESOURCE_SORT,
		NULL, 0,
		"which resources, as JSON names them; pairs: all with a release of their own"},
	{"all", NULL, FLAG, AT(all), LR_OPT_RESOURCES, NULL, 0,
		"also where all was released, and what was open when the process began"},
	{"open", NULL, FLAG, AT(open), LR_OPT_RESOURCES, NULL, 0,
		"list all that is open, not only the first few of a row"},
	{"at", "N|last|end", MOMENT, AT(at), LR_OPT_RESOURCES, NULL, 0,
		"what was open at a scan (end)"},
	{"scan", "N|last", SCAN, AT(scan), LR_OPT_SCAN, NULL, 0,
		"which scan of the live memory (last)"},
	{"to", "SECONDS|mark:NAME", TIME, AT(to), LR_OPT_SPAN, NULL, 0,
		"only what was made before"},
	{"from", "SECONDS|mark:NAME", TIME, AT(moments[0]), LR_OPT_MOMENTS, NULL, 0,
		"the first moment, so long after the start (the start)"},
	{"to", "SECONDS|mark:NAME", TIME, AT(moments[1]), LR_OPT_MOMENTS, NULL, 0,
		"the second moment (the end)"},
	{"threshold", "NAME=VALUE", THRESHOLD, 0, LR_OPT_THRESHOLDS, NULL, 0,
		"from where on it is a finding; --threshold=help lists the names"},
	{"min-growth", "BYTES", THRESHOLD, LR_THRESHOLD_GROWTH_UNBOUNDED_BYTES + 1, LR_OPT_GROWTH,
		NULL, 0, "growth by less is none (16K)"},
	{"confidence", "SHARE", THRESHOLD, LR_THRESHOLD_GROWTH_UNBOUNDED_CONFIDENCE + 1,
		LR_OPT_GROWTH, NULL, 0, "how sure to be, 0 to 1 (0.99)"},
	{"sysroot", "DIR", TEXT, AT(sysroot), LR_OPT_NAMES, NULL, 0,
		"where the traced system's files are"},
	{"debug-dir", "DIR", LIST, AT(debug_dirs), LR_OPT_NAMES, NULL, 0,
		"where debug files are, too; may be given again"},
	{"debuginfod", "on|off", CHOICE, AT(debuginfod), LR_OPT_NAMES, CHOICES(switches),
		"ask debuginfod when DEBUGINFOD_URLS is set (on)"},
	{"no-symbol-cache", NULL, FLAG, AT(no_symbol_cache), LR_OPT_NAMES, NULL, 0,
		"neither use nor keep names of earlier reports"},
	{"suppressions", "FILE", LIST, AT(suppressions), LR_OPT_SUPPRESS, NULL, 0,
		"Valgrind's or LeakSanitizer's suppressions; may be given again"},
	{"no-default-suppressions", NULL, FLAG, AT(no_default_suppressions), LR_OPT_SUPPRESS, NULL,
		0, "show also what the C library and C++ keep on purpose"},
	{"rules", "valgrind|lsan", CHOICE, AT(rule_form), LR_OPT_RULES, CHOICES(rule_forms),
		"the form of suppressions that are written (valgrind)"},
	{"errors-for", "LIST", TEXT, AT(errors_for), LR_OPT_ERRORS, NULL, 0,
		"verdicts and findings that are errors (definite,possible)"},
	{"dumps-from", "FILE", TEXT, AT(dumps_from), ~0u, NULL, 0,
		"names of further dumps, one a line, or each ended by a zero byte; - standard "
		"input"},
	{"budget", "FILE", TEXT, AT(budget), LR_OPT_CHECK, NULL, 0,
		"rules and a baseline, as `leakreport baseline` writes them"},
	{"baseline", "DUMP|FILE", TEXT, AT(baseline), LR_OPT_CHECK, NULL, 0,
		"what rules refer to as baseline: a dump, or another budget's"},
	{"rule", "RULE", LIST, AT(held_to), LR_OPT_HELD, NULL, 0,
		"a rule more: allocations<=1000, no-leaks ..; may be given again"},
	{"repeated", NULL, FLAG, AT(repeated), LR_OPT_HELD, NULL, 0,
		"dumps of different runs repeat each other: the least counts"},
	{"tighten", NULL, FLAG, AT(tighten), LR_OPT_CHECK, NULL, 0,
		"rewrite the budget where a limit is loose; no limit gets wider"},
	{"write", "FORMAT:FILE", LIST, AT(writes), LR_OPT_CHECK, NULL, 0,
		"also write the verdict in that format; may be given again"},
	{"brief", NULL, FLAG, AT(brief), LR_OPT_CHECK, NULL, 0, "one line when all rules hold"},
	{"validate", NULL, FLAG, AT(validate), LR_OPT_CHECK, NULL, 0,
		"only see whether rules and budget are understood; needs no dump"},
	{"output", "FILE", TEXT, AT(output), LR_OPT_BASELINE, NULL, 0,
		"where to write the budget (standard output)"},
	{"color", "auto|always|never", CHOICE, AT(color), LR_OPT_FORMAT | LR_OPT_OUTCOMES,
		CHOICES(colors), "colours (auto: on a terminal)"},
};
enum { ROWS = sizeof(rows) / sizeof(*rows), HELP = 1000, VERSION };

static bool parse_count(const char *s, uint64_t *to)
{
	char *end;
	if (!isdigit((unsigned char)*s))
		return false;
	errno = 0;
	unsigned long long v = strtoull(s, &end, 10);
	*to = v ? v : UINT64_MAX - 1; /* all */
	return errno == 0 && *end == 0;
}

static bool parse_time(const char *s, uint64_t *to)
{
	const char *rest;
	double v;
	if (!lr_parse_number(s, &v, &rest) || v > 1e12)
		return false;
	*to = (uint64_t)(v * 1e6 + 0.5);
	return *rest == 0 || strcmp(rest, "s") == 0;
}

/* A mark takes the place of a time. */
static bool parse_mark(struct lr_options *o, const struct option_row *r, const char *s)
{
	const char **mark = &o->marks[strcmp(r->name, "to") == 0];
	*mark = strncmp(s, "mark:", 5) == 0 && s[5] ? s + 5 : NULL;
	return *mark != NULL;
}

static bool parse_choice(const struct option_row *r, const char *s, int *to)
{
	for (int i = 0; i < r->choice_count; i++)
		if (strcmp(r->choices[i], s) == 0) {
			*to = i;
			return true;
		}
	return false;
}

/* allowed: a set of 1 << enum lr_format_choice */
static bool parse_format(const char *s, size_t allowed, int *to)
{
	for (int i = 0; i < LR_FORMAT_COUNT; i++)
		if ((allowed >> i & 1) && strcmp(lr_formats[i].name, s) == 0) {
			*to = i;
			return true;
		}
	return false;
}

static bool parse_kind(const char *s, size_t len, unsigned *to)
{
	for (unsigned c = 0; c < LR_LEAK_CLASS_COUNT; c++)
		if (strlen(lr_leak_keys[c]) == len && strncmp(lr_leak_keys[c], s, len) == 0) {
			*to |= 1u << c;
			return true;
		}
	if (len == 3 && strncmp(s, "all", len) == 0)
		*to = (1u << LR_LEAK_CLASS_COUNT) - 1;
	return *to == (1u << LR_LEAK_CLASS_COUNT) - 1;
}

static bool parse_kinds(const char *s, unsigned *to)
{
	*to = 0;
	for (;; s++) {
		size_t len = strcspn(s, ",");
		if (!parse_kind(s, len, to))
			return false;
		s += len;
		if (!*s)
			return true;
	}
}

/* LR_OPEN_END is 0. */
static bool parse_moment(const char *s, uint32_t *to)
{
	uint64_t n = LR_OPEN_END;
	if (strcmp(s, "end") != 0 && strcmp(s, "last") != 0 &&
		(!parse_count(s, &n) || n >= UINT32_MAX - 2))
		return false;
	*to = strcmp(s, "last") == 0 ? LR_SCANS_LAST : (uint32_t)n;
	return true;
}

static bool parse_scan(const char *s, uint64_t *to)
{
	*to = 0;
	if (strcmp(s, "last") == 0)
		return true;
	return parse_count(s, to) && *to < UINT32_MAX - 1;
}

/* An array of LR_LIST_MAX, and behind it how many. */
static bool add_to_list(const char **list, const char *s)
{
	size_t *used = (size_t *)(void *)(list + LR_LIST_MAX);
	if (*used == LR_LIST_MAX || !*s)
		return false;
	list[(*used)++] = s;
	return true;
}

/* A threshold by its number plus 1; 0: s has its name, too. */
static bool set_threshold(struct lr_options *o, size_t number, const char *s)
{
	char text[128];
	if (number == 0)
		return lr_thresholds_set(&o->thresholds, s);
	int n = snprintf(text, sizeof(text), "%s=%s", lr_threshold_rows[number - 1].name, s);
	return n > 0 && n < (int)sizeof(text) && lr_thresholds_set(&o->thresholds, text);
}

static bool set_option(struct lr_options *o, const struct option_row *r, const char *s)
{
	void *at = (char *)o + r->offset;
	switch (r->kind) {
	case COUNT:
		return parse_count(s, at);
	case SIZE:
		return lr_parse_size(s, at);
	case TIME:
		return parse_mark(o, r, s) || parse_time(s, at);
	case CHOICE:
		return parse_choice(r, s, at);
	case FORMAT:
		return parse_format(s, r->offset, &o->format);
	case TEXT:
		*(const char **)at = s;
		return *s != 0;
	case LIST:
		return add_to_list(at, s);
	case FLAG:
		*(bool *)at = true;
		return true;
	case KINDS:
		return parse_kinds(s, at);
	case RESOURCES:
		return o->resources_given = lr_resources_named(s, o->resources);
	case SCAN:
		return parse_scan(s, at);
	case MOMENT:
		return parse_moment(s, at);
	case THRESHOLD:
		return set_threshold(o, r->offset, s);
	}
	return false;
}

/* Before the command is known any option of that name may be meant. */
static bool is_any(struct lr_options *o, const char *name, const char *s)
{
	for (int i = 0; i < ROWS; i++)
		if (strcmp(rows[i].name, name) == 0 && set_option(o, &rows[i], s))
			return true;
	return false;
}

static void set_defaults(struct lr_options *o)
{
	*o = (struct lr_options){.sort = -1,
		.limit = UINT64_MAX,
		.stack = UINT64_MAX,
		.debuginfod = 1,
		.max_size = UINT64_MAX,
		.moments = {0, UINT64_MAX},
		.thresholds = lr_thresholds_default,
		.to = UINT64_MAX};
}

enum lr_parsed lr_options_parse(
	struct lr_options *o, unsigned which, int argc, char **argv, int *rest)
{
	struct option longs[ROWS + 3] = {{0}};
	int n = 0, got;
	for (int i = 0; i < ROWS; i++)
		if (rows[i].which & which)
			longs[n++] = (struct option){rows[i].name,
				rows[i].kind == FLAG ? no_argument : required_argument, NULL, i};
	longs[n++] = (struct option){"help", no_argument, NULL, HELP};
	longs[n++] = (struct option){"version", no_argument, NULL, VERSION};
	set_defaults(o);
	optind = 1;
	opterr = 0;
	while ((got = getopt_long(argc, argv, ":hV", longs, NULL)) != -1) {
		if (got == HELP || got == 'h')
			return LR_PARSED_HELP;
		if (got == VERSION || got == 'V')
			return LR_PARSED_VERSION;
		if (got == ':' || got == '?') {
			fprintf(stderr,
				got == ':'
					? "leakreport: %s needs a value; --help tells which\n"
					: "leakreport: %s is no option here; --help lists them\n",
				argv[optind - 1]);
			return LR_PARSED_WRONG;
		}
		if (strcmp(rows[got].name, "threshold") == 0 && strcmp(optarg, "help") == 0)
			return LR_PARSED_THRESHOLDS;
		if (!set_option(o, &rows[got], optarg) &&
			(which != LR_OPT_EVERY || !is_any(o, rows[got].name, optarg))) {
			fprintf(stderr, "leakreport: --%s=%s is not understood; give %s\n",
				rows[got].name, optarg, rows[got].value);
			return LR_PARSED_WRONG;
		}
	}
	*rest = optind;
	return LR_PARSED_RUN;
}

void lr_options_help(FILE *f, unsigned which)
{
	enum { COLUMN = 26 };
	fputs("Options:\n", f);
	for (int i = 0; i < ROWS; i++) {
		if (!(rows[i].which & which))
			continue;
		int used = fprintf(f, "  --%s%s%s", rows[i].name, rows[i].value ? "=" : "",
			rows[i].value ? rows[i].value : "");
		if (used >= COLUMN) {
			fputc('\n', f);
			used = 0;
		}
		fprintf(f, "%*s%s\n", COLUMN - used, "", rows[i].help);
	}
	fprintf(f, "%-*s%s\n", COLUMN, "  --help", "this text");
	fprintf(f, "%-*s%s\n", COLUMN, "  --version", "the version");
}

void lr_options_thresholds(FILE *f)
{
	for (int i = 0; i < LR_THRESHOLD_COUNT; i++) {
		const struct lr_threshold_row *r = &lr_threshold_rows[i];
		fprintf(f, "%-28s %-6s %s\n", r->name,
			lr_threshold_show((enum lr_threshold_id)i, r->initial).text, r->text);
	}
}
