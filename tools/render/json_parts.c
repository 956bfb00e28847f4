#include "tools/render/json_parts.h"

#include <stdlib.h>
#include <string.h>
#include "format/ring.h"
#include "tools/util/mem.h"
#include "tools/util/text.h"

/* JSON's integers are signed here; no real count comes near. */
json_t *lr_json_number(uint64_t v)
{
	return json_integer(v > INT64_MAX ? INT64_MAX : (json_int_t)v);
}

/* Any bytes: what is no UTF-8 becomes U+FFFD. jansson escapes control characters itself. */
json_t *lr_json_text_n(const char *s, size_t n)
{
	char *copy = lr_calloc(n * 3 + 1, 1);
	size_t used = 0;
	while (n > 0) {
		size_t len = lr_utf8_at(s, n);
		if (len > 0 && *s != 0x7f) {
			memcpy(copy + used, s, len);
			used += len;
		} else {
			memcpy(copy + used, "\xef\xbf\xbd", 3);
			used += 3;
			len = 1;
		}
		s += len;
		n -= len;
	}
	json_t *j = json_stringn_nocheck(copy, used);
	free(copy);
	return j;
}

json_t *lr_json_text(const char *s)
{
	return s ? lr_json_text_n(s, strlen(s)) : json_null();
}

void lr_json_set(json_t *o, const char *key, json_t *value)
{
	json_object_set_new_nocheck(o, key, value);
}

static json_t *line(const struct lr_line *l)
{
	json_t *o = json_object();
	lr_json_set(o, "function", lr_json_text(l->at.function));
	lr_json_set(o, "file", lr_json_text(l->at.file));
	lr_json_set(o, "line", l->at.line ? lr_json_number(l->at.line) : json_null());
	lr_json_set(
		o, "module", lr_json_text(l->at.module && l->at.module[0] ? l->at.module : NULL));
	lr_json_set(o, "offset", lr_json_number(l->at.offset));
	lr_json_set(o, "inlined", json_boolean(l->at.inlined));
	if (l->at.nearest)
		lr_json_set(o, "nearest", json_true());
	if (l->flags & LTF_NODE_SIGNAL)
		lr_json_set(o, "signal", json_true());
	if (l->flags & LTF_NODE_CUT)
		lr_json_set(o, "cut", json_true());
	if (l->flags & LTF_NODE_UNCERTAIN)
		lr_json_set(o, "uncertain", json_true());
	if (l->flags & LTF_NODE_GUESSED)
		lr_json_set(o, "guessed", json_true());
	return o;
}

json_t *lr_json_stack(const struct lr_line *lines, size_t n)
{
	json_t *list = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, line(&lines[i]));
	return list;
}
