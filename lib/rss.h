/* Resident memory of the process, from /proc/self/statm. */
#ifndef LT_RSS_H
#define LT_RSS_H

#include <stdbool.h>
#include <stdint.h>

/* Opens it for good, at a high number. To be called while there is one thread, because for an
 * instant a low number is taken; a process that ends before reads it once. */
void lt_rss_open(void);
/* Whether this descriptor is it. */
bool lt_rss_owns(int number);
/* In a forked child: what is open is the parent's. */
void lt_rss_forget(void);
/* bytes[0]: resident now, bytes[1]: the most so far. False: not to be had. */
bool lt_rss(uint64_t bytes[2]);
/* The most alone, for which no file need be opened; bytes[0]: 0. */
void lt_rss_most(uint64_t bytes[2]);

#endif
