/* Judges a small process with one thread where it stands, at its end: a copy of it takes longer to
 * make, and to wait for, than all that there is to read. */
#ifndef LT_INPLACE_H
#define LT_INPLACE_H

#include <stdbool.h>
#include <stdint.h>
#include "format/file.h"
#include "lib/judge.h"

/* Whether it may be tried: few blocks, of few bytes, and no other thread. */
bool lt_inplace_fits(uint64_t blocks, uint64_t bytes);

/* With the judge's memory filled, as for a copy (lt_judge_add). LTF_END_NONE: nothing has been
 * done; there is too much to read after all, or not all of it can be. whatever_size: where no copy
 * can be made. */
enum ltf_scan_end lt_inplace(struct lt_moment *moment, bool whatever_size);

#endif
