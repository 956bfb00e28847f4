/* See options.h. A row with a setting sets LEAKTRACE_<setting> to its value (a flag: to 1, and one
 * more each time it is given); a row without has a case of its own in apply(). */
#include "tools/launch/options.h"

#include <config.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tools/launch/say.h"

struct row {
	const char *name;
	char letter;         /* 0: none */
	const char *value;   /* what the value is called in --help; NULL: a flag */
	const char *domain;  /* "a|b" words, "1..9" a range; NULL: any text */
	const char *setting; /* NULL: the launcher's own */
	const char *text;
};

/* clang-format off */
static const struct row rows[] = {
	{"output", 'o', "FILE", NULL, "OUT",
		"the dump's name; %p is the process id, %e the program,\n"
		"%t the time (leaktrace.%e.%p.bin)"},
	{"children", 0, "WHICH", "follow|none", "CHILDREN",
		"also trace what the program starts, or not (follow)"},
	{"programs", 0, "LIST", NULL, "PROGRAMS",
		"trace only programs of these names (* and ? match;\ncommas between; -NAME leaves out; /PATH/* whole paths)"},
	{"depth", 0, "N", "1..1024", "DEPTH",
		"keep N frames of each stack, 1 to 1024 (128)"},
	{"free-stacks", 0, "WHICH", "none|sampled|all", "FREE_STACKS",
		"record the stacks of which releases; sampled is one in 64\n(sampled)"},
	{"unwind", 0, "HOW", "memo|plain|verify", "UNWIND",
		"how stacks are walked: beside the last one, each anew, or both\nand compared with libgcc's (memo)"},
	{"paused", 0, NULL, NULL, "PAUSED",
		"do not record until the program calls leaktrace_resume()"},
	{"verbose", 'v', NULL, "0..2", "VERBOSE",
		"let the library say where the dump is; twice: what was missed"},
	{"report", 0, "FILE", NULL, NULL,
		"write the report to FILE, not to standard error"},
	{"report-format", 0, "FORMAT", "text|json", NULL,
		"how the report is printed (text)"},
	{"no-report", 0, NULL, NULL, NULL,
		"only write the dump"},
	{"error-exitcode", 0, "N", "0..255", NULL,
		"end with status N if there are errors and the program has not\nfailed by itself (0: end as the program)"},
	{"errors-for", 0, "LIST", NULL, NULL,
		"verdicts and findings that are errors (definite,possible)"},
	{"suppressions", 0, "FILE", NULL, NULL,
		"Valgrind's or LeakSanitizer's suppressions; may be given again"},
	{"threshold", 0, "NAME=VALUE", NULL, NULL,
		"from where on something is a finding; may be given again;\nleakreport --threshold=help lists the names"},
	{"check", 0, "FILE", NULL, NULL,
		"hold the run to the rules of a budget file; %e is the program"},
	{"rule", 0, "RULE", NULL, NULL,
		"a rule to hold the run to; may be given again"},
	{"update", 0, NULL, NULL, NULL,
		"write the file of --check from this run, do not check"},
	{"repeat", 0, "N", "1..1000", NULL,
		"run the program N times for a check: the least counts (1)"},
	{"write", 0, "FORMAT:FILE", NULL, NULL,
		"also write the verdict: json, junit, tap, sarif, github,\nmarkdown or text; may be given again"},
	{"wait", 0, "SECONDS", "0..86400", NULL,
		"how long a check waits for processes that outlive the first\n(10)"},
	{"force", 0, NULL, NULL, NULL,
		"start the program even where it cannot be traced"},
	{"help", 'h', NULL, NULL, NULL, "print this and end"},
	{"version", 'V', NULL, NULL, NULL, "print the version and end"},
};
/* clang-format on */
enum { ROWS = sizeof(rows) / sizeof(*rows), FIRST_VALUE = 256, LEFT_WIDTH = 26 };

static void print_row(const struct row *r)
{
	char left[64], letter[8] = "    ";
	const char *value = r->domain && strchr(r->domain, '|') ? r->domain : r->value;
	if (r->letter)
		snprintf(letter, sizeof(letter), "-%c, ", r->letter);
	snprintf(left, sizeof(left), "%s--%s%s%s", letter, r->name, r->value ? "=" : "",
		r->value ? value : "");
	if (strlen(left) > LEFT_WIDTH) {
		printf("  %s\n", left);
		left[0] = '\0';
	}
	for (const char *line = r->text; line;) {
		int n = (int)strcspn(line, "\n");
		printf("  %-*s %.*s\n", LEFT_WIDTH, left, n, line);
		left[0] = '\0';
		line = line[n] ? line + n + 1 : NULL;
	}
}

