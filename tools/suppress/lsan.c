/* LeakSanitizer's lines: "leak:pattern". The other sanitizers' types, which users keep in the same
 * file, are counted and skipped. */
#include <string.h>
#include "tools/suppress/rules_parts.h"
#include "tools/util/mem.h"

static const char *const others[] = {"race", "race_top", "thread", "mutex", "signal", "deadlock",
	"called_from_lib", "interceptor_name", "interceptor_via_fun", "interceptor_via_lib",
	"odr_violation", "alloc_dealloc_mismatch", "new_delete_type_mismatch", "fun", "src"};

/* The length of "type" in "type:pattern"; 0: no such line. */
static size_t type_length(const struct lr_rules_text *t)
{
	const char *colon = memchr(t->text, ':', t->len);
	return colon ? (size_t)(colon - t->text) : 0;
}

/* UBSan's types are those of its checks: lower-case words with dashes, or with _check. */
static bool is_other(const char *type, size_t n)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (strlen(others[i]) == n && memcmp(others[i], type, n) == 0)
			return true;
	return (n > 6 && memcmp(type + n - 6, "_check", 6) == 0) ||
	       (memchr(type, '-', n) && strspn(type, "abcdefghijklmnopqrstuvwxyz-0123456789") == n);
}

int lr_rules_parse_lsan(struct lr_rules *r, struct lr_rules_text *t)
{
	while (lr_rules_line(t)) {
		size_t n = type_length(t);
		if (n != 4 || memcmp(t->text, "leak", n) != 0) {
			if (!n || !is_other(t->text, n))
				return lr_rules_wrong(t, "a line is leak:PATTERN (or the file "
							 "begins with { as Valgrind's do)");
			r->skipped++;
			continue;
		}
		if (t->len == n + 1)
			return lr_rules_wrong(t, "a pattern is missing behind leak:");
		struct lr_rule rule = {.origin = t->origin,
			.line = t->line,
			.kinds = LR_SUPPRESS_LOST,
			.name = lr_strndup(t->text, t->len),
			.anywhere = lr_strndup(t->text + n + 1, t->len - n - 1)};
		lr_rules_append(r, &rule);
	}
	return 0;
}
