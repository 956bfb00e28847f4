/* Names that the program gives to regions and marks: each is kept once, by its content, and told
 * once in each dump. No lock, no malloc, bounded memory; from any thread or signal handler. A
 * forked child keeps them, and tells them again. */
#ifndef LT_NAMES_H
#define LT_NAMES_H

#include <stdbool.h>
#include <stdint.h>

enum {
	LT_NAMES = 16384,        /* different names; further ones share one */
	LT_NAME_BYTES = 255,     /* of a name; what is longer is cut */
	LT_NAMES_TEXT = 1 << 20, /* of all */
	LT_NAME_FURTHER = LT_NAMES + 1
};

struct lt_thread;

/* The name's number, from 1; LT_NAME_FURTHER where there is no more room. NULL and "" have a name,
 * too. The text is copied. t: the calling thread, which makes sure that the dump has it; or NULL.
 */
uint32_t lt_name(struct lt_thread *t, const char *text);

/* Makes sure that the dump says what this number is; any number may be asked for. False: no name
 * has it, or the dump had no room. */
bool lt_name_tell(struct lt_thread *t, uint32_t number);

/* How many bytes of text, at most max, are whole characters of UTF-8, if it is that. */
uint32_t lt_name_length(const char *text, uint32_t max);

/* In a forked child, before its first event: its dump has no names yet. */
void lt_names_reset(void);

#endif
