#include "tools/check/words.h"

#include <stdlib.h>
#include "tools/util/mem.h"
#include "tools/util/text.h"

#define WORD(name, word) word,
const char *const lr_check_words[LR_CHECK_STATUS_COUNT] = {LR_CHECK_STATUSES(WORD)};

char *lr_check_amount(uint64_t v, bool bytes)
{
	return lr_format("%s%s", lr_show_count(v).text, !bytes ? "" : v == 1 ? " byte" : " bytes");
}

char *lr_check_limit(const struct lr_check_rule *r)
{
	char *min = lr_check_amount(r->min, r->bytes), *max = lr_check_amount(r->max, r->bytes),
	     *text;
	if (r->has_min && r->has_max)
		text = r->min == r->max ? lr_format("exactly %s", max)
					: lr_format("%s to %s", lr_show_count(r->min).text, max);
	else if (r->has_max)
		text = lr_format("at most %s", max);
	else if (r->has_min)
		text = lr_format("at least %s", min);
	else
		text = lr_strdup("");
	free(min);
	free(max);
	return text;
}

struct lr_check_off lr_check_off(const struct lr_check_rule *r)
{
	if (r->has_max && r->actual > r->max)
		return (struct lr_check_off){.by = r->actual - r->max};
	if (r->has_min && r->actual < r->min)
		return (struct lr_check_off){.by = r->min - r->actual, .less = true};
	return (struct lr_check_off){0};
}

char *lr_check_share(const struct lr_check_rule *r, const struct lr_check_site *s)
{
	const char *unit = r->unit[s->actual != 1];
	char *actual = unit ? lr_format("%s %s", lr_show_count(s->actual).text, unit)
			    : lr_check_amount(s->actual, r->bytes),
	     *text;
	bool less = s->actual < s->baseline;
	if (s->is_new)
		text = lr_format("%s, new", actual);
	else if (!s->has_baseline)
		text = lr_strdup(actual);
	else if (s->actual == s->baseline)
		text = lr_format("%s, as in the baseline", actual);
	else
		text = lr_format("%s, %s %s than the %s of the baseline", actual,
			lr_show_count(less ? s->baseline - s->actual : s->actual - s->baseline)
				.text,
			less ? "less" : "more", lr_show_count(s->baseline).text);
	free(actual);
	return text;
}
