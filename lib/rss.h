/* Resident memory of the process, from /proc/self/statm, through one descriptor kept open. */
#ifndef LT_RSS_H
#define LT_RSS_H

#include <stdbool.h>
#include <stdint.h>

void lt_rss_open(void);
/* bytes[0]: resident now, bytes[1]: the most so far. False: not to be had. */
bool lt_rss(uint64_t bytes[2]);

#endif
