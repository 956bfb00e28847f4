/* Processes of a run that outlive its first one: what they go on to allocate is in no report. */
#ifndef LR_LAUNCH_LASTING_H
#define LR_LAUNCH_LASTING_H

#include <stdbool.h>
#include "tools/launch/dumps.h"

/* Finds the dumps of the run, once all of its processes have ended, or so many seconds are over.
 * False: some still run, which is told. */
bool lr_lasting_wait(struct lr_dumplist *, const struct lr_run *, unsigned seconds);

#endif
