#include "tools/util/text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"

size_t lr_utf8_at(const char *str, size_t n)
{
	const unsigned char *s = (const unsigned char *)str;
	if (n == 0)
		return 0;
	if (s[0] < 0x80)
		return 1;
	size_t len = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	if (s[0] < 0xc2 || s[0] > 0xf4 || len > n)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
		(s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

/* Characters that would act on a terminal or turn the order of what is shown around them. */
static bool acts(const char *str, size_t len)
{
	const unsigned char *s = (const unsigned char *)str;
	if (len == 1)
		return s[0] < 0x20 || s[0] == 0x7f;
	if (len == 2)
		return s[0] == 0xc2 && s[1] < 0xa0;
	/* U+200E, 200F, 2028..202E, 2066..2069: line ends and direction marks */
	if (len == 3 && s[0] == 0xe2 && s[1] == 0x80)
		return s[2] == 0x8e || s[2] == 0x8f || (s[2] >= 0xa8 && s[2] <= 0xae);
	return len == 3 && s[0] == 0xe2 && s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9;
}

size_t lr_put_safe_n(FILE *f, const char *s, size_t n)
{
	size_t columns = 0;
	while (n > 0) {
		size_t len = lr_utf8_at(s, n);
		if (len > 0 && !acts(s, len)) {
			fwrite(s, 1, len, f);
			columns++;
		} else {
			len = len ? len : 1;
			for (size_t i = 0; i < len; i++)
				columns += (size_t)fprintf(f, "\\x%02x", (unsigned char)s[i]);
		}
		s += len;
		n -= len;
	}
	return columns;
}

size_t lr_put_safe(FILE *f, const char *s)
{
	return lr_put_safe_n(f, s, strlen(s));
}

/* U+FFFE and U+FFFF, which are no characters of XML. */
static bool is_none(const char *s, size_t len)
{
	return len == 3 && memcmp(s, "\xef\xbf", 2) == 0 && (unsigned char)s[2] >= 0xbe;
}

/* At most three bytes for one. */
static size_t clean_one(char *to, const char *s, size_t n, size_t *used)
{
	size_t len = lr_utf8_at(s, n);
	*used = len ? len : 1;
	if (len > 0 && !acts(s, len) && !is_none(s, len)) {
		memcpy(to, s, len);
		return len;
	}
	memcpy(to, "\xef\xbf\xbd", 3);
	return 3;
}

char *lr_clean(const char *s)
{
	size_t n = strlen(s), at = 0, used;
	char *to = lr_calloc(n * 3 + 1, 1);
	for (size_t i = 0; i < n; i += used)
		at += clean_one(to + at, s + i, n - i, &used);
	return to;
}

void lr_put_clean(FILE *f, const char *s)
{
	char *clean = lr_clean(s);
	fputs(clean, f);
	free(clean);
}

struct lr_short lr_show_count(uint64_t v)
{
	struct lr_short out;
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%" PRIu64, v), at = 0;
	for (int i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			out.text[at++] = ',';
		out.text[at++] = digits[i];
	}
	out.text[at] = 0;
	return out;
}

struct lr_short lr_show_bytes(uint64_t v)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	struct lr_short out;
	double x = (double)v;
	unsigned u = 0;
	while (x >= 1023.95 && u < 6) {
		x /= 1024;
		u++;
	}
	snprintf(out.text, sizeof(out.text), u ? "%.1f %s" : "%.0f %s", x, units[u]);
	return out;
}

struct lr_short lr_show_time(uint64_t us)
{
	struct lr_short out;
	uint64_t s = us / 1000000;
	if (us < 1000)
		snprintf(out.text, sizeof(out.text), "%" PRIu64 " us", us);
	else if (us < 1000000)
		snprintf(out.text, sizeof(out.text), "%.1f ms", (double)us / 1e3);
	else if (s < 600)
		snprintf(out.text, sizeof(out.text), "%.3f s", (double)us / 1e6);
	else if (s < 7200)
		snprintf(out.text, sizeof(out.text), "%" PRIu64 " min %02" PRIu64 " s", s / 60,
			s % 60);
	else
		snprintf(out.text, sizeof(out.text), "%" PRIu64 " h %02" PRIu64 " min", s / 3600,
			s / 60 % 60);
	return out;
}

struct lr_short lr_show_percent(double share)
{
	struct lr_short out;
	snprintf(out.text, sizeof(out.text), "%.1f %%", share * 100);
	return out;
}

const char *lr_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}
