/* The variables that a file's DWARF puts at fixed addresses: global ones, static ones (of functions
 * too), and those of threads, whose addresses count from the beginning of their object's part. */
#ifndef LR_GLOBALS_H
#define LR_GLOBALS_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lr_global {
	uint64_t addr;
	Dwarf_Die die;
	bool tls;
};

/* All zero at first. */
struct lr_globals {
	struct lr_global *globals; /* those of threads last; each kind by address */
	size_t count, room;
	bool poor; /* something is missing for want of memory */
};

/* Adds those of a unit, whose top entry is given. Damage gives fewer. */
void lr_globals_add(struct lr_globals *, const Dwarf_Die *unit);
/* Once, after the last unit. */
void lr_globals_sort(struct lr_globals *);
void lr_globals_free(struct lr_globals *);

/* The last one that begins at addr or below; NULL: none. */
struct lr_global *lr_globals_at(const struct lr_globals *, uint64_t addr, bool tls);
/* How many bytes it has, 0 unknown. */
uint64_t lr_global_size(struct lr_global *);

#endif
