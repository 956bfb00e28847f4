/* Finding and opening the files that names are read from.
 *
 * Paths come from dumps and from other files and are not trusted: only regular files are opened,
 * and nothing is waited for. With a sysroot a path is resolved inside it, symbolic links too. */
#ifndef LR_DEBUGFILE_H
#define LR_DEBUGFILE_H

#include <libelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "tools/symbols/symbols.h"

enum { LR_BUILD_ID_MAX = 64 };

struct lr_build_id {
	size_t len; /* 0: none */
	uint8_t bytes[LR_BUILD_ID_MAX];
};

/* Which file it was: the same again only when it has not been replaced or changed. All zero: none.
 */
struct lr_file_id {
	bool there;
	bool unsettled; /* changed just before: it may change again without its times showing it */
	uint64_t inode, size, mtime, ctime; /* times in nanoseconds */
};

/* Where to look; copies of lr_symbol_options. */
struct lr_places {
	char *sysroot; /* NULL: none */
	char **debug_dirs;
	size_t debug_dir_count;
	bool debuginfod;
	struct lr_debuginfod *server; /* started when first asked */
};

/* 0, or -1 without memory (what was copied is still freed by lr_places_free). */
int lr_places_init(struct lr_places *, const struct lr_symbol_options *);
void lr_places_free(struct lr_places *);

/* The build-id in a file's notes. */
struct lr_build_id lr_build_id_of(Elf *);
bool lr_build_id_equal(const struct lr_build_id *, const struct lr_build_id *);

/* Each returns a file to be ended with elf_end, or NULL, and which file that is. The files'
 * descriptors are closed. */

/* The module itself, at an absolute path (below the sysroot). */
Elf *lr_open_module(const struct lr_places *, const char *path, struct lr_file_id *);
/* A file of debug information by build-id: .build-id/xx/yyyy.debug in each place. Checked to have
 * that build-id. */
Elf *lr_open_by_build_id(const struct lr_places *, const struct lr_build_id *, struct lr_file_id *);
/* By the .gnu_debuglink of a module at path; checked by build-id, or else by checksum. */
Elf *lr_open_by_debuglink(
	const struct lr_places *, Elf *module, const char *path, struct lr_file_id *);
/* From a debuginfod server; debug information, or else the executable. */
Elf *lr_open_from_server(struct lr_places *, const struct lr_build_id *, struct lr_file_id *);

/* True for an existing regular file: others may be waited for. Not below the sysroot. */
bool lr_is_regular(const char *path);

#endif
