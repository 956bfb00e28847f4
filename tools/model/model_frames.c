/* From a dump's modules and nodes to those of the model. Duplicates fall together here: the tracer
 * may give one frame two nodes, and a library may be loaded twice. The tracer's own frames (a hook
 * that waits for its original) are left out: stacks are those that the program has without it. */
#include "tools/model/model_parts.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"

enum { UNRESOLVED = UINT32_MAX, IN_PROGRESS = UINT32_MAX - 1 };

static uint64_t hash_bytes(uint64_t h, const void *data, size_t n)
{
	for (const uint8_t *p = data; n > 0; n--)
		h = lr_hash_mix(h, *p++);
	return lr_hash_mix(h, 0x100);
}

/* Index plus 1. */
static uint32_t module_for(struct lr_model *m, struct lr_raw_module *raw)
{
	uint64_t hash = hash_bytes(1, raw->path, strlen(raw->path));
	hash = hash_bytes(hash, raw->build_id, raw->build_id_len);
	uint32_t *first = lr_map_put(&m->module_of, hash, NULL);
	for (uint32_t i = *first; i; i = m->modules[i - 1].next) {
		struct lr_module *have = &m->modules[i - 1];
		if (strcmp(have->path, raw->path) == 0 && have->build_id_len == raw->build_id_len &&
			memcmp(have->build_id, raw->build_id, raw->build_id_len) == 0) {
			have->loads++;
			return i;
		}
	}
	LR_GROW(m->modules, m->modules_used, m->modules_room);
	m->modules[m->modules_used++] = (struct lr_module){.path = raw->path,
		.build_id = raw->build_id,
		.build_id_len = raw->build_id_len,
		.next = *first,
		.loads = 1};
	raw->path = NULL; /* taken over */
	raw->build_id = NULL;
	return *first = (uint32_t)m->modules_used;
}

static uint32_t frame_for(struct lr_model *m, const struct lr_frame *f)
{
	uint64_t hash = lr_hash_mix(
		lr_hash_mix(lr_hash_mix(lr_hash_mix(2, f->parent), f->module), f->offset),
		f->flags);
	uint32_t *first = lr_map_put(&m->frame_of, hash, NULL);
	for (uint32_t i = *first; i; i = m->frames[i - 1].next) {
		const struct lr_frame *have = &m->frames[i - 1];
		if (have->parent == f->parent && have->module == f->module &&
			have->offset == f->offset && have->flags == f->flags)
			return i - 1;
	}
	LR_GROW(m->frames, m->frames_used, m->frames_room);
	m->frames[m->frames_used] = *f;
	m->frames[m->frames_used++].next = *first;
	*first = (uint32_t)m->frames_used;
	return (uint32_t)m->frames_used - 1;
}

struct work {
	struct lr_model *m;
	struct lr_tally *t;
	const uint32_t *modules; /* index plus 1, by the tally's index */
	const uint64_t *biases;
	const bool *ours; /* it is the tracer */
	uint32_t *frames;
	uint32_t *chain; /* nodes on the way to the root */
	size_t chain_room;
};

bool lr_module_is_tracer(const char *path)
{
	const char *base = strrchr(path, '/');
	return strcmp(base ? base + 1 : path, "libleaktrace.so") == 0;
}

static void resolve_one(struct work *w, uint32_t node, uint32_t parent, uint32_t more_flags)
{
	const struct lr_raw_node *n = &w->t->nodes[node];
	struct lr_frame f = {.offset = n->pc, .parent = parent, .flags = n->flags | more_flags};
	const uint32_t *i = n->module ? lr_map_find(&w->t->module_of, n->module) : NULL;
	if (i && w->ours[*i] && f.flags == 0) {
		w->frames[node] = parent;
		return;
	}
	if (i) {
		f.module = w->modules[*i];
		f.offset = n->pc - w->biases[*i];
	}
	w->frames[node] = frame_for(w->m, &f);
}

static void resolve(struct work *w, uint32_t node)
{
	size_t depth = 0;
	uint32_t parent = 0, flags = 0;
	for (;;) {
		if (w->frames[node] == IN_PROGRESS) { /* its own ancestor */
			flags = LTF_NODE_UNCERTAIN;
			break;
		}
		if (w->frames[node] != UNRESOLVED) {
			parent = w->frames[node];
			break;
		}
		w->frames[node] = IN_PROGRESS;
		LR_GROW(w->chain, depth, w->chain_room);
		w->chain[depth++] = node;
		uint32_t id = w->t->nodes[node].parent;
		if (id == LTF_SITE_NONE)
			break;
		uint32_t up = lr_ids_get(&w->t->node_of, id);
		if (up == LR_NO_ID) {
			flags = LTF_NODE_UNCERTAIN;
			break;
		}
		node = up;
	}
	while (depth > 0) {
		node = w->chain[--depth];
		resolve_one(w, node, parent, flags);
		parent = w->frames[node];
		flags = 0;
	}
}

uint32_t *lr_model_frames(struct lr_model *m, struct lr_tally *tally)
{
	uint32_t *modules = lr_calloc(tally->modules_used, sizeof(*modules));
	uint64_t *biases = lr_calloc(tally->modules_used, sizeof(*biases));
	bool *ours = lr_calloc(tally->modules_used, sizeof(*ours));
	struct work w = {.m = m, .t = tally, .modules = modules, .biases = biases, .ours = ours};
	for (size_t i = 0; i < tally->modules_used; i++) {
		biases[i] = tally->modules[i].bias;
		ours[i] = lr_module_is_tracer(tally->modules[i].path);
		modules[i] = tally->modules[i].module = module_for(m, &tally->modules[i]);
	}
	lr_map_reserve(&m->frame_of, tally->nodes_used);
	w.frames = lr_calloc(tally->nodes_used, sizeof(*w.frames));
	memset(w.frames, 0xff, tally->nodes_used * sizeof(*w.frames));
	for (size_t i = 0; i < tally->nodes_used; i++)
		if (w.frames[i] == UNRESOLVED)
			resolve(&w, (uint32_t)i);
	free(modules);
	free(biases);
	free(ours);
	free(w.chain);
	return w.frames;
}
