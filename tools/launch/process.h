/* A traced process, as /proc shows it, and the header of its dump. */
#ifndef LR_LAUNCH_PROCESS_H
#define LR_LAUNCH_PROCESS_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>
#include "format/file.h"

struct lr_process {
	pid_t pid;
	uid_t uid;                                /* effective */
	unsigned pid_inside;                      /* in its own pid namespace */
	bool handles;                             /* signal LTF_CONTROL_SIGNAL */
	bool preloaded;                           /* libleaktrace.so is mapped */
	char dump[PATH_MAX];                      /* as the process sees it; "" unknown */
	const volatile struct ltf_header *header; /* mapped; NULL: not found */
};

/* False: there is no such process. */
bool lr_process_look(struct lr_process *p, pid_t pid);
/* Looks for the dump that it writes. False: cannot be read, or there is none. */
bool lr_process_find_dump(struct lr_process *p);

#endif
