/* Numbers as people write them on a command line. All of the text must be the number. */
#ifndef LR_PARSE_H
#define LR_PARSE_H

#include <stdbool.h>
#include <stdint.h>

/* A number that is not negative and below 10^18; *rest is what stands behind it. */
bool lr_parse_number(const char *s, double *v, const char **rest);
/* Bytes; K, M, G or T may follow, and B or iB these. */
bool lr_parse_size(const char *s, uint64_t *to);
/* 0 to 1. */
bool lr_parse_share(const char *s, double *to);

#endif
