/* Functions, inlined calls and lines out of a file's DWARF.
 *
 * Opening reads only the compilation units' heads, into an index by address. The first address in a
 * unit walks that unit's entries once and leaves a table of disjoint segments, each with the
 * innermost scope (function or inlined call) that covers it; from then on an address costs two
 * binary searches. */
#ifndef LR_DWARF_H
#define LR_DWARF_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lr_dwarf;

/* Where a file's DWARF refers to common entries in another file (.gnu_debugaltlink), that file is
 * asked for by its build-id; the Elf returned is ended with the lr_dwarf. */
typedef Elf *lr_dwarf_find_alt(void *context, const void *build_id, size_t len);

/* NULL when there is no DWARF, or it cannot be read at all, or no memory. The Elf must outlive it.
 */
struct lr_dwarf *lr_dwarf_open(Elf *, lr_dwarf_find_alt *, void *context);
void lr_dwarf_close(struct lr_dwarf *);

/* False when answers may be other ones the next time although the file is the same: what they need
 * is in further files (.dwo), was not found, or something was left out for want of memory. */
bool lr_dwarf_lasting(const struct lr_dwarf *);

struct lr_dwarf_frame {
	const char *name; /* linkage name where there is one; NULL unknown */
	const char *bare; /* in the source, without what it lies in; NULL unknown */
	const char *file; /* NULL unknown */
	const char *dir;  /* what it is relative to; NULL: it is absolute, or that is unknown */
	unsigned line;    /* 0 unknown */
	bool inlined;     /* into the next frame */
};

/* Fills out[0..max) for the code at addr (an address of the file), innermost first. Returns how
 * many, 0 when the DWARF says nothing about addr. Strings live as long as the lr_dwarf. */
size_t lr_dwarf_frames(struct lr_dwarf *, uint64_t addr, struct lr_dwarf_frame *out, size_t max);

struct lr_dwarf_variable {
	const char *name;    /* linkage name where there is one; NULL unknown */
	const char *file;    /* where it is declared; NULL unknown */
	unsigned line;       /* 0 unknown */
	uint64_t addr, size; /* size 0: unknown */
};

/* The variable that addr lies in; tls: addr counts from the beginning of the object's part of
 * thread-local storage. False: the DWARF knows none. The first call walks the whole DWARF. */
bool lr_dwarf_variable(struct lr_dwarf *, uint64_t addr, bool tls, struct lr_dwarf_variable *out);

#endif
