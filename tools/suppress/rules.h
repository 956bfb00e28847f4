/* Suppressions: rules that say which findings nobody wants to hear of, in the files that Valgrind's
 * and LeakSanitizer's users have. A rule is one entry of such a file. The first that matches is the
 * one that is used, in the order in which they were added. */
#ifndef LR_RULES_H
#define LR_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "tools/util/error.h"

/* What a rule is for: a set. */
enum lr_suppressible {
	LR_SUPPRESS_DEFINITE = 1,
	LR_SUPPRESS_INDIRECT = 2,
	LR_SUPPRESS_POSSIBLE = 4,
	LR_SUPPRESS_REACHABLE = 8,
	LR_SUPPRESS_RELEASE = 16,    /* a release that is wrong: Memcheck:Free */
	LR_SUPPRESS_FD = 32,         /* a descriptor that is not closed: CoreError:FdNotClosed */
	LR_SUPPRESS_CLOSE = 64,      /* a close that is wrong: CoreError:FdBadClose */
	LR_SUPPRESS_RESOURCE = 128,  /* another resource that is not released */
	LR_SUPPRESS_RESOURCES = 224, /* all three */
	LR_SUPPRESS_LEAKS = 15,
	LR_SUPPRESS_LOST = 7 /* what LeakSanitizer looks for */
};

/* A line of a stack, as a rule sees it. Any text may be NULL: unknown. */
struct lr_rule_frame {
	const char *function; /* for people: demangled */
	const char *symbol;   /* as in the symbol table: mangled */
	const char *file;
	const char *module;
	unsigned line;
};

/* Innermost first, without the allocator's own function; that one is known by its kind. Nor are
 * there, for a resource, the C library's functions in front of the program's. */
struct lr_rule_stack {
	const struct lr_rule_frame *frames;
	size_t count;
	unsigned apis; /* of 1 << LTF_API_..: which functions the innermost frame called */
	bool release;  /* and these release */
};

enum lr_rule_line_kind { LR_RULE_ANY, LR_RULE_FUNCTION, LR_RULE_OBJECT, LR_RULE_SOURCE };

/* A line of one of Valgrind's entries. */
struct lr_rule_line {
	enum lr_rule_line_kind kind; /* ANY: any number of frames */
	char *pattern;
	unsigned line; /* SOURCE: 0 any */
};

struct lr_rule {
	char *name;         /* Valgrind's name of the entry; LeakSanitizer's pattern */
	const char *origin; /* the file */
	unsigned line;      /* where it begins there */
	unsigned kinds;     /* a set of enum lr_suppressible */
	bool built_in;
	char *anywhere; /* LeakSanitizer's pattern, NULL: lines instead */
	struct lr_rule_line *lines;
	size_t line_count;
	/* How it was used. */
	uint64_t blocks, bytes, sites;
	uint64_t led_blocks, led_bytes; /* lost blocks that those led to, and no rule is for */
};

struct lr_rules {
	struct lr_rule *rules;
	size_t used, room;
	uint64_t skipped; /* entries for other tools, or other kinds of errors */
	char **origins;
	size_t origin_count, origin_room;
};

struct lr_rules *lr_rules_new(void);
void lr_rules_free(struct lr_rules *r);

/* Adds the rules of a file, or of a text of n bytes that came from origin; which form they have is
 * seen from the content. Returns 0, or -1 with *err set to "FILE:LINE: what is wrong". */
int lr_rules_add_file(struct lr_rules *r, const char *path, struct lr_error *err);
int lr_rules_add_text(
	struct lr_rules *r, const char *origin, const char *text, size_t n, struct lr_error *err);
/* What the C library, the loader and the C++ runtime keep on purpose. */
void lr_rules_add_built_in(struct lr_rules *r);

/* Whether there is any for that kind. */
bool lr_rules_have(const struct lr_rules *r, unsigned kind);
/* The first rule for that kind (one of enum lr_suppressible) that matches; NULL: none. */
struct lr_rule *lr_rules_match(
	const struct lr_rules *r, unsigned kind, const struct lr_rule_stack *s);
/* The rule has suppressed so much more, at one more site. */
void lr_rule_use(struct lr_rule *rule, uint64_t blocks, uint64_t bytes);

#endif
