/* Texts of /proc that are read piece by piece. No malloc, no state. */
#ifndef LT_READ_BY_H
#define LT_READ_BY_H

#include <stdbool.h>
#include <stdint.h>

/* Reads a file of /proc piece by piece. take is given what was read and not yet taken, and returns
 * how many bytes of it it has taken: what is left comes again, with more behind it. text: room for
 * len bytes, more than what cannot be taken in parts. False: it cannot be opened. */
bool lt_read_by(const char *path, char *text, uint32_t len,
	uint32_t (*take)(void *ctx, const char *text, uint32_t len), void *ctx);

/* Behind the name, where it stands at p; else, and where p is NULL, NULL. */
const char *lt_read_behind(const char *p, const char *end, const char *name);
/* Behind the number at p, with blanks and a minus in front; NULL: there is none, or p is NULL. */
const char *lt_read_number(const char *p, const char *end, unsigned base, uint64_t *v);

#endif
