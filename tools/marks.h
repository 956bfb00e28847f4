/* Which of a dump's marks are meant, before it is replayed: a name may stand behind its use. */
#ifndef LR_MARKS_H
#define LR_MARKS_H

#include "tools/source.h"

/* Each of wanted is NULL, or NAME (the first mark of that name), NAME#N (the N-th) or NAME#last. To
 * number[] goes which of all marks it is, in order, from 1; 0: none is wanted; UINT32_MAX: there is
 * no such one. Reads the whole source. */
void lr_marks_find(struct lr_source *s, const struct lr_limits *limits, const char *const wanted[2],
	uint32_t number[2]);

#endif
