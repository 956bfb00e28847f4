/* Loaded objects: which one an address belongs to, and whether it is still that one.
 *
 * A module is one load of one object: a library that is unloaded and another at its place are two
 * modules. Numbers are given from 1 and never reused. Lock-free for readers, safe in a hook and in
 * signal handlers: the only loader service used is glibc's _dl_find_object(), which takes no lock.
 */
#ifndef LT_MODULES_H
#define LT_MODULES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LT_MODULE_NONE = 0, LT_BUILD_ID_MAX = 64 };

struct lt_module {
	uintptr_t start, end;     /* mapped addresses, [start, end) */
	uintptr_t bias;           /* what was added to the file's addresses */
	const void *eh_frame_hdr; /* PT_GNU_EH_FRAME, or NULL */
	const void *link_map;
	uint64_t identity; /* hash over build-id (or name and headers), never 0 */
	const char *path;  /* NUL-terminated, own copy; "" unknown */
	uint8_t build_id[LT_BUILD_ID_MAX];
	uint32_t build_id_len; /* bytes, 0 when there is none */
	uint32_t number;       /* from 1 */
};

/* Bumped by lt_modules_changed(). What was learnt under an older epoch must be checked again. */
extern _Atomic uint32_t lt_modules_epoch;

/* The module that holds pc now, or NULL (no object, no memory for the table). A module seen for
 * the first time is given a number and announced through lt_modules_announce. The result stays
 * valid until the process forks or ends. */
const struct lt_module *lt_module_at(uintptr_t pc);

/* Something may have been unloaded: starts a new epoch. Called by the dlclose hook, and for a
 * free() that comes from the loader itself. */
void lt_modules_changed(void);

/* In a forked child: modules keep their numbers, and each is announced again when it is next met,
 * because the child has a dump of its own. */
void lt_modules_reset(void);

/* While there is nothing but what was loaded with the program. exe: its path, which stays where it
 * is. */
void lt_modules_start(const char *exe);
/* Before main: asks the kernel for the path where nobody has said it. */
void lt_modules_init(void);

/* For the unwinder. A module's tables and code lie in these ranges, all of it mapped readable while
 * the module is loaded; empty when unknown. */
struct lt_module_ranges {
	uintptr_t tables_low, tables_high; /* the segment that holds eh_frame_hdr */
	uintptr_t code_low, code_high;     /* the largest executable segment */
};
const struct lt_module_ranges *lt_module_ranges(const struct lt_module *m);

/* True when module number is still the one at its addresses. One load, unless the epoch is new. The
 * caller has an address of the module on its stack. */
bool lt_module_recheck(uint32_t number);
enum { LT_MODULE_MAX = 65535 }; /* what comes later is unknown (lt_module_at returns NULL) */
extern _Atomic uint32_t lt_module_verified[LT_MODULE_MAX + 1];

static inline bool lt_module_is_current(uint32_t number)
{
	uint32_t epoch = atomic_load_explicit(&lt_modules_epoch, memory_order_acquire);

	return atomic_load_explicit(&lt_module_verified[number], memory_order_relaxed) == epoch ||
	       lt_module_recheck(number);
}

/* Provided by the tracer (by a fake in unit tests): records a module that is new. */
void lt_modules_announce(const struct lt_module *m);
/* Provided by the tracer: m is gone, another object is at its place. */
void lt_modules_announce_unload(const struct lt_module *m);

#endif
