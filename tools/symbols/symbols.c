/* Modules refer to objects: a file is read once, however often and wherever it was loaded. An
 * object keeps every answer by address, so that a stack seen a million times is looked up once. */
#include "tools/symbols/symbols.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tools/symbols/debugfile.h"
#include "tools/symbols/demangle.h"
#include "tools/symbols/object.h"
#include "tools/symbols/strings.h"

enum { FRAMES_MAX = 256 };

struct module {
	struct lr_object *object; /* NULL: no memory for one */
	const char *path;
	uint64_t start, end, bias;
};

/* The answer for one address: frames [first, first + count) of the array of all. */
struct answer {
	const struct lr_object *object; /* NULL: free slot */
	uint64_t addr;
	size_t first;
	uint32_t count;
};

struct frame {
	const char *function, *file;
	unsigned line;
	bool inlined, nearest;
};

struct lr_symbols {
	struct lr_places places;
	struct lr_warning warning;
	struct lr_strings strings;
	struct lr_object *objects;
	struct module *modules;
	size_t module_count, module_room;
	struct frame *frames;
	size_t frame_count, frame_room;
	struct answer *answers;
	size_t answer_count, answer_slots;
};

struct lr_symbols *lr_symbols_open(const struct lr_symbol_options *o)
{
	struct lr_symbols *s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->warning = (struct lr_warning){o->warn, o->warn_context};
	if (lr_places_init(&s->places, o) < 0) {
		lr_symbols_close(s);
		return NULL;
	}
	return s;
}

void lr_symbols_close(struct lr_symbols *s)
{
	if (!s)
		return;
	lr_objects_free(s->objects);
	lr_places_free(&s->places);
	lr_strings_free(&s->strings);
	free(s->modules);
	free(s->frames);
	free(s->answers);
	free(s);
}

int lr_symbols_module(struct lr_symbols *s, const char *path, const uint8_t *build_id,
	size_t build_id_len, uint64_t start, uint64_t end, uint64_t bias)
{
	if (s->module_count == s->module_room) {
		size_t room = s->module_room ? 2 * s->module_room : 64;
		void *bigger = room <= INT32_MAX ? realloc(s->modules, room * sizeof(struct module))
						 : NULL;
		if (!bigger)
			return -1;
		s->modules = bigger;
		s->module_room = room;
	}
	struct lr_build_id id = {.len = build_id_len};
	if (build_id_len > LR_BUILD_ID_MAX)
		id.len = 0;
	if (id.len)
		memcpy(id.bytes, build_id, id.len);
	struct module m = {.start = start, .end = end, .bias = bias};
	m.path = lr_strings_keep(&s->strings, path);
	if (!m.path)
		return -1;
	m.object = lr_object_for(&s->objects, m.path, &id);
	if (!m.object)
		return -1;
	s->modules[s->module_count] = m;
	return (int)s->module_count++;
}

/* A name as people read it, kept. */
static const char *readable(struct lr_symbols *s, const char *name)
{
	char *text = name ? lr_demangle(name) : NULL;
	const char *kept = lr_strings_keep(&s->strings, text ? text : name);
	free(text);
	return kept;
}

/* Looks addr up and appends its frames; returns how many, 0: no memory. */
static uint32_t look_up(struct lr_symbols *s, struct lr_object *object, uint64_t addr)
{
	struct lr_object_frame found[FRAMES_MAX];
	size_t n = lr_object_frames(object, &s->places, &s->warning, addr, found, FRAMES_MAX);
	if (s->frame_count + n > s->frame_room) {
		size_t room = s->frame_room ? 2 * s->frame_room : 1024;
		void *bigger = realloc(s->frames, room * sizeof(*s->frames));
		if (!bigger)
			return 0;
		s->frames = bigger;
		s->frame_room = room;
	}
	for (size_t i = 0; i < n; i++)
		s->frames[s->frame_count + i] = (struct frame){
			.function = readable(s, found[i].name),
			.file = lr_strings_keep(&s->strings, found[i].file),
			.line = found[i].line,
			.inlined = found[i].inlined,
			.nearest = found[i].nearest,
		};
	s->frame_count += n;
	return (uint32_t)n;
}

static struct answer *find_answer(
	struct answer *slots, size_t count, const struct lr_object *object, uint64_t addr)
{
	const uint64_t key[2] = {(uintptr_t)object, addr};
	size_t i = lr_hash_bytes(key, sizeof(key)) & (count - 1);
	while (slots[i].object && (slots[i].object != object || slots[i].addr != addr))
		i = (i + 1) & (count - 1);
	return &slots[i];
}

static int grow_answers(struct lr_symbols *s)
{
	size_t count = s->answer_slots ? 2 * s->answer_slots : 4096;
	struct answer *slots = calloc(count, sizeof(*slots));
	if (!slots)
		return -1;
	for (size_t i = 0; i < s->answer_slots; i++) {
		const struct answer *a = &s->answers[i];
		if (a->object)
			*find_answer(slots, count, a->object, a->addr) = *a;
	}
	free(s->answers);
	s->answers = slots;
	s->answer_slots = count;
	return 0;
}

static const struct answer *answer_for(
	struct lr_symbols *s, struct lr_object *object, uint64_t addr)
{
	if (4 * s->answer_count >= 3 * s->answer_slots && grow_answers(s) < 0)
		return NULL;
	struct answer *a = find_answer(s->answers, s->answer_slots, object, addr);
	if (!a->object) {
		size_t first = s->frame_count;
		uint32_t count = look_up(s, object, addr);
		*a = (struct answer){object, addr, first, count};
		s->answer_count++;
	}
	return a;
}

static size_t unknown(struct lr_location *out, const struct module *m, uint64_t pc)
{
	*out = (struct lr_location){.module = m ? m->path : NULL, .offset = m ? pc - m->bias : pc};
	return 1;
}

size_t lr_symbols_resolve(struct lr_symbols *s, int module, uint64_t pc, bool is_return_address,
	struct lr_location *out, size_t max)
{
	uint64_t at = pc - (is_return_address && pc ? 1 : 0);
	if (max == 0)
		return 0;
	if (module < 0 || (size_t)module >= s->module_count)
		return unknown(out, NULL, pc);
	const struct module *m = &s->modules[module];
	if (m->end && (at < m->start || at >= m->end))
		return unknown(out, m, pc);
	const struct answer *a = answer_for(s, m->object, at - m->bias);
	if (!a || a->count == 0)
		return unknown(out, m, pc);
	size_t n = a->count < max ? a->count : max;
	for (size_t i = 0; i < n; i++) {
		size_t from = i + 1 == n ? a->count - 1 : i;
		const struct frame *f = &s->frames[a->first + from];
		out[i] = (struct lr_location){.function = f->function,
			.file = f->file,
			.line = f->line,
			.module = m->path,
			.offset = pc - m->bias,
			.inlined = f->inlined,
			.nearest = f->nearest};
	}
	return n;
}
