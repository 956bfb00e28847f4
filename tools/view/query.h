/* What is asked for: which sites, put together how, in which order, how many. */
#ifndef LR_QUERY_H
#define LR_QUERY_H

#include <stdbool.h>
#include <stddef.h>

/* name, title, text */
#define LR_GROUPS(X)                                                                               \
	X(SITE, "site", "each call stack by itself")                                               \
	X(FUNCTION, "function", "by the function that allocates")                                  \
	X(FILE, "file", "by the source file of that function")                                     \
	X(MODULE, "module", "by the program or library that allocates")                            \
	X(THREAD, "thread", "by the thread that allocates")

/* name, option's value, the counter */
#define LR_SORTS(X)                                                                                \
	X(ALLOCATIONS, "allocations", allocations)                                                 \
	X(BYTES, "bytes", allocated_bytes)                                                         \
	X(PEAK, "peak", peak_bytes)                                                                \
	X(UNFREED, "unfreed", live_bytes)                                                          \
	X(TEMPORARY, "temporary", temporary)

#define LR_GROUP_ENUM(name, value, text)   LR_GROUP_##name,
#define LR_SORT_ENUM(name, value, counter) LR_SORT_##name,
enum lr_group { LR_GROUPS(LR_GROUP_ENUM) LR_GROUP_COUNT };
enum lr_sort { LR_SORTS(LR_SORT_ENUM) LR_SORT_COUNT };

/* The options' values, by the enums above. */
extern const char *const lr_group_names[LR_GROUP_COUNT];
extern const char *const lr_sort_names[LR_SORT_COUNT];

/* Patterns are globs, NULL is everything. A site matches function, file and module when any frame
 * of its stack does; a pattern without a slash is held against the last part of a path. */
struct lr_query {
	enum lr_group group;
	enum lr_sort sort;
	size_t limit;     /* rows */
	size_t stack_max; /* lines of a site's stack */
	bool unfreed_only;
	bool changed_only; /* what was live at the model's two moments differs; sorted by how much
			    */
	const char *function, *file, *module, *thread;
	const char *region; /* of a region that the program has begun, or of functions */
};

#endif
