/* See object.h. Which file names what:
 *   lines and inlined calls   the module's DWARF, else that of its debug file
 *   functions                 the same, else .symtab of either, else the module's .dynsym */
#include "tools/symbols/object.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tools/symbols/dwarf.h"
#include "tools/symbols/symtab.h"

struct lr_object {
	struct lr_object *next;
	const char *path;
	struct lr_build_id id; /* as recorded, or as found in the file when none was recorded */
	bool opened;
	Elf *main, *debug;
	struct lr_dwarf *dwarf;
	struct lr_symtab symbols;
};

struct lr_object *lr_object_for(
	struct lr_object **list, const char *path, const struct lr_build_id *id)
{
	for (struct lr_object *o = *list; o; o = o->next)
		if (lr_build_id_equal(&o->id, id) && strcmp(o->path, path) == 0)
			return o;
	struct lr_object *o = calloc(1, sizeof(*o));
	if (!o)
		return NULL;
	o->path = path;
	o->id = *id;
	o->next = *list;
	*list = o;
	return o;
}

void lr_objects_free(struct lr_object *list)
{
	while (list) {
		struct lr_object *o = list;
		list = o->next;
		lr_dwarf_close(o->dwarf);
		lr_symtab_free(&o->symbols);
		elf_end(o->main);
		elf_end(o->debug);
		free(o);
	}
}

static Elf *find_alt(void *context, const void *build_id, size_t len)
{
	struct lr_build_id id = {.len = len};
	if (len > LR_BUILD_ID_MAX)
		return NULL;
	memcpy(id.bytes, build_id, len);
	return lr_open_by_build_id(context, &id);
}

/* The module's own file, unless it is another build than the one that ran. */
static void open_main(struct lr_object *o, const struct lr_places *p, const struct lr_warning *w)
{
	o->main = lr_open_module(p, o->path);
	if (!o->main)
		return;
	struct lr_build_id found = lr_build_id_of(o->main);
	if (o->id.len == 0 || lr_build_id_equal(&found, &o->id)) {
		o->id = found;
		return;
	}
	elf_end(o->main);
	o->main = NULL;
	if (w->say) {
		char text[4096];
		snprintf(text, sizeof(text),
			"%s has changed since it was traced (its build-id differs): not used",
			o->path);
		w->say(w->context, text);
	}
}

static void open_debug(struct lr_object *o, struct lr_places *p)
{
	o->debug = lr_open_by_build_id(p, &o->id);
	if (!o->debug && o->main)
		o->debug = lr_open_by_debuglink(p, o->main, o->path);
	if (!o->debug)
		o->debug = lr_open_from_server(p, &o->id);
	if (o->debug)
		o->dwarf = lr_dwarf_open(o->debug, find_alt, p);
}

static void open_files(struct lr_object *o, struct lr_places *p, const struct lr_warning *w)
{
	o->opened = true;
	open_main(o, p, w);
	if (o->main)
		o->dwarf = lr_dwarf_open(o->main, find_alt, p);
	if (!o->dwarf)
		open_debug(o, p);
	Elf *const files[] = {o->main, o->debug};
	static const unsigned types[] = {SHT_SYMTAB, SHT_DYNSYM};
	for (size_t i = 0; i < 4 && o->symbols.count == 0; i++)
		if (files[i % 2])
			lr_symtab_read(&o->symbols, files[i % 2], types[i / 2]);
}

size_t lr_object_frames(struct lr_object *o, struct lr_places *p, const struct lr_warning *w,
	uint64_t addr, struct lr_object_frame *out, size_t max)
{
	if (!o->opened)
		open_files(o, p, w);
	struct lr_dwarf_frame *frames = calloc(max, sizeof(*frames));
	size_t n = frames && o->dwarf ? lr_dwarf_frames(o->dwarf, addr, frames, max) : 0;
	for (size_t i = 0; i < n; i++)
		out[i] = (struct lr_object_frame){.name = frames[i].name,
			.file = frames[i].file,
			.line = frames[i].line,
			.inlined = frames[i].inlined};
	free(frames);
	if (n && out[n - 1].name)
		return n;
	bool nearest = false;
	const struct lr_symbol *s = lr_symtab_find(&o->symbols, addr, &nearest);
	if (n == 0 && s)
		out[n++] = (struct lr_object_frame){.name = NULL};
	if (s) {
		out[n - 1].name = s->name;
		out[n - 1].nearest = nearest;
	}
	return n;
}
