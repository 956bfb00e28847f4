/* Texts that the tables of a scan refer to by number: names of descriptors, of mapped files. In
 * bounded memory, which is there from the first text to the telling. Where the process itself is
 * scanned, it has one thread. */
#ifndef LT_TELL_TEXTS_H
#define LT_TELL_TEXTS_H

#include <stddef.h>
#include <stdint.h>
#include "lib/tell.h"

enum { LT_TEXT_MAX = 512 }; /* bytes; of a longer one the end is left off */

/* The text's number, from 1; one that was given lately has the number that it had. 0: it is empty,
 * or there is no room. */
uint32_t lt_texts_add(const char *text, size_t len);
/* When no table refers to more: all of them, in one record. They are forgotten. */
void lt_texts_tell(struct lt_channel *c);
void lt_texts_forget(void);

#endif
