/* From a model's frames to call paths. Both are trees, so each frame is looked at once, from the
 * root inwards. What stands outside main is left out: a frame there leads to no node.
 *
 * A recursion is folded: where a function comes again, its path goes on from where it was first. So
 * each pair of neighbours of a path is a call that there was, and the depth, which is the input's,
 * makes no difference. A stack that was cut at the depth limit lacks its outer end, and where it
 * was cut depends on the depth; of such a one each function is there once, at its innermost. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "format/ring.h"
#include "tools/util/mem.h"
#include "tools/view/measure_parts.h"

/* What leads to no node, in place of one. */
enum { OUTSIDE = UINT32_MAX, CUT = UINT32_MAX - 1 };
enum { DEEPEST = 4096 }; /* frames: no tracer writes more of a stack */

struct lr_measure_paths {
	struct lr_measure *m;
	const struct lr_model *model;
	struct lr_names *names;
	uint32_t *nodes;      /* by the model's frames: id, or one of the above; 0 not known yet */
	uint32_t *modules;    /* by the model's modules: text */
	bool *is_libc;        /* or its loader */
	struct lr_map called; /* address of a name, as the symbols keep it -> text */
	uint32_t *chain;      /* frames on the way to the root */
	size_t chain_room;
	uint32_t *seen; /* by line: the stamp of the last cut stack that had it */
	size_t seen_room;
	uint32_t stamp, cut, none; /* nodes: "(cut)" and "(no stack)" */
};

static bool is_c_library(const char *name)
{
	static const char *const begin[] = {"libc.so", "libc-2.", "libpthread", "ld-linux", "ld-2.",
		"ld64.so", "ld-musl", "libc.musl"};
	for (size_t i = 0; i < sizeof(begin) / sizeof(*begin); i++)
		if (strncmp(name, begin[i], strlen(begin[i])) == 0)
			return true;
	return false;
}

/* Of them nothing further out is anybody's business. */
static bool is_start(const char *function)
{
	static const char *const names[] = {"_start", "__libc_start_main", "__libc_start_main_impl",
		"__libc_start_call_main", "generic_start_main", "start_thread", "clone", "__clone",
		"clone3", "__clone3", "__clone_internal", "__clone3_internal"};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(function, names[i]) == 0)
			return true;
	return false;
}

/* What stands between the loader's start and a constructor. */
static bool is_loading(const char *function)
{
	static const char *const names[] = {
		"_dl_start_user", "_dl_start", "_dl_init", "call_init", "__libc_csu_init"};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(function, names[i]) == 0)
			return true;
	return false;
}

struct lr_measure_paths *lr_measure_paths_new(
	struct lr_measure *m, const struct lr_model *model, struct lr_names *names)
{
	struct lr_measure_paths *p = lr_calloc(1, sizeof(*p));
	*p = (struct lr_measure_paths){.m = m, .model = model, .names = names};
	p->nodes = lr_calloc(model->frames_used, sizeof(*p->nodes));
	p->modules = lr_calloc(model->modules_used + 1, sizeof(*p->modules));
	p->is_libc = lr_calloc(model->modules_used + 1, sizeof(*p->is_libc));
	p->modules[0] = lr_measure_text(m, "", 0);
	for (size_t i = 0; i < model->modules_used; i++) {
		size_t n;
		const char *name = lr_measure_module_name(model->modules[i].path, &n);
		p->modules[i + 1] = lr_measure_text(m, name, n);
		p->is_libc[i + 1] = is_c_library(name);
	}
	return p;
}

void lr_measure_paths_free(struct lr_measure_paths *p)
{
	if (!p)
		return;
	lr_map_free(&p->called);
	free(p->nodes);
	free(p->modules);
	free(p->is_libc);
	free(p->chain);
	free(p->seen);
	free(p);
}

/* A name that only stands before the code, in another function, says nothing. */
static bool has_name(const struct lr_location *at)
{
	return at->function && !at->nearest;
}

static uint32_t function_of(struct lr_measure_paths *p, const struct lr_location *at)
{
	if (!has_name(at)) {
		char offset[24];
		int n = snprintf(offset, sizeof(offset), "0x%" PRIx64, at->offset);
		return lr_measure_text(p->m, offset, (size_t)n);
	}
	bool fresh;
	uint32_t *text = lr_map_put(&p->called, (uintptr_t)at->function, &fresh);
	if (fresh)
		*text = lr_measure_text(
			p->m, at->function, lr_measure_function_length(at->function));
	return *text;
}

static uint32_t line_of(
	struct lr_measure_paths *p, const struct lr_frame *f, const struct lr_location *at)
{
	return lr_measure_line(p->m, function_of(p, at), p->modules[f->module]);
}

