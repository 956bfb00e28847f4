/* See object.h. Which file names what:
 *   lines and inlined calls   the module's DWARF, else that of its debug file
 *   functions                 the same, else .symtab of either, else the module's .dynsym */
#include "tools/symbols/object.h"

#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tools/symbols/dwarf.h"
#include "tools/symbols/symtab.h"

struct lr_object {
	struct lr_object *next;
	const char *path;
	struct lr_build_id id; /* as recorded, or as found in the file when none was recorded */
	bool asked, main_sought, debug_sought, opened;
	bool fleeting; /* see lr_object_origin */
	struct lr_origin from;
	struct lr_places *places;
	Elf *main, *debug;
	struct lr_dwarf *dwarf;
	struct lr_symtab symbols;
	struct lr_symtab data, tls; /* variables */
	bool variables_read;
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

struct lr_object *lr_object_next(const struct lr_object *o)
{
	return o->next;
}

void lr_objects_free(struct lr_object *list)
{
	while (list) {
		struct lr_object *o = list;
		list = o->next;
		lr_dwarf_close(o->dwarf);
		lr_symtab_free(&o->symbols);
		lr_symtab_free(&o->data);
		lr_symtab_free(&o->tls);
		elf_end(o->main);
		elf_end(o->debug);
		free(o);
	}
}

static Elf *find_alt(void *context, const void *build_id, size_t len)
{
	struct lr_object *o = context;
	if (len > LR_BUILD_ID_MAX)
		return NULL;
	o->from.alt_id.len = len;
	memcpy(o->from.alt_id.bytes, build_id, len);
	return lr_open_by_build_id(o->places, &o->from.alt_id, &o->from.alt);
}

/* The module's own file, unless it is another build than the one that ran. */
static void seek_main(struct lr_object *o, struct lr_places *p, const struct lr_warning *w)
{
	if (o->main_sought)
		return;
	o->main_sought = true;
	o->places = p;
	o->main = lr_open_module(p, o->path, &o->from.main);
	if (!o->main)
		return;
	struct lr_build_id found = lr_build_id_of(o->main);
	if (o->id.len == 0 || lr_build_id_equal(&found, &o->id)) {
		o->id = found;
		return;
	}
	elf_end(o->main);
	o->main = NULL;
	o->from.main = (struct lr_file_id){.there = false};
	if (w->say) {
		char text[4096];
		snprintf(text, sizeof(text),
			"%s has changed since it was traced (its build-id differs): not used",
			o->path);
		w->say(w->context, text);
	}
}

static void seek_debug(struct lr_object *o)
{
	struct lr_places *p = o->places;
	if (o->debug_sought)
		return;
	o->debug_sought = true;
	o->debug = lr_open_by_build_id(p, &o->id, &o->from.debug);
	if (!o->debug && o->main)
		o->debug = lr_open_by_debuglink(p, o->main, o->path, &o->from.debug);
	if (!o->debug)
		o->debug = lr_open_from_server(p, &o->id, &o->from.debug);
}

static void forget_debug(struct lr_object *o)
{
	elf_end(o->debug);
	o->debug = NULL;
	o->from.debug = (struct lr_file_id){.there = false};
}

static bool has_dwarf(Elf *elf)
{
	size_t names;
	if (elf_getshdrstrndx(elf, &names) != 0)
		return false;
	for (Elf_Scn *scn = NULL; (scn = elf_nextscn(elf, scn));) {
		GElf_Shdr sh;
		const char *name = NULL;
		if (gelf_getshdr(scn, &sh))
			name = elf_strptr(elf, names, sh.sh_name);
		if (name && (!strcmp(name, ".debug_info") || !strcmp(name, ".zdebug_info")))
			return true;
	}
	return false;
}

static void open_dwarf(struct lr_object *o, Elf *elf)
{
	o->from.alt_id.len = 0;
	o->from.alt = (struct lr_file_id){.there = false};
	o->dwarf = lr_dwarf_open(elf, find_alt, o);
	if (!o->dwarf && has_dwarf(elf))
		o->fleeting = true; /* damaged, or too large just now */
}

/* From the first of the tables that has such symbols. */
static void read_symbols(struct lr_object *o, struct lr_symtab *t, enum lr_symbol_kind kind)
{
	Elf *const files[] = {o->main, o->debug};
	static const unsigned types[] = {SHT_SYMTAB, SHT_DYNSYM};
	for (size_t i = 0; i < 4 && t->count == 0; i++)
		if (files[i % 2]) {
			lr_symtab_read(t, files[i % 2], types[i / 2], kind);
			o->fleeting |= t->poor;
		}
}

static void open_files(struct lr_object *o, struct lr_places *p, const struct lr_warning *w)
{
	o->opened = true;
	seek_main(o, p, w);
	if (o->main)
		open_dwarf(o, o->main);
	o->from.own_dwarf = o->dwarf != NULL;
	if (o->dwarf)
		forget_debug(o);
	else
		seek_debug(o);
	if (o->debug)
		open_dwarf(o, o->debug);
	read_symbols(o, &o->symbols, LR_SYMBOL_CODE);
}

bool lr_object_first_asked(struct lr_object *o)
{
	bool first = !o->asked;
	o->asked = true;
	return first;
}

const struct lr_build_id *lr_object_id(
	struct lr_object *o, struct lr_places *p, const struct lr_warning *w)
{
	seek_main(o, p, w);
	return o->id.len >= 2 ? &o->id : NULL;
}

static bool same_file(const struct lr_file_id *a, const struct lr_file_id *b)
{
	struct lr_origin x = {.main = *a}, y = {.main = *b};
	return lr_origin_equal(&x, &y);
}

/* The search goes as it would when the files were read. */
bool lr_object_has_origin(struct lr_object *o, struct lr_places *p, const struct lr_origin *was)
{
	struct lr_file_id alt = {.there = false};
	o->places = p;
	if (!same_file(&o->from.main, &was->main) || (was->own_dwarf && !o->main))
		return false;
	if (!was->own_dwarf)
		seek_debug(o);
	if (was->alt_id.len)
		elf_end(lr_open_by_build_id(p, &was->alt_id, &alt));
	return same_file(&o->from.debug, &was->debug) && same_file(&alt, &was->alt);
}

const struct lr_origin *lr_object_origin(const struct lr_object *o)
{
	bool lasting = o->opened && !o->fleeting && (!o->dwarf || lr_dwarf_lasting(o->dwarf)) &&
		       !o->from.main.unsettled && !o->from.debug.unsettled &&
		       !o->from.alt.unsettled;
	return lasting ? &o->from : NULL;
}

size_t lr_object_frames(struct lr_object *o, struct lr_places *p, const struct lr_warning *w,
	uint64_t addr, struct lr_object_frame *out, size_t max)
{
	if (!o->opened)
		open_files(o, p, w);
	struct lr_dwarf_frame *frames = o->dwarf ? calloc(max, sizeof(*frames)) : NULL;
	size_t n = frames ? lr_dwarf_frames(o->dwarf, addr, frames, max) : 0;
	for (size_t i = 0; i < n; i++)
		out[i] = (struct lr_object_frame){.name = frames[i].name,
			.symbol = frames[i].inlined ? frames[i].bare : frames[i].name,
			.file = frames[i].file,
			.dir = frames[i].dir,
			.line = frames[i].line,
			.inlined = frames[i].inlined};
	free(frames);
	bool nearest = false, named = n && out[n - 1].name;
	const struct lr_symbol *s = lr_symtab_find(&o->symbols, addr, &nearest);
	if (n == 0 && s)
		out[n++] = (struct lr_object_frame){.name = NULL};
	if (s && (!named || !nearest))
		out[n - 1].symbol = s->name;
	if (s && !named) {
		out[n - 1].name = s->name;
		out[n - 1].nearest = nearest;
	}
	return n;
}

static void open_variables(struct lr_object *o, struct lr_places *p, const struct lr_warning *w)
{
	if (!o->opened)
		open_files(o, p, w);
	if (o->variables_read)
		return;
	o->variables_read = true;
	read_symbols(o, &o->data, LR_SYMBOL_DATA);
	read_symbols(o, &o->tls, LR_SYMBOL_TLS);
}

static const char *section_at(Elf *elf, uint64_t addr)
{
	size_t names;
	if (!elf || elf_getshdrstrndx(elf, &names) != 0)
		return NULL;
	for (Elf_Scn *scn = NULL; (scn = elf_nextscn(elf, scn));) {
		GElf_Shdr sh;
		if (gelf_getshdr(scn, &sh) && (sh.sh_flags & SHF_ALLOC) &&
			!(sh.sh_flags & SHF_TLS) && addr - sh.sh_addr < sh.sh_size)
			return elf_strptr(elf, names, sh.sh_name);
	}
	return NULL;
}

bool lr_object_variable(struct lr_object *o, struct lr_places *p, const struct lr_warning *w,
	uint64_t addr, bool tls, struct lr_object_variable *out)
{
	struct lr_dwarf_variable v;
	bool nearest;
	open_variables(o, p, w);
	const struct lr_symbol *s = lr_symtab_find(tls ? &o->tls : &o->data, addr, &nearest);
	if (s && addr - s->addr < s->size) {
		*out = (struct lr_object_variable){
			.name = s->name, .addr = s->addr, .size = s->size};
		return true;
	}
	if (o->dwarf && lr_dwarf_variable(o->dwarf, addr, tls, &v)) {
		*out = (struct lr_object_variable){.name = v.name, .addr = v.addr, .size = v.size};
		return true;
	}
	*out = (struct lr_object_variable){
		.addr = addr, .section = tls ? NULL : section_at(o->main, addr)};
	return out->section != NULL;
}

bool lr_object_declaration(struct lr_object *o, struct lr_places *p, const struct lr_warning *w,
	uint64_t addr, bool tls, const char **file, unsigned *line)
{
	struct lr_dwarf_variable v;
	open_variables(o, p, w);
	if (!o->dwarf || !lr_dwarf_variable(o->dwarf, addr, tls, &v) || !v.file)
		return false;
	*file = v.file;
	*line = v.line;
	return true;
}

/* As the C library lays it out: the end is aligned, and so is the beginning, as in the file. */
uint64_t lr_object_tls_size(struct lr_object *o, struct lr_places *p, const struct lr_warning *w)
{
	size_t count;
	open_variables(o, p, w);
	if (!o->main || elf_getphdrnum(o->main, &count) != 0)
		return 0;
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr ph;
		if (!gelf_getphdr(o->main, (int)i, &ph))
			break;
		uint64_t align = ph.p_align ? ph.p_align : 1, first = -ph.p_vaddr & (align - 1);
		if (ph.p_type == PT_TLS && ph.p_memsz)
			return (ph.p_memsz - first + align - 1) / align * align + first;
	}
	return 0;
}
