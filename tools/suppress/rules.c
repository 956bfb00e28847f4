#include "tools/suppress/rules.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tools/suppress/rules_parts.h"
#include "tools/util/mem.h"

enum { FILE_MAX = 16 << 20 };

struct lr_rules *lr_rules_new(void)
{
	return lr_calloc(1, sizeof(struct lr_rules));
}

void lr_rule_clear(struct lr_rule *rule)
{
	for (size_t i = 0; i < rule->line_count; i++)
		free(rule->lines[i].pattern);
	free(rule->lines);
	free(rule->anywhere);
	free(rule->name);
	*rule = (struct lr_rule){.name = NULL};
}

void lr_rules_free(struct lr_rules *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->used; i++)
		lr_rule_clear(&r->rules[i]);
	for (size_t i = 0; i < r->origin_count; i++)
		free(r->origins[i]);
	free(r->origins);
	free(r->rules);
	free(r);
}

struct lr_rule *lr_rules_append(struct lr_rules *r, const struct lr_rule *rule)
{
	LR_GROW(r->rules, r->used, r->room);
	r->rules[r->used] = *rule;
	return &r->rules[r->used++];
}

void lr_rule_use(struct lr_rule *rule, uint64_t blocks, uint64_t bytes)
{
	rule->blocks += blocks;
	rule->bytes += bytes;
	rule->sites++;
}

bool lr_rules_line(struct lr_rules_text *t)
{
	while (t->at < t->end) {
		const char *end = memchr(t->at, '\n', (size_t)(t->end - t->at));
		if (!end)
			end = t->end;
		const char *from = t->at, *to = end;
		t->at = end + (end < t->end);
		t->line++;
		while (from < to && isspace((unsigned char)*from))
			from++;
		while (from < to && isspace((unsigned char)to[-1]))
			to--;
		if (from == to || *from == '#')
			continue;
		t->text = from;
		t->len = (size_t)(to - from);
		return true;
	}
	return false;
}

bool lr_rules_is(const struct lr_rules_text *t, const char *word)
{
	return strlen(word) == t->len && memcmp(t->text, word, t->len) == 0;
}

int lr_rules_wrong(struct lr_rules_text *t, const char *fmt, ...)
{
	char text[192];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return lr_error_set(t->err, "%.160s:%u: %s", t->origin, t->line, text);
}

static const char *keep_origin(struct lr_rules *r, const char *origin)
{
	LR_GROW(r->origins, r->origin_count, r->origin_room);
	return r->origins[r->origin_count++] = lr_strdup(origin);
}

/* Valgrind's entries stand in braces; LeakSanitizer's lines never begin with one. */
int lr_rules_add_text(
	struct lr_rules *r, const char *origin, const char *text, size_t n, struct lr_error *err)
{
	struct lr_rules_text t = {
		.origin = keep_origin(r, origin), .at = text, .end = text + n, .err = err};
	struct lr_rules_text first = t;
	if (memchr(text, 0, n))
		return lr_error_set(
			err, "%.200s: this is no text; is it a file of suppressions?", origin);
	if (!lr_rules_line(&first))
		return 0;
	return *first.text == '{' ? lr_rules_parse_valgrind(r, &t) : lr_rules_parse_lsan(r, &t);
}

/* All of a file, which may be a pipe. NULL with errno. */
static char *read_all(int fd, size_t *size)
{
	char *bytes = NULL;
	size_t used = 0, room = 0;
	ssize_t n = 1;
	while (n > 0 && used <= FILE_MAX) {
		if (room - used < 4096)
			bytes = lr_resize(bytes, room = 2 * room + 16384, 1);
		n = read(fd, bytes + used, room - used);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			used += (size_t)n;
	}
	if (n == 0) {
		*size = used;
		return bytes;
	}
	if (n > 0)
		errno = EFBIG;
	free(bytes);
	return NULL;
}

int lr_rules_add_file(struct lr_rules *r, const char *path, struct lr_error *err)
{
	size_t size;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char *bytes = fd < 0 ? NULL : read_all(fd, &size);
	int why = errno;
	if (fd >= 0)
		close(fd);
	if (!bytes)
		return lr_error_set(err, "%.160s: %s; name a file of suppressions that can be read",
			path, strerror(why));
	int result = lr_rules_add_text(r, path, bytes, size, err);
	free(bytes);
	return result;
}
