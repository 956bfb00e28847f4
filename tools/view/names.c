#include "tools/view/names.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "format/ring.h"
#include "tools/util/mem.h"
#include "tools/util/text.h"

enum { INLINED_MAX = 16 };

struct named {
	struct lr_location *at;
	size_t count;
	char *function; /* made up where there is no name */
};

struct lr_names {
	const struct lr_model *model;
	struct lr_symbols *symbols;
	struct named *frames; /* by the model's index, filled as asked for */
	int *modules;         /* handles, plus 1; 0 not asked for yet */
};

struct lr_names *lr_names_open(const struct lr_model *m, const struct lr_symbol_options *opt)
{
	struct lr_names *n = lr_calloc(1, sizeof(*n));
	n->model = m;
	n->symbols = lr_symbols_open(opt);
	n->frames = lr_calloc(m->frames_used, sizeof(*n->frames));
	n->modules = lr_calloc(m->modules_used, sizeof(*n->modules));
	return n;
}

void lr_names_close(struct lr_names *n)
{
	if (!n)
		return;
	for (size_t i = 0; i < n->model->frames_used; i++) {
		free(n->frames[i].at);
		free(n->frames[i].function);
	}
	free(n->frames);
	free(n->modules);
	lr_symbols_close(n->symbols);
	free(n);
}

static int handle_of(struct lr_names *n, uint32_t module)
{
	int *handle = &n->modules[module - 1];
	if (*handle == 0) {
		const struct lr_module *m = &n->model->modules[module - 1];
		*handle = 1 + lr_symbols_module(
				      n->symbols, m->path, m->build_id, m->build_id_len, 0, 0, 0);
	}
	return *handle - 1;
}

/* An outermost frame that nobody called: the address of a function's first byte was put where a
 * return address is looked for (makecontext does so), and the code before it is another function's.
 */
static bool is_planted(struct lr_names *n, int handle, const struct lr_frame *f)
{
	struct lr_location here[INLINED_MAX], before[INLINED_MAX];
	if (f->parent != 0 || f->flags != 0)
		return false;
	size_t h = lr_symbols_resolve(n->symbols, handle, f->offset, false, here, INLINED_MAX);
	size_t b = lr_symbols_resolve(n->symbols, handle, f->offset, true, before, INLINED_MAX);
	if (h == 0 || b == 0 || !here[h - 1].function)
		return false;
	const char *other = before[b - 1].function;
	return !other || strcmp(here[h - 1].function, other) != 0;
}

/* A signal handler returns to the first byte of the trampoline, which nobody called either; behind
 * it comes the frame that was interrupted. */
static bool is_trampoline(const struct lr_names *n, const struct lr_frame *f)
{
	return f->parent != 0 && (n->model->frames[f->parent].flags & LTF_NODE_SIGNAL);
}

static size_t resolve(
	struct lr_names *n, const struct lr_frame *f, struct lr_location *out, size_t max)
{
	size_t count = 0;
	int handle = f->module && n->symbols ? handle_of(n, f->module) : -1;
	if (handle >= 0) {
		bool exact = (f->flags & LTF_NODE_SIGNAL) || is_trampoline(n, f) ||
			     is_planted(n, handle, f);
		count = lr_symbols_resolve(n->symbols, handle, f->offset, !exact, out, max);
	}
	if (count > 0)
		return count;
	out[0] = (struct lr_location){.offset = f->offset,
		.module = f->module ? n->model->modules[f->module - 1].path : NULL};
	return 1;
}

const struct lr_location *lr_names_at(struct lr_names *n, uint32_t frame, size_t *count)
{
	struct named *named = &n->frames[frame];
	if (!named->at) {
		struct lr_location some[INLINED_MAX];
		named->count = resolve(n, &n->model->frames[frame], some, INLINED_MAX);
		named->at = lr_calloc(named->count, sizeof(*named->at));
		memcpy(named->at, some, named->count * sizeof(*named->at));
	}
	*count = named->count;
	return named->at;
}

const char *lr_names_function(struct lr_names *n, uint32_t frame)
{
	size_t count;
	if (frame == 0)
		return "(no stack)";
	const struct lr_location *at = lr_names_at(n, frame, &count);
	if (at->function)
		return at->function;
	char **own = &n->frames[frame].function;
	if (!*own && at->module && at->module[0])
		*own = lr_format("%s+0x%" PRIx64, lr_base_name(at->module), at->offset);
	else if (!*own)
		*own = lr_format("0x%" PRIx64, at->offset);
	return *own;
}

const char *lr_names_file(struct lr_names *n, uint32_t frame)
{
	size_t count;
	if (frame == 0)
		return "(no stack)";
	const struct lr_location *at = lr_names_at(n, frame, &count);
	return at->file ? at->file : "(unknown file)";
}

const char *lr_names_module(struct lr_names *n, uint32_t frame)
{
	uint32_t module = n->model->frames[frame].module;
	if (frame == 0)
		return "(no stack)";
	return module && n->model->modules[module - 1].path[0] ? n->model->modules[module - 1].path
							       : "(unknown module)";
}

void lr_names_variable(struct lr_names *n, uint32_t module, uint64_t offset, bool tls,
	bool declared, struct lr_variable *out)
{
	int handle = module && n->symbols ? handle_of(n, module) : -1;
	if (handle >= 0)
		lr_symbols_variable(n->symbols, handle, offset, tls, declared, out);
	else
		*out = (struct lr_variable){.addr = offset};
}

size_t lr_names_code(struct lr_names *n, uint32_t module, uint64_t offset, bool returns,
	struct lr_location *out, size_t max)
{
	int handle = module && n->symbols ? handle_of(n, module) : -1;
	return handle >= 0 ? lr_symbols_resolve(n->symbols, handle, offset, returns, out, max) : 0;
}

uint64_t lr_names_tls_size(struct lr_names *n, uint32_t module)
{
	int handle = module && n->symbols ? handle_of(n, module) : -1;
	return handle >= 0 ? lr_symbols_tls_size(n->symbols, handle) : 0;
}
