#include "lib/outname.h"

#include <string.h>
#include "lib/say.h"
#include "lib/sys.h"

bool lt_outname_absolute(char *out, size_t n, const char *pattern)
{
	size_t len = 0;
	if (*pattern != '/') {
		long got = lt_sys2(SYS_getcwd, out, n);
		if (got <= 0 || out[0] != '/') /* "(unreachable)": outside of our root */
			return false;
		len = (size_t)got - 1;
		if (len > 1 && len + 1 < n)
			out[len++] = '/';
	}
	if (len + strlen(pattern) + 1 > n)
		return false;
	strcpy(out + len, pattern);
	return true;
}

static size_t expand(char *out, size_t n, const struct lt_outname *o, char conversion)
{
	switch (conversion) {
	case 'p':
		return lt_format(out, n, "%d", o->pid);
	case 'e':
		return lt_format(out, n, "%s", o->program);
	case 't':
		return lt_format(out, n, "%l", (unsigned long)o->seconds);
	case '%':
		return lt_format(out, n, "%%");
	default:
		return lt_format(out, n, "%%%s", (char[]){conversion, 0});
	}
}

bool lt_outname_make(char *out, size_t n, const struct lt_outname *o, bool first, unsigned attempt)
{
	size_t len = 0;
	bool has_pid = false;
	for (const char *p = o->pattern; *p; p++) {
		if (len + 64 >= n)
			return false;
		if (*p == '%' && p[1]) {
			has_pid |= p[1] == 'p';
			len += expand(out + len, n - len, o, *++p);
		} else {
			out[len++] = *p;
		}
	}
	out[len] = 0;
	char tail[48] = "";
	size_t t = 0;
	if (!first && !has_pid)
		t += lt_format(tail, sizeof(tail), ".%d", o->pid);
	if (attempt)
		t += lt_format(tail + t, sizeof(tail) - t, ".%u", attempt);
	if (len + t + 1 > n)
		return false;
	char *base = strrchr(out, '/');
	char *suffix = strrchr(base ? base + 1 : out, '.');
	if (!suffix || suffix == (base ? base + 1 : out))
		suffix = out + len;
	memmove(suffix + t, suffix, strlen(suffix) + 1);
	memcpy(suffix, tail, t);
	return true;
}

bool lt_run_parse(const char *s, struct lt_run_id *out)
{
	uint64_t id = 0;
	int64_t pid = 0;
	for (int i = 0; i < 16; i++, s++) {
		unsigned d = (unsigned char)*s;
		d = d >= '0' && d <= '9' ? d - '0' : d >= 'a' && d <= 'f' ? d - 'a' + 10 : 16;
		if (d == 16)
			return false;
		id = id << 4 | d;
	}
	if (*s++ != ':')
		return false;
	for (; *s >= '0' && *s <= '9' && pid < 1 << 30; s++)
		pid = pid * 10 + (*s - '0');
	if (s[0] != ':' || s[1] != '/')
		return false;
	*out = (struct lt_run_id){.id = id, .first_pid = (int)pid, .pattern = s + 1};
	return true;
}

bool lt_run_format(char *out, size_t n, const struct lt_run_id *run)
{
	char hex[17];
	for (int i = 0; i < 16; i++)
		hex[i] = "0123456789abcdef"[run->id >> (60 - 4 * i) & 15];
	hex[16] = 0;
	/* Of the same length in every run: programs copy their environment. */
	char pid[11];
	unsigned rest = (unsigned)run->first_pid;
	for (int i = 9; i >= 0; i--, rest /= 10)
		pid[i] = (char)('0' + rest % 10);
	pid[10] = 0;
	size_t len = lt_format(out, n, "LEAKTRACE_RUN=%s:%s:%s", hex, pid, run->pattern);
	return len + 1 < n;
}
