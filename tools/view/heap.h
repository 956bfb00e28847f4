/* The memory that was live at a scan, with what holds it: holders have names here, and retained
 * sizes are known. */
#ifndef LR_HEAP_H
#define LR_HEAP_H

#include "tools/model/model.h"
#include "tools/model/retained.h"
#include "tools/view/names.h"
#include "tools/view/table.h"

/* name, in JSON, in words */
#define LR_HOLDER_KINDS(X)                                                                         \
	X(VARIABLE, "variable", "variable")                                                        \
	X(DATA, "data", "data without a name")                                                     \
	X(TLS, "thread_local", "thread-local")                                                     \
	X(STACK, "stack", "stack")                                                                 \
	X(REGISTER, "register", "registers")                                                       \
	X(MAPPING, "mapping", "mapping")                                                           \
	X(KERNEL, "kernel", "held by the kernel")                                                  \
	X(DECLARED, "declared", "declared a root by the program")                                  \
	X(OTHER, "other", "other memory")                                                          \
	X(TAKEN, "in_use", "in use without any pointer")                                           \
	X(LOST, "lost", "nothing: lost")                                                           \
	X(UNKNOWN, "unknown", "not known")

#define LR_HOLDER_ENUM(name, key, words) LR_HOLDER_##name,
enum lr_holder_kind { LR_HOLDER_KINDS(LR_HOLDER_ENUM) LR_HOLDER_KIND_COUNT };
extern const char *const lr_holder_keys[LR_HOLDER_KIND_COUNT];
extern const char *const lr_holder_words[LR_HOLDER_KIND_COUNT];

struct lr_holder {
	enum lr_holder_kind kind;
	const char *name;     /* of the variable, what of the kernel's; NULL unknown */
	const char *thread;   /* of a stack, a register, thread-local storage; NULL unknown */
	const char *module;   /* path; NULL unknown */
	const char *section;  /* of data without a name; NULL unknown */
	const char *function; /* of a stack: whose frame it is; NULL unknown */
	const char *file;     /* where it is declared, or the frame stands; NULL unknown, or not yet
				 looked for */
	unsigned line;
	uint32_t load;       /* of the dump's loads: index plus 1 */
	uint32_t tid;        /* of a stack, a register, thread-local storage; 0 unknown */
	uint64_t addr, size; /* in the module's file; without a module: in the process */
};

/* Where blocks are made, as a person means it: one line, whoever called it. */
struct lr_place {
	uint32_t frame;  /* of one of the sites there */
	bool one_caller; /* there is one site alone: its callers can be named */
};

struct lr_heap {
	const struct lr_model *model;
	const struct lr_dump *dump;
	const struct lr_scan *scan;
	struct lr_names *names;
	struct lr_holder *holders;
	size_t holders_used;
	bool *passing; /* by holder */
	struct lr_hold *holds;
	size_t holds_used;
	struct lr_holders held; /* these, for lr_retained_make and lr_ways_find */
	struct lr_graph graph;
	struct lr_retained retained;
	uint64_t *sizes;  /* by block */
	uint32_t *sites;  /* by block: frames of the model */
	uint32_t *places; /* by block: index in place */
	struct lr_place *place;
	size_t places_used;
	struct lr_sum all;
	char **owned; /* texts */
	size_t owned_used, owned_room;
};

/* All must outlive it; the scan's blocks must have been kept. */
struct lr_heap *lr_heap_open(const struct lr_model *m, struct lr_names *names,
	const struct lr_dump *d, const struct lr_scan *scan);
void lr_heap_close(struct lr_heap *h);
/* Of the last dump that has the scan of that number (or LR_SCANS_LAST: any); NULL: none has it, or
 * its blocks have not been kept. */
struct lr_heap *lr_heap_of(const struct lr_model *m, struct lr_names *names, uint32_t scan);

/* The lines of a place: that of the place itself, and at most max - 1 of its callers. *cut: how
 * many are left out. */
struct lr_line *lr_heap_place_lines(
	const struct lr_heap *h, uint32_t place, size_t max, size_t *used, size_t *cut);

/* Looks where in the sources a variable is declared. */
void lr_heap_declare(struct lr_heap *h, uint32_t holder);

#endif
