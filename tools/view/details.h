/* Everything a dump says about the process itself. */
#ifndef LR_DETAILS_H
#define LR_DETAILS_H

#include "tools/view/names.h"
#include "tools/view/table.h"

struct lr_module_view {
	const char *path;
	char *build_id; /* in hex, "" none */
	uint32_t loads;
};

struct lr_thread_view {
	char *label;
	const struct lr_thread *thread;
	uint32_t pid;
};

struct lr_details {
	struct lr_module_view *modules;
	size_t modules_used;
	struct lr_thread_view *threads; /* by allocated bytes, at most the limit */
	size_t threads_used, threads_all;
};

struct lr_details *lr_details_make(const struct lr_model *m, size_t limit);
void lr_details_free(struct lr_details *d);

#endif
