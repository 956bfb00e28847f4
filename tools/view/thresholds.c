#include "tools/view/thresholds.h"

#include <stdio.h>
#include <string.h>
#include "tools/util/parse.h"

#define LR_THRESHOLD(id, name, initial, unit, text) {name, initial, LR_UNIT_##unit, text},
const struct lr_threshold_row lr_threshold_rows[LR_THRESHOLD_COUNT] = {
#include "tools/view/thresholds.def"
};
#undef LR_THRESHOLD

#define LR_THRESHOLD(id, name, initial, unit, text) initial,
const struct lr_thresholds lr_thresholds_default = {{
#include "tools/view/thresholds.def"
}};
#undef LR_THRESHOLD

static bool parse(enum lr_threshold_unit unit, const char *s, double *to)
{
	const char *rest;
	uint64_t bytes;
	switch (unit) {
	case LR_UNIT_BYTES:
		if (!lr_parse_size(s, &bytes))
			return false;
		*to = (double)bytes;
		return true;
	case LR_UNIT_SHARE:
		return lr_parse_share(s, to);
	case LR_UNIT_COUNT:
		return lr_parse_number(s, to, &rest) && !*rest && *to == (double)(uint64_t)*to;
	case LR_UNIT_TIMES:
	case LR_UNIT_SECONDS:
		return lr_parse_number(s, to, &rest) && !*rest;
	}
	return false;
}

bool lr_thresholds_set(struct lr_thresholds *t, const char *text)
{
	size_t n = strcspn(text, "=");
	double value;
	for (size_t i = 0; text[n] && i < LR_THRESHOLD_COUNT; i++) {
		const struct lr_threshold_row *r = &lr_threshold_rows[i];
		if (strlen(r->name) != n || memcmp(r->name, text, n) != 0)
			continue;
		if (!parse(r->unit, text + n + 1, &value))
			return false;
		t->of[i] = value;
		return true;
	}
	return false;
}

struct lr_threshold_text lr_threshold_show(enum lr_threshold_id id, double value)
{
	struct lr_threshold_text out;
	const char *unit = "";
	if (lr_threshold_rows[id].unit == LR_UNIT_BYTES) {
		uint64_t bytes = (uint64_t)value;
		for (const char *next = "K\0M\0G\0T"; bytes && bytes % 1024 == 0 && *next;
			next += 2) {
			bytes /= 1024;
			unit = next;
		}
		value = (double)bytes;
	}
	snprintf(out.text, sizeof(out.text), "%.15g%.1s", value, unit);
	return out;
}
