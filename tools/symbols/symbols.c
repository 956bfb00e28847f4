/* Modules refer to objects: a file is read once, however often and wherever it was loaded. Answers
 * are kept by object and address; when the first is asked for, those of earlier reports are
 * fetched. */
#include "tools/symbols/symbols.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tools/symbols/answers.h"
#include "tools/symbols/cachedir.h"
#include "tools/symbols/debugfile.h"
#include "tools/symbols/demangle.h"
#include "tools/symbols/keep.h"
#include "tools/symbols/object.h"

enum { FRAMES_MAX = 256 };

struct module {
	struct lr_object *object; /* NULL: no memory for one */
	const char *path;
	uint64_t start, end, bias;
};

struct lr_symbols {
	struct lr_places places;
	struct lr_warning warning;
	struct lr_object *objects;
	struct module *modules;
	size_t module_count, module_room;
	struct lr_answers answers;
	char *cache_dir; /* NULL: none */
};

struct lr_symbols *lr_symbols_open(const struct lr_symbol_options *o)
{
	struct lr_symbols *s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->warning = (struct lr_warning){o->warn, o->warn_context};
	if (o->cache_dir)
		s->cache_dir = strdup(o->cache_dir);
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
	if (s->cache_dir)
		lr_keep_save(s->cache_dir, &s->answers, s->objects);
	lr_objects_free(s->objects);
	lr_places_free(&s->places);
	lr_answers_free(&s->answers);
	free(s->modules);
	free(s->cache_dir);
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
	m.path = lr_strings_keep(&s->answers.strings, path);
	if (!m.path)
		return -1;
	m.object = lr_object_for(&s->objects, m.path, &id);
	if (!m.object)
		return -1;
	s->modules[s->module_count] = m;
	return (int)s->module_count++;
}

static const char *keep(struct lr_symbols *s, const char *text)
{
	const char *kept = lr_strings_keep(&s->answers.strings, text);
	s->answers.poor |= text && !kept;
	return kept;
}

/* A name as people read it, kept. */
static const char *readable(struct lr_symbols *s, const char *name)
{
	char *text = name ? lr_demangle(name) : NULL;
	const char *kept = keep(s, text ? text : name);
	free(text);
	return kept;
}

static struct lr_answer *look_up(struct lr_symbols *s, struct lr_object *object, uint64_t addr)
{
	struct lr_object_frame found[FRAMES_MAX];
	size_t n = lr_object_frames(object, &s->places, &s->warning, addr, found, FRAMES_MAX);
	struct lr_answer *a = lr_answers_add(&s->answers, object, addr, n);
	for (size_t i = 0; a && i < n; i++)
		s->answers.frames[a->first + i] = (struct lr_named){
			.function = readable(s, found[i].name),
			.symbol = keep(s, found[i].symbol),
			.file = keep(s, found[i].file),
			.dir = keep(s, found[i].dir),
			.line = found[i].line,
			.inlined = found[i].inlined,
			.nearest = found[i].nearest,
		};
	return a;
}

static const struct lr_answer *answer_for(
	struct lr_symbols *s, const struct module *m, uint64_t addr)
{
	struct lr_answer *a = lr_answers_find(&s->answers, m->object, addr);
	if (!a && s->cache_dir && lr_object_first_asked(m->object)) {
		lr_keep_load(s->cache_dir, &s->answers, m->object, &s->places, &s->warning);
		a = lr_answers_find(&s->answers, m->object, addr);
	}
	if (!a)
		a = look_up(s, m->object, addr);
	if (a)
		a->asked = true;
	return a;
}

char *lr_symbols_cache_dir(void)
{
	return lr_cachedir_path();
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
	const struct lr_answer *a = answer_for(s, m, at - m->bias);
	if (!a || a->count == 0)
		return unknown(out, m, pc);
	size_t n = a->count < max ? a->count : max;
	for (size_t i = 0; i < n; i++) {
		size_t from = i + 1 == n ? a->count - 1 : i;
		const struct lr_named *f = &s->answers.frames[a->first + from];
		out[i] = (struct lr_location){.function = f->function,
			.symbol = f->symbol,
			.file = f->file,
			.dir = f->dir,
			.line = f->line,
			.module = m->path,
			.offset = pc - m->bias,
			.inlined = f->inlined,
			.nearest = f->nearest};
	}
	return n;
}

/* As people write it: without the version that a symbol table may append, or the number that the
 * compiler does, to tell the static variables of functions apart. */
static const char *variable_name(struct lr_symbols *s, const char *linked)
{
	char *copy = linked ? strdup(linked) : NULL;
	if (copy) {
		copy[strcspn(copy, "@")] = 0;
		char *dot = strrchr(copy, '.');
		if (dot && dot > copy && dot[1] && dot[1 + strspn(dot + 1, "0123456789")] == 0)
			*dot = 0;
	}
	const char *name = readable(s, copy);
	free(copy);
	return name;
}

void lr_symbols_variable(struct lr_symbols *s, int module, uint64_t pc, bool tls, bool declared,
	struct lr_variable *out)
{
	struct lr_object_variable v;
	*out = (struct lr_variable){.addr = pc};
	if (module < 0 || (size_t)module >= s->module_count)
		return;
	const struct module *m = &s->modules[module];
	uint64_t addr = tls ? pc : pc - m->bias;
	out->module = m->path;
	out->addr = addr;
	if (!lr_object_variable(m->object, &s->places, &s->warning, addr, tls, &v))
		return;
	out->name = variable_name(s, v.name);
	out->section = keep(s, v.section);
	out->addr = v.addr;
	out->size = v.size;
	if (declared && v.name)
		lr_object_declaration(
			m->object, &s->places, &s->warning, v.addr, tls, &out->file, &out->line);
}

uint64_t lr_symbols_tls_size(struct lr_symbols *s, int module)
{
	if (module < 0 || (size_t)module >= s->module_count)
		return 0;
	return lr_object_tls_size(s->modules[module].object, &s->places, &s->warning);
}
