#include "tools/check/bound.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"

enum { PERCENT = 10000, WHOLE = 100 * PERCENT }; /* of amounts that are relative */

/* 0 for no digits, for too many, and for commas at other places than thousands'. */
static size_t digits(const char *s, size_t n, uint64_t *v)
{
	size_t i = 0, since = 0; /* since the last comma */
	bool commas = false;
	*v = 0;
	for (; i < n && (isdigit((unsigned char)s[i]) || s[i] == ','); i++) {
		if (s[i] == ',') {
			if (i == 0 || (commas ? since != 3 : since > 3))
				return 0;
			commas = true;
			since = 0;
			continue;
		}
		if (__builtin_mul_overflow(*v, 10, v) ||
			__builtin_add_overflow(*v, (uint64_t)(s[i] - '0'), v))
			return 0;
		since++;
	}
	return commas && since != 3 ? 0 : i;
}

/* K, M, G, T behind a number, with or without iB. */
static bool unit(const char *s, size_t n, uint64_t *v)
{
	static const char units[] = "KMGT";
	const char *u = n ? strchr(units, *s) : NULL;
	if (n == 0)
		return true;
	if (!u || !*s || !(n == 1 || (n == 3 && s[1] == 'i' && s[2] == 'B')))
		return false;
	for (const char *i = units; i <= u; i++)
		if (__builtin_mul_overflow(*v, 1024, v))
			return false;
	return true;
}

static bool number(const char *s, size_t n, uint64_t *v)
{
	size_t used = digits(s, n, v);
	return used && unit(s + used, n - used, v);
}

/* "5%", "2.5%": up to four digits behind the point. */
static bool percent(const char *s, size_t n, uint64_t *v)
{
	size_t used = digits(s, n, v);
	uint64_t part = 0, of = PERCENT;
	if (!used || __builtin_mul_overflow(*v, PERCENT, v))
		return false;
	if (used < n && s[used] == '.') {
		for (used++; used < n && isdigit((unsigned char)s[used]) && of > 1; used++) {
			of /= 10;
			part += (uint64_t)(s[used] - '0') * of;
		}
		if (of == PERCENT)
			return false;
	}
	return used + 1 == n && s[used] == '%' && !__builtin_add_overflow(*v, part, v);
}

static bool tolerance(struct lr_bound *b, const char *s, size_t n)
{
	b->relative = n && s[n - 1] == '%';
	return b->relative ? percent(s, n, &b->amount) : number(s, n, &b->amount);
}

bool lr_bound_parse(struct lr_bound *b, const char *text, size_t n, struct lr_error *err)
{
	static const char word[] = "baseline";
	enum { LENGTH = sizeof(word) - 1 };
	int shown = n < 60 ? (int)n : 60;
	*b = (struct lr_bound){.kind = LR_BOUND_NUMBER};
	if (n < LENGTH || memcmp(text, word, LENGTH) != 0) {
		if (number(text, n, &b->amount))
			return true;
		lr_error_set(err,
			"\"%.*s\" is no limit; give a whole number (1000, 64K, 2MiB), 10..20, or "
			"baseline, baseline+10, baseline-5%%",
			shown, text);
		return false;
	}
	b->kind = LR_BOUND_BASELINE;
	if (n == LENGTH)
		return true;
	b->below = text[LENGTH] == '-';
	if ((b->below || text[LENGTH] == '+') && tolerance(b, text + LENGTH + 1, n - LENGTH - 1))
		return true;
	lr_error_set(err,
		"\"%.*s\": behind baseline stands +10, +5%%, -10 or -5%%, or with = also ~5%%",
		shown, text);
	return false;
}

/* Without zeros behind the point. */
static char *percent_text(uint64_t v)
{
	char *digits = lr_format("%" PRIu64 ".%04" PRIu64, v / PERCENT, v % PERCENT);
	size_t n = strlen(digits);
	while (digits[n - 1] == '0')
		n--;
	n -= digits[n - 1] == '.';
	char *text = lr_format("%.*s%%", (int)n, digits);
	free(digits);
	return text;
}

char *lr_bound_text(const struct lr_bound *b)
{
	if (b->kind == LR_BOUND_BASELINE && !b->amount)
		return lr_strdup("baseline");
	char *amount = b->relative ? percent_text(b->amount) : lr_format("%" PRIu64, b->amount);
	if (b->kind == LR_BOUND_NUMBER)
		return amount;
	char *text = lr_format("baseline%c%s", b->below ? '-' : '+', amount);
	free(amount);
	return text;
}

bool lr_bound_equal(const struct lr_bound *a, const struct lr_bound *b)
{
	if (a->kind != b->kind || a->kind == LR_BOUND_NONE)
		return a->kind == b->kind;
	return a->amount == b->amount &&
	       (!a->amount || (a->below == b->below && a->relative == b->relative));
}

/* What the tolerance comes to: of a percentage the whole part. */
static uint64_t tolerated(const struct lr_bound *b, uint64_t baseline)
{
	if (!b->relative)
		return b->amount;
	unsigned __int128 v = (unsigned __int128)baseline * b->amount / WHOLE;
	return v > UINT64_MAX ? UINT64_MAX : (uint64_t)v;
}

/* *never: there is no such number. */
static uint64_t value(const struct lr_bound *b, uint64_t baseline, bool *never)
{
	uint64_t by, v;
	*never = false;
	if (b->kind == LR_BOUND_NUMBER)
		return b->amount;
	by = tolerated(b, baseline);
	if (b->below) {
		*never = by > baseline;
		return *never ? 0 : baseline - by;
	}
	*never = __builtin_add_overflow(baseline, by, &v);
	return *never ? UINT64_MAX : v;
}

uint64_t lr_bound_max(const struct lr_bound *b, uint64_t baseline, bool *never)
{
	uint64_t v = value(b, baseline, never);
	*never &= b->below; /* below 0 */
	return v;
}

uint64_t lr_bound_min(const struct lr_bound *b, uint64_t baseline, bool *never)
{
	uint64_t v = value(b, baseline, never);
	*never &= !b->below; /* beyond all numbers */
	return v;
}

bool lr_bound_exclude(struct lr_bound *b, bool upper, struct lr_error *err)
{
	bool more = upper == (b->kind == LR_BOUND_BASELINE && b->below);
	if (b->relative)
		return lr_error_set(err, "with a percentage write %s", upper ? "<=" : ">=") == 0;
	if (!more && b->amount == 0) {
		if (b->kind == LR_BOUND_NUMBER)
			return lr_error_set(err,
				       "nothing is less than 0; for none at all write =0") == 0;
		b->below = upper; /* "<baseline" is "<=baseline-1" */
		more = true;
	}
	if (more && b->amount == UINT64_MAX)
		return lr_error_set(err, "nothing is more than that") == 0;
	b->amount += more ? 1 : -1;
	return true;
}
