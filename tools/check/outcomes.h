/* What a run came to, as tests and code reviews have it: one outcome for each rule of a check, or
 * for each error, with the places in the sources that account for it. Names are as they came (any
 * bytes): whoever prints them makes them safe. */
#ifndef LR_OUTCOMES_H
#define LR_OUTCOMES_H

#include "tools/check/check.h"
#include "tools/check/errors.h"
#include "tools/view/sources.h"

struct lr_outcome_frame {
	char *function;
	const char *module; /* base name; "" not known */
	char *file;         /* from the top of the sources; NULL: unknown, or not among them */
	char *outside;      /* the file where it is not among them; NULL */
	unsigned line;      /* 0 unknown */
	bool inlined;       /* into the next one */
};

/* A site that accounts for a failure. */
struct lr_outcome_site {
	char *words;                     /* "12, 3 more than the 9 of the baseline" */
	struct lr_outcome_frame *frames; /* innermost first; at least one */
	size_t used, cut;                /* cut: frames that are left out at the end */
	size_t means;                    /* index: the one that a person means */
	size_t at;            /* index: where to point at in the sources; used: nowhere */
	char fingerprint[20]; /* of the call path: the same in every build of the same sources */
	const struct lr_check_site *of; /* NULL: of an error */
};

struct lr_outcome {
	const char *id;   /* stable: a rule's, or "leak.definite" */
	char *name;       /* stable as well, and tells errors of a kind apart by their function */
	char *title;      /* what was asked for: a rule; else as the name */
	char *message;    /* what was found, one sentence */
	const char *hint; /* what can be done, or NULL */
	enum lr_check_status status;
	const struct lr_check_rule *rule;   /* NULL: of an error */
	const struct lr_found_error *error; /* NULL: of a rule, or there are no errors */
	struct lr_outcome_site *sites;
	size_t used, all; /* all: before limits */
};

struct lr_outcomes {
	const char *what;    /* "check", "errors" */
	const char *program; /* NULL unknown */
	const char *command; /* NULL unknown */
	const char *budget;  /* a check's file, as it was given; NULL none */
	char *budget_file;   /* from the top of the sources; NULL */
	struct lr_outcome *list;
	size_t used, room, of[LR_CHECK_STATUS_COUNT], loose;
	enum lr_check_status status;
	uint64_t runs, duration_us;
	char **notes; /* sentences */
	size_t notes_used, notes_room;
	const struct lr_check *check;   /* NULL: of errors */
	const struct lr_errors *errors; /* NULL: of a check */
};

/* What they are made of must outlive them. */
struct lr_outcomes *lr_outcomes_of_check(const struct lr_check *c, const struct lr_sources *s);
/* program, command: NULL unknown. */
struct lr_outcomes *lr_outcomes_of_errors(const struct lr_errors *e, const struct lr_sources *s,
	const char *program, const char *command, uint64_t duration_us);
void lr_outcomes_free(struct lr_outcomes *o);

#endif
