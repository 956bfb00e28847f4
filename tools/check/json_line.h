/* In which line of a text of JSON something stands: jansson does not tell once it has read it. */
#ifndef LR_JSON_LINE_H
#define LR_JSON_LINE_H

#include <stdbool.h>
#include <stddef.h>

struct lr_json_step {
	const char *key; /* a member's; NULL: */
	size_t index;    /* an element */
};

/* The line, from 1, of what steps lead to; as far as they lead. The text is well-formed. */
unsigned lr_json_line(const char *text, const struct lr_json_step *steps, size_t count);

#endif
