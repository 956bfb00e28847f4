/* Frames by name: what the symbols know about a frame, asked once per frame. */
#ifndef LR_NAMES_H
#define LR_NAMES_H

#include "tools/model/model.h"
#include "tools/symbols/symbols.h"

struct lr_names;

/* The model must outlive it. */
struct lr_names *lr_names_open(const struct lr_model *m, const struct lr_symbol_options *opt);
void lr_names_close(struct lr_names *n);

/* The frame's functions, innermost inlined one first; *count is at least 1. Valid until the names
 * are closed. Not for the root. */
const struct lr_location *lr_names_at(struct lr_names *n, uint32_t frame, size_t *count);

/* A text that is the same for the same function, file or module of the frame's innermost entry;
 * "module+0xoffset" for a function without a name, "(unknown file)" .. for the others. */
const char *lr_names_function(struct lr_names *n, uint32_t frame);
const char *lr_names_file(struct lr_names *n, uint32_t frame);
const char *lr_names_module(struct lr_names *n, uint32_t frame);

/* The function at an offset in a module's file (index plus 1), innermost first; returns: the offset
 * is a return address. At most max are filled; returns how many. Texts are valid until the names
 * are closed. */
size_t lr_names_code(struct lr_names *n, uint32_t module, uint64_t offset, bool returns,
	struct lr_location *out, size_t max);

/* The variable at an offset in a module's file (index plus 1); see lr_symbols_variable. Texts are
 * valid until the names are closed. */
void lr_names_variable(struct lr_names *n, uint32_t module, uint64_t offset, bool tls,
	bool declared, struct lr_variable *out);
/* See lr_symbols_tls_size. */
uint64_t lr_names_tls_size(struct lr_names *n, uint32_t module);

#endif
