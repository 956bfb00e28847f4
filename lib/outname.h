/* Which file a process writes: the pattern of LEAKTRACE_OUT and who among a tree of processes takes
 * which name. Pure string work, except for lt_outname_absolute's getcwd. */
#ifndef LT_OUTNAME_H
#define LT_OUTNAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LT_PATH_MAX = 4096 };

struct lt_outname {
	const char *pattern; /* absolute */
	const char *program; /* base name, for %e */
	int pid;
	uint64_t seconds; /* for %t */
};

/* pattern with the working directory before it when it is relative. False: too long, or there is no
 * working directory. */
bool lt_outname_absolute(char *out, size_t n, const char *pattern);

/* The name of a first process (attempt 0), or of a further one: before the last suffix stand .PID,
 * unless the pattern has %p, and from the second attempt on .N. False when it does not fit. */
bool lt_outname_make(char *out, size_t n, const struct lt_outname *o, bool first, unsigned attempt);

/* LEAKTRACE_RUN: "16 hex digits:pid of the first process:absolute pattern". */
struct lt_run_id {
	uint64_t id;
	int first_pid; /* 0: not taken yet */
	const char *pattern;
};
bool lt_run_parse(const char *text, struct lt_run_id *out);
/* Writes "LEAKTRACE_RUN=..." */
bool lt_run_format(char *out, size_t n, const struct lt_run_id *run);

#endif
