/* A forked child that has few blocks of its own, all of which are held: most children of a shell
 * are such. To see that a block is held some of the roots are enough, so neither the mappings are
 * asked for nor the inherited blocks judged, which are taken for reachable, as the records say.
 * Whatever is not seen to be held is for a whole scan. */
#ifndef LT_QUICK_H
#define LT_QUICK_H

#include <stdbool.h>
#include "format/file.h"
#include "format/scan.h"
#include "lib/judge.h"
#include "lib/live.h"

/* Whether it may be tried, in a process for which lt_inplace_fits. */
bool lt_quick_fits(const struct lt_live_sum *live, const struct lt_moment *moment);

/* As lt_inplace; LTF_END_NONE: nothing has been done. */
enum ltf_scan_end lt_quick(const struct lt_live_sum *live, const struct lt_moment *moment,
	enum ltf_scan_reason reason);

#endif
