/* What the launcher needs to know of an ELF file. */
#ifndef LR_LAUNCH_ELFCHECK_H
#define LR_LAUNCH_ELFCHECK_H

#include <limits.h>
#include <stdbool.h>

#define LR_GLIBC_LOADER "ld-linux-x86-64.so.2"

struct lr_elf_facts {
	bool x86_64;
	const char *machine;        /* in words, when it is not */
	char interpreter[PATH_MAX]; /* PT_INTERP; "" in a static program */
	const char *sanitizer;      /* built with this one; NULL: with none that matters */
};

/* False when the headers cannot be read. Reads with pread only; believes nothing. */
bool lr_elf_look(int fd, struct lr_elf_facts *);

#endif