static void print_help(void)
{
	printf("Usage: leaktrace [OPTION]... PROGRAM [ARGUMENT]...\n"
	       "       leaktrace scan PID\n\n"
	       "Runs PROGRAM, records its allocations in a dump, and reports when it has ended.\n"
	       "scan: asks a traced process what it has leaked so far.\n\n"
	       "Options:\n");
	for (int i = 0; i < ROWS; i++)
		print_row(&rows[i]);
	printf("\nThe status is that of PROGRAM; 1 when a check failed, 125 when leaktrace itself "
	       "fails\n"
	       "or a check could not be made, 126 when PROGRAM cannot be executed, 127 when it is "
	       "not\n"
	       "found. `leakreport DUMP` shows more.\n");
}

/* Whether one of the words of "a|b|c" is text. */
static bool has_word(const char *words, const char *text)
{
	size_t n = strlen(text);
	for (const char *w = words; *w;) {
		size_t len = strcspn(w, "|");
		if (len == n && memcmp(w, text, n) == 0)
			return true;
		w += len + (w[len] == '|');
	}
	return false;
}

static bool in_domain(const struct row *r, const char *text)
{
	long low, high;
	char *end;
	if (!r->domain)
		return *text != '\0';
	if (sscanf(r->domain, "%ld..%ld", &low, &high) != 2)
		return has_word(r->domain, text);
	long value = strtol(text, &end, 10);
	return end != text && !*end && value >= low && value <= high;
}

static bool set_setting(const struct row *r, const char *value, int times)
{
	char name[64], count[16];
	snprintf(name, sizeof(name), "LEAKTRACE_%s", r->setting);
	snprintf(count, sizeof(count), "%d", r->domain || times == 0 ? times : 1);
	if (setenv(name, value ? value : count, 1) == 0)
		return true;
	lr_say("no memory for the environment");
	return false;
}

static bool add_to_list(struct lr_list *list, const char *name, const char *value)
{
	if (list->used == LR_LIST_MAX) {
		lr_say("--%s is given more than %d times; put them into a file", name, LR_LIST_MAX);
		return false;
	}
	list->values[list->used++] = value;
	return true;
}

/* The list that an option adds to; NULL: it is none of these. */
static struct lr_list *list_of(struct lr_launch_options *o, const char *name)
{
	if (strcmp(name, "suppressions") == 0)
		return &o->suppressions;
	if (strcmp(name, "threshold") == 0)
		return &o->thresholds;
	if (strcmp(name, "rule") == 0)
		return &o->rules;
	return strcmp(name, "write") == 0 ? &o->writes : NULL;
}

static void apply_to_check(struct lr_launch_options *o, const char *name, const char *value)
{
	if (strcmp(name, "check") == 0)
		o->budget = value;
	else if (strcmp(name, "update") == 0)
		o->update = true;
	else if (strcmp(name, "repeat") == 0)
		o->repeat = (unsigned)atoi(value);
	else if (strcmp(name, "wait") == 0)
		o->wait = (unsigned)atoi(value);
}

/* Options of the launcher itself; they stand in no LEAKTRACE_* variable. */
static bool apply(struct lr_launch_options *o, const char *name, const char *value)
{
	struct lr_list *list = list_of(o, name);
	if (list)
		return add_to_list(list, name, value);
	if (strcmp(name, "report") == 0) {
		o->report = LR_REPORT_FILE;
		o->report_file = value;
	} else if (strcmp(name, "report-format") == 0) {
		o->report_format = value;
	} else if (strcmp(name, "no-report") == 0) {
		o->report = LR_REPORT_NONE;
	} else if (strcmp(name, "force") == 0) {
		o->force = true;
	} else if (strcmp(name, "error-exitcode") == 0) {
		o->error_exitcode = atoi(value);
		o->error_exitcode_given = true;
	} else if (strcmp(name, "errors-for") == 0) {
		o->errors_for = value;
		o->judge = true;
	} else {
		apply_to_check(o, name, value);
	}
	return true;
}

