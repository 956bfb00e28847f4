/* See dwarf.h. The index is made from the units' own ranges, not from .debug_aranges, which clang
 * does not write. */
#include "tools/symbols/dwarf.h"

#include <dwarf.h>
#include <elfutils/libdwelf.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tools/symbols/debugfile.h"
#include "tools/symbols/globals.h"
#include "tools/symbols/scopes.h"
#include "tools/symbols/symtab.h"

enum {
	UNITS_MAX = 4 << 20,
	INLINE_MAX = 256, /* calls inlined into each other that are followed */
};

struct unit {
	Dwarf_Die die;   /* has the lines */
	Dwarf_Die split; /* has the scopes: the unit in the .dwo file, or die again */
	struct lr_scopes scopes;
	bool read;
};

struct unit_range {
	uint64_t low, high;
	uint64_t reach; /* the largest high of this range and all before it */
	uint32_t unit;
};

struct lr_dwarf {
	Dwarf *dw, *alt;
	Elf *elf, *alt_elf;
	struct unit *units;
	size_t unit_count, unit_room;
	struct unit_range *ranges;
	size_t range_count, range_room;
	bool fleeting; /* see lr_dwarf_lasting */
	struct lr_globals globals;
	bool globals_read;
};

static bool add_range(struct lr_dwarf *d, uint64_t low, uint64_t high)
{
	if (d->range_count == d->range_room) {
		size_t room = d->range_room ? 2 * d->range_room : 256;
		void *bigger = realloc(d->ranges, room * sizeof(*d->ranges));
		if (!bigger)
			return false;
		d->ranges = bigger;
		d->range_room = room;
	}
	d->ranges[d->range_count++] =
		(struct unit_range){.low = low, .high = high, .unit = (uint32_t)d->unit_count};
	return true;
}

static bool add_unit(struct lr_dwarf *d, Dwarf_Die *die)
{
	ptrdiff_t offset = 0;
	Dwarf_Addr base, low, high;
	size_t before = d->range_count;
	while ((offset = dwarf_ranges(die, offset, &base, &low, &high)) > 0)
		if (low < high && low != 0 && lr_elf_executable(d->elf, low) &&
			!add_range(d, low, high))
			return false;
	if (d->range_count == before)
		return true; /* types only, or all thrown away by the linker */
	if (d->unit_count == d->unit_room) {
		size_t room = d->unit_room ? 2 * d->unit_room : 64;
		void *bigger = realloc(d->units, room * sizeof(*d->units));
		if (!bigger) {
			d->range_count = before;
			return false;
		}
		d->units = bigger;
		d->unit_room = room;
	}
	d->units[d->unit_count++] = (struct unit){.die = *die, .split = *die};
	return true;
}

static int by_low(const void *x, const void *y)
{
	const struct unit_range *a = x, *b = y;
	if (a->low != b->low)
		return a->low < b->low ? -1 : 1;
	return a->unit < b->unit ? -1 : a->unit > b->unit;
}

static void index_units(struct lr_dwarf *d)
{
	Dwarf_CU *cu = NULL, *next;
	Dwarf_Half version;
	uint8_t type;
	Dwarf_Die die;
	for (int i = 0; i < UNITS_MAX; i++) {
		/* Without a place for the split unit none is opened yet. */
		if (dwarf_get_units(d->dw, cu, &next, &version, &type, &die, NULL) != 0)
			break;
		cu = next;
		d->fleeting |= type == DW_UT_skeleton;
		if ((type == DW_UT_compile || type == DW_UT_skeleton) && !add_unit(d, &die)) {
			d->fleeting = true;
			break;
		}
	}
	if (d->range_count)
		qsort(d->ranges, d->range_count, sizeof(*d->ranges), by_low);
	uint64_t reach = 0;
	for (size_t i = 0; i < d->range_count; i++) {
		if (d->ranges[i].high > reach)
			reach = d->ranges[i].high;
		d->ranges[i].reach = reach;
	}
}

void lr_dwarf_close(struct lr_dwarf *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->unit_count; i++)
		lr_scopes_free(&d->units[i].scopes);
	lr_globals_free(&d->globals);
	free(d->units);
	free(d->ranges);
	dwarf_end(d->dw);
	dwarf_end(d->alt);
	elf_end(d->alt_elf);
	free(d);
}

struct lr_dwarf *lr_dwarf_open(Elf *elf, lr_dwarf_find_alt *find_alt, void *context)
{
	struct lr_dwarf *d = calloc(1, sizeof(*d));
	if (!d)
		return NULL;
	d->elf = elf;
	d->dw = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
	if (!d->dw) {
		free(d);
		return NULL;
	}
	const char *name;
	const void *id;
	ssize_t n = dwelf_dwarf_gnu_debugaltlink(d->dw, &name, &id);
	if (n > 0 && find_alt && (d->alt_elf = find_alt(context, id, (size_t)n)))
		d->alt = dwarf_begin_elf(d->alt_elf, DWARF_C_READ, NULL);
	d->fleeting = n > 0 && !d->alt;
	if (d->alt)
		dwarf_setalt(d->dw, d->alt);
	index_units(d);
	if (d->unit_count)
		return d;
	lr_dwarf_close(d); /* .debug_frame alone, say: a debug file may have more */
	return NULL;
}

bool lr_dwarf_lasting(const struct lr_dwarf *d)
{
	return !d->fleeting;
}

