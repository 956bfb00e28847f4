/* Functions, or variables, of an ELF symbol table, sorted by address. */
#ifndef LR_SYMTAB_H
#define LR_SYMTAB_H

#include <libelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lr_symbol {
	uint64_t addr, size; /* of the file; size 0: not said */
	uint64_t reach;      /* the largest end of this symbol and all before it */
	const char *name;    /* in the Elf; mangled */
	int rank;            /* among symbols at one address the least is shown */
};

struct lr_symtab {
	struct lr_symbol *symbols;
	size_t count;
	bool poor; /* empty for want of memory */
};

/* What is read. Variables of threads have addresses that count from the beginning of the object's
 * part of thread-local storage. */
enum lr_symbol_kind { LR_SYMBOL_CODE, LR_SYMBOL_DATA, LR_SYMBOL_TLS };

/* Reads the symbols of one section type (SHT_SYMTAB, SHT_DYNSYM); of functions those that lie in
 * executable segments. No such section, damage, or no memory gives an empty or a shorter table. The
 * Elf must outlive it.
 */
void lr_symtab_read(struct lr_symtab *, Elf *, unsigned section_type, enum lr_symbol_kind);
void lr_symtab_free(struct lr_symtab *);

/* The symbol that covers addr; else the nearest before it, with *nearest set unless that has no
 * size; else NULL. */
const struct lr_symbol *lr_symtab_find(const struct lr_symtab *, uint64_t addr, bool *nearest);

/* True when addr lies in an executable segment of the file, or it has no segments to ask. */
bool lr_elf_executable(Elf *, uint64_t addr);

#endif