bool lr_options_check(const struct lr_launch_options *o)
{
	return o->budget || o->rules.used;
}

/* What the options come to together. */
static enum lr_options_result settle(struct lr_launch_options *o)
{
	const char *update = getenv("LEAKTRACE_CHECK_UPDATE");
	bool check = lr_options_check(o);
	const char *alone = o->update ? "update" : o->repeat ? "repeat" : "write";
	if (!check && (o->update || o->repeat || o->writes.used)) {
		lr_say("--%s is for checks; give --check=FILE%s", alone,
			o->update ? "" : " or --rule=RULE");
		return LR_OPTIONS_WRONG;
	}
	if (o->update && !o->budget) {
		lr_say("--update writes the file of a check; give --check=FILE");
		return LR_OPTIONS_WRONG;
	}
	if (o->budget && update && strcmp(update, "1") == 0)
		o->update = true;
	if (o->repeat == 0)
		o->repeat = 1;
	/* The status of a check that fails; else of a run with errors, which are then judged. */
	if (check && !o->error_exitcode_given)
		o->error_exitcode = 1;
	if (!check && o->error_exitcode_given)
		o->judge = true;
	return LR_OPTIONS_RUN;
}

static const struct row *row_of(int got)
{
	for (int i = 0; i < ROWS; i++)
		if (got == FIRST_VALUE + i || (rows[i].letter && got == rows[i].letter))
			return &rows[i];
	return NULL;
}

static void make_getopt_tables(char letters[3 * ROWS + 3], struct option longs[ROWS + 1])
{
	char *p = letters;
	*p++ = '+'; /* options end where the program begins */
	*p++ = ':';
	for (int i = 0; i < ROWS; i++) {
		longs[i] = (struct option){.name = rows[i].name,
			.has_arg = rows[i].value ? required_argument : no_argument,
			.val = FIRST_VALUE + i};
		if (rows[i].letter)
			*p++ = rows[i].letter;
		if (rows[i].letter && rows[i].value)
			*p++ = ':';
	}
	*p = '\0';
	longs[ROWS] = (struct option){.name = NULL};
}

static enum lr_options_result wrong_option(int got, char **argv)
{
	const char *given = argv[optind - 1];
	const struct row *r = got == ':' ? row_of(optopt) : NULL;
	if (r)
		lr_say("--%s needs a value; see leaktrace --help", r->name);
	else if (optopt && optopt < FIRST_VALUE)
		lr_say("there is no option -%c; see leaktrace --help", optopt);
	else
		lr_say("%s is not an option, or is cut short, or has a value too many; see "
		       "leaktrace --help",
			given);
	return LR_OPTIONS_WRONG;
}

enum lr_options_result lr_options_read(struct lr_launch_options *o, int argc, char **argv)
{
	char letters[3 * ROWS + 3];
	struct option longs[ROWS + 1];
	int times[ROWS] = {0}, got;
	*o = (struct lr_launch_options){.report_format = "text", .wait = LR_WAIT_DEFAULT};
	make_getopt_tables(letters, longs);
	opterr = 0;
	while ((got = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		const struct row *r = got == ':' || got == '?' ? NULL : row_of(got);
		if (!r)
			return wrong_option(got, argv);
		if (strcmp(r->name, "help") == 0) {
			print_help();
			return LR_OPTIONS_DONE;
		}
		if (strcmp(r->name, "version") == 0) {
			printf("leaktrace %s\n", PACKAGE_VERSION);
			return LR_OPTIONS_DONE;
		}
		if (r->value && !in_domain(r, optarg)) {
			lr_say("--%s=%s is wrong; give %s", r->name, optarg,
				r->domain ? r->domain : "a value that is not empty");
			return LR_OPTIONS_WRONG;
		}
		int seen = ++times[r - rows];
		o->output_given |= r->letter == 'o';
		if (r->setting ? !set_setting(r, r->value ? optarg : NULL, seen < 2 ? seen : 2)
			       : !apply(o, r->name, optarg))
			return LR_OPTIONS_WRONG;
	}
	o->program = argv + optind;
	if (optind < argc)
		return settle(o);
	lr_say("no program is named; leaktrace [OPTION]... PROGRAM [ARGUMENT]..., or --help");
	return LR_OPTIONS_WRONG;
}