/* The node of one of a frame's functions, called from outer (id, or OUTSIDE). */
static uint32_t step(struct lr_measure_paths *p, const struct lr_frame *f,
	const struct lr_location *at, uint32_t outer)
{
	bool named = has_name(at);
	if (named && (p->is_libc[f->module] || outer == OUTSIDE) && is_start(at->function))
		return OUTSIDE;
	if (outer == OUTSIDE && p->is_libc[f->module] && (!named || is_loading(at->function)))
		return OUTSIDE;
	uint32_t line = line_of(p, f, at);
	if (outer == OUTSIDE || (named && strcmp(at->function, "main") == 0))
		outer = 0;
	return lr_measure_node(p->m, outer, line, at->inlined);
}

static uint32_t enter(struct lr_measure_paths *p, uint32_t frame, uint32_t outer)
{
	const struct lr_frame *f = &p->model->frames[frame];
	size_t count;
	if (outer == CUT || (f->flags & LTF_NODE_CUT))
		return CUT;
	const struct lr_location *at = lr_names_at(p->names, frame, &count);
	while (count > 0)
		outer = step(p, f, &at[--count], outer);
	return outer;
}

static uint32_t node_of(struct lr_measure_paths *p, uint32_t frame)
{
	size_t depth = 0;
	uint32_t node = OUTSIDE;
	for (; frame; frame = p->model->frames[frame].parent) {
		if (p->nodes[frame]) {
			node = p->nodes[frame];
			break;
		}
		LR_GROW(p->chain, depth, p->chain_room);
		p->chain[depth++] = frame;
	}
	while (depth > 0) {
		frame = p->chain[--depth];
		node = p->nodes[frame] = enter(p, frame, node);
	}
	return node;
}

static bool first_seen(struct lr_measure_paths *p, uint32_t line)
{
	if (line >= p->seen_room) {
		size_t room = 2 * (size_t)line + 64;
		p->seen = lr_resize(p->seen, room, sizeof(*p->seen));
		memset(p->seen + p->seen_room, 0, (room - p->seen_room) * sizeof(*p->seen));
		p->seen_room = room;
	}
	bool first = p->seen[line] != p->stamp;
	p->seen[line] = p->stamp;
	return first;
}

static uint32_t plain_node(struct lr_measure *m, const char *function)
{
	uint32_t line = lr_measure_line(
		m, lr_measure_text(m, function, strlen(function)), lr_measure_text(m, "", 0));
	return lr_measure_node(m, 0, line, false);
}

static uint32_t node_of_cut(struct lr_measure_paths *p, uint32_t frame)
{
	size_t depth = 0;
	p->stamp++;
	for (unsigned left = DEEPEST; frame && left;
		left--, frame = p->model->frames[frame].parent) {
		const struct lr_frame *f = &p->model->frames[frame];
		size_t count;
		const struct lr_location *at = lr_names_at(p->names, frame, &count);
		for (size_t i = 0; i < count; i++) {
			uint32_t line = line_of(p, f, &at[i]);
			if (!first_seen(p, line))
				continue;
			LR_GROW(p->chain, depth, p->chain_room);
			p->chain[depth++] = line;
		}
	}
	if (!p->cut)
		p->cut = plain_node(p->m, "(cut)");
	uint32_t node = p->cut;
	while (depth > 0)
		node = lr_measure_node(p->m, node, p->chain[--depth], false);
	return node;
}

static uint32_t node_of_site(struct lr_measure_paths *p, uint32_t frame)
{
	if (!frame) {
		if (!p->none)
			p->none = plain_node(p->m, "(no stack)");
		return p->none;
	}
	uint32_t node = node_of(p, frame);
	if (node == CUT)
		return node_of_cut(p, frame);
	if (node != OUTSIDE)
		return node;
	size_t count; /* the C library's own, before main or in a thread's first steps */
	const struct lr_frame *f = &p->model->frames[frame];
	const struct lr_location *at = lr_names_at(p->names, frame, &count);
	return lr_measure_node(p->m, 0, line_of(p, f, at), at->inlined);
}

/* The source of the function that a person means. */
static const struct lr_location *place_of(
	struct lr_measure_paths *p, uint32_t frame, const struct lr_measure_node *node)
{
	for (unsigned i = 0; node->outer && node->frame.passes_on && i < DEEPEST; i++)
		node = lr_measure_node_at(p->m, node->outer);
	for (unsigned left = DEEPEST; frame && left;
		left--, frame = p->model->frames[frame].parent) {
		size_t count;
		const struct lr_location *at = lr_names_at(p->names, frame, &count);
		for (size_t i = 0; i < count; i++)
			if (line_of(p, &p->model->frames[frame], &at[i]) == node->line)
				return &at[i];
	}
	return NULL;
}

uint32_t lr_measure_paths_site(struct lr_measure_paths *p, uint32_t frame)
{
	struct lr_measure_node *node = lr_measure_node_at(p->m, node_of_site(p, frame));
	if (node->site)
		return node->site - 1;
	const struct lr_location *at = place_of(p, frame, node);
	uint32_t site = lr_measure_site(
		p->m, &node->frame, at ? at->file : NULL, at && at->file ? at->line : 0);
	if (at && at->file && at->dir)
		p->m->sites[site].dir =
			lr_measure_text_of(p->m, lr_measure_text(p->m, at->dir, strlen(at->dir)));
	return site;
}
