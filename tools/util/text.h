/* Text from a dump, made safe to show. */
#ifndef LR_TEXT_H
#define LR_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Length of the well-formed UTF-8 sequence at s, of at most n bytes; 0 when there is none. */
size_t lr_utf8_at(const char *s, size_t n);

/* Writes s so that no byte of it acts on a terminal: control characters (C0, DEL, C1) and bytes
 * that are no UTF-8 as \xNN, a backslash as it is. Returns the columns used, one per character. */
size_t lr_put_safe_n(FILE *f, const char *s, size_t n);
size_t lr_put_safe(FILE *f, const char *s);

/* Writes s as UTF-8 in which nothing acts, for forms that have escapes of their own: the same
 * characters, and what XML has no room for, become U+FFFD, as do bytes that are no UTF-8. */
void lr_put_clean(FILE *f, const char *s);
/* The same in a text that the caller frees. */
char *lr_clean(const char *s);

/* A buffer that is long enough for the formats below. */
struct lr_short {
	char text[40];
};
struct lr_short lr_show_count(uint64_t v);     /* 1,234,567 */
struct lr_short lr_show_bytes(uint64_t v);     /* 1.2 MiB */
struct lr_short lr_show_time(uint64_t us);     /* 1.234 s, 12.3 ms, 2 h 03 min */
struct lr_short lr_show_percent(double share); /* 12.3 % */

/* The last part of a path, in it. */
const char *lr_base_name(const char *path);

#endif
