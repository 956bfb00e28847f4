/* The launcher's own words, on standard error: one line, "leaktrace: what; what to do". */
#ifndef LR_LAUNCH_SAY_H
#define LR_LAUNCH_SAY_H

/* Exit statuses of the launcher itself; else it ends as the program did. */
enum {
	LR_EXIT_ERROR = 125,
	LR_EXIT_CANNOT_EXECUTE = 126,
	LR_EXIT_NOT_FOUND = 127,
};

/* One write; control characters in what is formatted are shown as '?'. */
__attribute__((format(printf, 1, 2))) void lr_say(const char *format, ...);

#endif