static struct unit *unit_at(struct lr_dwarf *d, uint64_t addr)
{
	size_t low = 0, high = d->range_count;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (d->ranges[mid].low <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	for (size_t i = low; i-- > 0 && d->ranges[i].reach > addr;)
		if (addr < d->ranges[i].high)
			return &d->units[d->ranges[i].unit];
	return NULL;
}

static const char *string_of(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attr;
	return dwarf_formstring(dwarf_attr_integrate(die, name, &attr));
}

/* -gsplit-dwarf: libdw opens the .dwo file itself and would wait for ever on a pipe of that name.
 */
static bool split_file_is_regular(Dwarf_Die *die)
{
	char path[PATH_MAX];
	const char *name = string_of(die, DW_AT_dwo_name);
	const char *dir = string_of(die, DW_AT_comp_dir);
	if (!name)
		name = string_of(die, DW_AT_GNU_dwo_name);
	if (!name)
		return false;
	int n = snprintf(path, sizeof(path), "%s%s%s", *name == '/' || !dir ? "" : dir,
		*name == '/' || !dir ? "" : "/", name);
	return n > 0 && n < (int)sizeof(path) && lr_is_regular(path);
}

static Dwarf_Die split_of(Dwarf_Die die)
{
	Dwarf_Die split;
	if (split_file_is_regular(&die) &&
		dwarf_cu_info(die.cu, NULL, NULL, NULL, &split, NULL, NULL, NULL) == 0 && split.cu)
		return split;
	return die;
}

static void read_unit(struct unit *u)
{
	if (u->read)
		return;
	u->read = true;
	u->split = split_of(u->die);
	lr_scopes_read(&u->scopes, &u->split);
}

/* The linkage name when it is mangled, since it holds the types and namespaces; else the name in
 * the source: glibc's functions are linked under aliases that nobody calls (__GI_..). */
static const char *name_of(Dwarf_Die *die)
{
	const char *linked = string_of(die, DW_AT_linkage_name);
	if (!linked)
		linked = string_of(die, DW_AT_MIPS_linkage_name);
	bool mangled = linked && linked[0] == '_' && (linked[1] == 'Z' || linked[1] == 'R');
	const char *name = mangled ? NULL : string_of(die, DW_AT_name);
	return name ? name : linked;
}

/* Where an inlined call stood, as the place of the frame that it was inlined into. */
static void call_site(struct unit *u, Dwarf_Die *inlined, struct lr_dwarf_frame *f)
{
	Dwarf_Attribute attr;
	Dwarf_Word value;
	Dwarf_Files *files;
	size_t count;
	if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attr), &value) == 0 &&
		value <= UINT_MAX)
		f->line = (unsigned)value;
	if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attr), &value) == 0 &&
		dwarf_getsrcfiles(&u->split, &files, &count) == 0 && value < count)
		f->file = dwarf_filesrc(files, value, NULL, NULL);
}

size_t lr_dwarf_frames(struct lr_dwarf *d, uint64_t addr, struct lr_dwarf_frame *out, size_t max)
{
	struct unit *u = unit_at(d, addr);
	if (!u || max == 0)
		return 0;
	read_unit(u);
	d->fleeting |= u->scopes.poor;
	struct lr_dwarf_frame here = {.name = NULL};
	Dwarf_Line *line = dwarf_getsrc_die(&u->die, addr);
	int number = 0;
	if (line) {
		here.file = dwarf_linesrc(line, NULL, NULL);
		if (dwarf_lineno(line, &number) == 0 && number > 0)
			here.line = (unsigned)number;
	}
	size_t n = 0;
	int32_t scope = lr_scopes_at(&u->scopes, addr);
	for (int depth = 0; scope != LR_SCOPE_NONE && depth < INLINE_MAX; depth++) {
		struct lr_scope *s = &u->scopes.scopes[scope];
		here.name = name_of(&s->die);
		here.bare = string_of(&s->die, DW_AT_name);
		here.inlined = s->parent != LR_SCOPE_NONE;
		out[n < max ? n++ : max - 1] = here;
		here = (struct lr_dwarf_frame){.name = NULL};
		if (s->parent != LR_SCOPE_NONE)
			call_site(u, &s->die, &here);
		scope = s->parent;
	}
	if (n == 0 && (here.file || here.line))
		out[n++] = here;
	if (n)
		out[n - 1].inlined = false;
	for (size_t i = 0; i < n; i++)
		if (out[i].file && out[i].file[0] != '/')
			out[i].dir = string_of(&u->die, DW_AT_comp_dir);
	return n;
}

/* Also units without code, which lr_dwarf_open leaves out. */
static void read_globals(struct lr_dwarf *d)
{
	Dwarf_CU *cu = NULL, *next;
	Dwarf_Half version;
	uint8_t type;
	Dwarf_Die die;
	for (int i = 0; i < UNITS_MAX && !d->globals_read; i++) {
		if (dwarf_get_units(d->dw, cu, &next, &version, &type, &die, NULL) != 0)
			break;
		cu = next;
		if (type != DW_UT_compile && type != DW_UT_skeleton)
			continue;
		Dwarf_Die unit = split_of(die);
		lr_globals_add(&d->globals, &unit);
	}
	if (!d->globals_read)
		lr_globals_sort(&d->globals);
	d->globals_read = true;
}

bool lr_dwarf_variable(struct lr_dwarf *d, uint64_t addr, bool tls, struct lr_dwarf_variable *out)
{
	int line = 0;
	read_globals(d);
	struct lr_global *g = lr_globals_at(&d->globals, addr, tls);
	if (!g)
		return false;
	*out = (struct lr_dwarf_variable){.addr = g->addr, .size = lr_global_size(g)};
	if (addr - g->addr >= out->size && addr != g->addr)
		return false;
	out->name = name_of(&g->die);
	out->file = dwarf_decl_file(&g->die);
	if (dwarf_decl_line(&g->die, &line) == 0 && line > 0)
		out->line = (unsigned)line;
	return true;
}
