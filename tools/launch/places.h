/* Where the launcher's companions are: beside it in a build tree, or where they were installed. */
#ifndef LR_LAUNCH_PLACES_H
#define LR_LAUNCH_PLACES_H

#include <limits.h>
#include <stdbool.h>

/* The library to preload: $LEAKTRACE_LIBRARY, else near the launcher, else installed. False, with
 * the reason told, when there is none that LD_PRELOAD could name. */
bool lr_place_library(char out[PATH_MAX]);

/* leakreport: near the launcher, else in PATH. False when there is none. */
bool lr_place_reporter(char out[PATH_MAX]);

#endif
