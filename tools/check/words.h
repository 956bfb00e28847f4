/* Limits and differences of a verdict in words. Pure; the caller frees the texts. */
#ifndef LR_CHECK_WORDS_H
#define LR_CHECK_WORDS_H

#include "tools/check/check.h"

/* "12", "1,024 bytes" */
char *lr_check_amount(uint64_t v, bool bytes);
/* "at most 10", "at least 5", "exactly 7", "5 to 9"; "" where the rule has no limit in numbers. */
char *lr_check_limit(const struct lr_check_rule *r);

/* How far what was measured lies outside of the limits. */
struct lr_check_off {
	uint64_t by; /* 0: within them */
	bool less;   /* than allowed; else more */
};
struct lr_check_off lr_check_off(const struct lr_check_rule *r);

/* What a site accounts for: "12 blocks, 3 more than the 9 of the baseline", "4 blocks, new". */
char *lr_check_share(const struct lr_check_rule *r, const struct lr_check_site *s);

#endif
