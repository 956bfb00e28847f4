/* A limit of a rule: a number, or what the baseline has and a tolerance. */
#ifndef LR_BOUND_H
#define LR_BOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "tools/util/error.h"

enum lr_bound_kind { LR_BOUND_NONE, LR_BOUND_NUMBER, LR_BOUND_BASELINE };

struct lr_bound {
	enum lr_bound_kind kind;
	bool below;      /* the tolerance is taken off */
	bool relative;   /* amount: ten thousandths of a percent of the baseline */
	uint64_t amount; /* the number, or the tolerance */
};

/* Reads n bytes: "10", "4K", "1,234", "baseline", "baseline+10", "baseline-2.5%". False: they are
 * no limit, which *err says. */
bool lr_bound_parse(struct lr_bound *b, const char *text, size_t n, struct lr_error *err);
/* Without the operator. To be freed. */
char *lr_bound_text(const struct lr_bound *b);
bool lr_bound_equal(const struct lr_bound *a, const struct lr_bound *b);
/* What was meant as the first number that is not allowed (< and >) becomes the last one that is.
 * False: it cannot, which *err says. */
bool lr_bound_exclude(struct lr_bound *b, bool upper, struct lr_error *err);

/* The greatest value that an upper bound allows, or the least that a lower one does. What is beyond
 * all numbers is the last one. *never: no value fulfils it. */
uint64_t lr_bound_max(const struct lr_bound *b, uint64_t baseline, bool *never);
uint64_t lr_bound_min(const struct lr_bound *b, uint64_t baseline, bool *never);

#endif
