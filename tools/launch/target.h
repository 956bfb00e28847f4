/* Finding the program, and whether it can be traced at all. */
#ifndef LR_LAUNCH_TARGET_H
#define LR_LAUNCH_TARGET_H

#include <limits.h>
#include <stdbool.h>

struct lr_target {
	char path[PATH_MAX];      /* to execute */
	char why[PATH_MAX + 512]; /* what is wrong; what to do */
	bool harmed;              /* a library in it would end it */
};

enum lr_target_state {
	LR_TARGET_GOOD,
	LR_TARGET_UNTRACEABLE, /* it runs, but a preloaded library would not be there, or in its way
				*/
	LR_TARGET_CANNOT_EXECUTE,
	LR_TARGET_NOT_FOUND,
};

/* Looks name up as execvp would, and follows #! lines. why is set unless GOOD. */
enum lr_target_state lr_target_find(struct lr_target *, const char *name);

#endif
