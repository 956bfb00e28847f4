/* Running a program as a shell would, and ending as it ended. */
#ifndef LR_LAUNCH_RUN_H
#define LR_LAUNCH_RUN_H

#include <stdbool.h>

struct lr_capture;

/* Starts path with argv in a child whose environment gets the variables ("NAME=value", ends with
 * NULL), and waits for its end. What it prints is captured, unless that is NULL. Meanwhile the
 * terminal's signals are the child's alone, and signals sent to us are sent on. Returns 0 with
 * *status as from waitpid, or the errno of what failed: no program has run then. */
int lr_run_program(const char *path, char **argv, char *const *variables,
	struct lr_capture *capture, int *status);

/* Runs path with argv, its standard output being fd, without what the user's environment has for
 * the program under test (LD_LIBRARY_PATH, LD_PRELOAD ..), unless it cannot be loaded so. Returns
 * as above; signals are sent on in the same way, so that the launcher comes to its own end. */
int lr_run_tool(const char *path, char **argv, int fd, int *status);

/* Ends this process as status says: the same exit status, or by the same signal. */
__attribute__((noreturn)) void lr_end_like(int status);

#endif
