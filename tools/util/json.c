#include "tools/util/json.h"

#include <stdlib.h>
#include <string.h>
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
