/* One line to standard error, by one raw write; no stdio, no malloc, errno kept. */
#ifndef LT_SAY_H
#define LT_SAY_H

#include <stdarg.h>
#include <stddef.h>

/* Writes "leaktrace: " and the line when LEAKTRACE_VERBOSE is at least level. The format knows %s,
 * %d (int), %u (unsigned), %l (unsigned long) and %%. Cut at 500 bytes. */
void lt_say(int level, const char *format, ...);

/* The same formatting into buf (n bytes, always terminated). Returns the length, which is less than
 * n; what did not fit is dropped. */
size_t lt_format(char *buf, size_t n, const char *format, ...);
size_t lt_vformat(char *buf, size_t n, const char *format, va_list ap);

#endif
