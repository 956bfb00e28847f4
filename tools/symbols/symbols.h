/* From addresses to functions, files, lines and inlined frames.
 *
 * An address is looked up in DWARF (the file's own, or a separate debug file found by build-id,
 * by debug link, or through debuginfod), then in .symtab, then in .dynsym. Files are local and may
 * be other than those of the traced run: one whose build-id differs from the recorded one is not
 * used. Everything that is returned (names, paths) is untrusted text: it may hold control
 * characters, and whoever prints it to a terminal escapes them. */
#ifndef LR_SYMBOLS_H
#define LR_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lr_symbols;

/* The user's own directory for cached answers, to be freed; NULL when there is none. */
char *lr_symbols_cache_dir(void);

struct lr_symbol_options {
	const char *sysroot;           /* module paths are taken below it; NULL: none */
	const char *const *debug_dirs; /* searched before SYSROOT/usr/lib/debug */
	size_t debug_dir_count;
	bool debuginfod; /* asked only when DEBUGINFOD_URLS is set, too */
	/* Answers are kept there from one time to the next; NULL: they are not. It need not exist.
	 */
	const char *cache_dir;
	/* Told once per file that cannot be used although it is there; NULL: nobody. The text is
	 * untrusted, without a newline, and valid during the call. */
	void (*warn)(void *context, const char *text);
	void *warn_context;
};

/* The options' strings are copied. NULL: no memory. */
struct lr_symbols *lr_symbols_open(const struct lr_symbol_options *);
/* Keeps new answers in the cache, and frees everything, also what lr_symbols_resolve returned. NULL
 * is fine. */
void lr_symbols_close(struct lr_symbols *);

struct lr_location {
	const char *function; /* demangled; NULL unknown: say module+offset */
	const char *symbol;   /* as the symbol table has it, mangled; inlined: its bare name */
	const char *file;     /* as the compiler recorded it; NULL unknown */
	const char *dir;      /* what file is relative to; NULL: it is absolute, or not known */
	unsigned line;        /* from 1; 0 unknown */
	const char *module;   /* the path it was given with */
	uint64_t offset;      /* pc as an address of the module's file (pc - bias) */
	bool inlined;         /* into the next entry */
	bool nearest;         /* function only precedes pc, which lies beyond its end */
};

/* A module as the dump describes it: addresses [start, end) hold the file's addresses plus bias.
 * end 0: no bounds. The same path and build-id may come again elsewhere; the file is read once,
 * when an address in it is first resolved. Returns a handle >= 0, or -1 when there is no memory. */
int lr_symbols_module(struct lr_symbols *, const char *path, const uint8_t *build_id,
	size_t build_id_len, uint64_t start, uint64_t end, uint64_t bias);

/* Fills out[0..max) with the frames at pc, innermost first; the last is the function that the code
 * belongs to (when more than max are there, the middle is left out). A return address is looked up
 * at pc - 1. Returns how many, at least 1 when max is; an unknown module gives an entry without
 * module. Strings live until lr_symbols_close. */
size_t lr_symbols_resolve(struct lr_symbols *, int module, uint64_t pc, bool is_return_address,
	struct lr_location *out, size_t max);

/* What lies at an address of data. */
struct lr_variable {
	const char *name;    /* demangled; NULL unknown */
	const char *module;  /* the path it was given with */
	const char *section; /* where no name is known; NULL: not that either */
	const char *file;    /* where it is declared; NULL unknown, or not asked for */
	unsigned line;       /* 0 unknown */
	uint64_t addr;       /* of its beginning, in the module's file; where there is no name:
				that of the address */
	uint64_t size;       /* bytes; 0 unknown */
};

/* The variable that pc, an address in a module, lies in. tls: pc counts from the beginning of the
 * module's part of a thread's storage instead. declared: where in the sources too, for which all of
 * the module's DWARF is read at the first call. Strings live until lr_symbols_close. */
void lr_symbols_variable(struct lr_symbols *, int module, uint64_t pc, bool tls, bool declared,
	struct lr_variable *out);

/* How far below a thread's pointer the module's thread-local storage begins, if it is the program
 * itself; 0: it has none. */
uint64_t lr_symbols_tls_size(struct lr_symbols *, int module);

#endif
