/* One file that code was loaded from, with what names its addresses. */
#ifndef LR_OBJECT_H
#define LR_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "tools/symbols/cache.h"

struct lr_object;

struct lr_warning {
	void (*say)(void *context, const char *text);
	void *context;
};

struct lr_object_frame {
	const char *name;   /* as linked; NULL unknown */
	const char *symbol; /* as the symbol table has it, which has aliases; of what was inlined
			     * the bare name; NULL unknown */
	const char *file;
	const char *dir; /* what it is relative to; NULL: it is absolute, or not known */
	unsigned line;
	bool inlined, nearest;
};

/* The object of that path and build-id, added to the list when new; NULL: no memory. Nothing is
 * opened yet. path must outlive the list. */
struct lr_object *lr_object_for(
	struct lr_object **list, const char *path, const struct lr_build_id *id);
void lr_objects_free(struct lr_object *list);
struct lr_object *lr_object_next(const struct lr_object *);

/* True the first time. */
bool lr_object_first_asked(struct lr_object *);

/* The build-id that answers about the object can be kept under: as recorded, or else as in the
 * file, which is looked for at the first call. NULL when there is none. */
const struct lr_build_id *lr_object_id(
	struct lr_object *, struct lr_places *, const struct lr_warning *);
/* True when the files that names would come from are exactly these; without reading them. */
bool lr_object_has_origin(struct lr_object *, struct lr_places *, const struct lr_origin *);
/* Where lr_object_frames has taken its names from; NULL when it was not called, or when what it
 * said need not hold the next time, though the files be the same. */
const struct lr_origin *lr_object_origin(const struct lr_object *);

/* Frames at addr, an address of the file; innermost first. Opens the files at the first call.
 * Returns how many, 0 when nothing is known. Strings live as long as the object. */
size_t lr_object_frames(struct lr_object *, struct lr_places *, const struct lr_warning *,
	uint64_t addr, struct lr_object_frame *out, size_t max);

struct lr_object_variable {
	const char *name;    /* as linked; NULL unknown */
	uint64_t addr, size; /* of the file */
	const char *section; /* where nothing is known of a variable; NULL: not even that */
};

/* The variable that addr lies in (as lr_dwarf_variable), by the symbol table, else by DWARF; and
 * where it is declared. False: nothing is known. Strings live as long as the object. */
bool lr_object_variable(struct lr_object *, struct lr_places *, const struct lr_warning *,
	uint64_t addr, bool tls, struct lr_object_variable *out);
bool lr_object_declaration(struct lr_object *, struct lr_places *, const struct lr_warning *,
	uint64_t addr, bool tls, const char **file, unsigned *line);

/* How far below the thread pointer the object's thread-local storage begins if the program itself
 * is the object; 0: it has none. */
uint64_t lr_object_tls_size(struct lr_object *, struct lr_places *, const struct lr_warning *);

#endif
