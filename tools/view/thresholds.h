/* From where on something is a finding: one table (thresholds.def), each a setting. */
#ifndef LR_THRESHOLDS_H
#define LR_THRESHOLDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lr_threshold_unit {
	LR_UNIT_COUNT,
	LR_UNIT_BYTES,
	LR_UNIT_SHARE, /* 0 to 1 */
	LR_UNIT_TIMES, /* a factor */
	LR_UNIT_SECONDS
};

#define LR_THRESHOLD(id, name, initial, unit, text) LR_THRESHOLD_##id,
enum lr_threshold_id {
#include "tools/view/thresholds.def"
	LR_THRESHOLD_COUNT
};
#undef LR_THRESHOLD

struct lr_threshold_row {
	const char *name;
	double initial;
	enum lr_threshold_unit unit;
	const char *text;
};
extern const struct lr_threshold_row lr_threshold_rows[LR_THRESHOLD_COUNT];

struct lr_thresholds {
	double of[LR_THRESHOLD_COUNT];
};
extern const struct lr_thresholds lr_thresholds_default;

/* Those that are whole numbers. */
static inline uint64_t lr_threshold(const struct lr_thresholds *t, enum lr_threshold_id id)
{
	return (uint64_t)t->of[id];
}

/* Whether part is at least that share of the whole; or that many times it. */
static inline bool lr_threshold_reached(
	const struct lr_thresholds *t, enum lr_threshold_id id, uint64_t part, uint64_t whole)
{
	return (double)part >= t->of[id] * (double)whole;
}

static inline bool lr_threshold_changed(const struct lr_thresholds *t, enum lr_threshold_id id)
{
	return t->of[id] < lr_threshold_rows[id].initial ||
	       t->of[id] > lr_threshold_rows[id].initial;
}

/* "NAME=VALUE". False, and nothing is changed: there is no such name, or the value has not its
 * unit. */
bool lr_thresholds_set(struct lr_thresholds *t, const char *text);

/* A value in its unit, as lr_thresholds_set() takes it: "16K". */
struct lr_threshold_text {
	char text[32];
};
struct lr_threshold_text lr_threshold_show(enum lr_threshold_id id, double value);

#endif
