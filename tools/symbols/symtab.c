/* See symtab.h. Aliases are decided when the table is read: `malloc` rather than `__libc_malloc`.
 */
#include "tools/symbols/symtab.h"

#include <gelf.h>
#include <stdlib.h>
#include <string.h>

enum { WALK_MAX = 4096 }; /* symbols looked at backwards for one that covers an address */

bool lr_elf_executable(Elf *elf, uint64_t addr)
{
	size_t count;
	bool any = false;
	if (elf_getphdrnum(elf, &count) != 0)
		return true;
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr ph;
		if (!gelf_getphdr(elf, (int)i, &ph))
			break;
		if (ph.p_type != PT_LOAD || !(ph.p_flags & PF_X))
			continue;
		if (addr - ph.p_vaddr < ph.p_memsz)
			return true;
		any = true;
	}
	return !any;
}

static int rank_of(const GElf_Sym *sym, const char *name)
{
	int underscores = 0;
	while (name[underscores] == '_' && underscores < 9)
		underscores++;
	int binding = GELF_ST_BIND(sym->st_info) == STB_GLOBAL ? 0
		      : GELF_ST_BIND(sym->st_info) == STB_WEAK ? 1
							       : 2;
	return (sym->st_size == 0) * 100 + underscores * 10 + binding;
}

static bool is_function(Elf *elf, const GElf_Sym *sym, const char *name)
{
	unsigned type = GELF_ST_TYPE(sym->st_info);
	if (type != STT_FUNC && type != STT_GNU_IFUNC && (type != STT_NOTYPE || *name == '$'))
		return false;
	return sym->st_value != 0 && lr_elf_executable(elf, sym->st_value);
}

static bool is_wanted(Elf *elf, const GElf_Sym *sym, const char *name, enum lr_symbol_kind kind)
{
	unsigned type = GELF_ST_TYPE(sym->st_info);
	if (sym->st_shndx == SHN_UNDEF || !name || !*name)
		return false;
	switch (kind) {
	case LR_SYMBOL_DATA:
		return sym->st_value != 0 && (type == STT_OBJECT || type == STT_COMMON);
	case LR_SYMBOL_TLS:
		return type == STT_TLS;
	default:
		return is_function(elf, sym, name);
	}
}

static int by_address(const void *x, const void *y)
{
	const struct lr_symbol *a = x, *b = y;
	if (a->addr != b->addr)
		return a->addr < b->addr ? -1 : 1;
	return a->rank != b->rank ? a->rank - b->rank : strcmp(a->name, b->name);
}

static void sort_and_thin(struct lr_symtab *t)
{
	size_t kept = 0;
	uint64_t reach = 0;
	qsort(t->symbols, t->count, sizeof(*t->symbols), by_address);
	for (size_t i = 0; i < t->count; i++) {
		struct lr_symbol *s = &t->symbols[i];
		if (kept && t->symbols[kept - 1].addr == s->addr)
			continue;
		if (s->addr + s->size < s->addr)
			s->size = 0;
		if (s->addr + s->size > reach)
			reach = s->addr + s->size;
		s->reach = reach;
		t->symbols[kept++] = *s;
	}
	t->count = kept;
}

void lr_symtab_free(struct lr_symtab *t)
{
	free(t->symbols);
	*t = (struct lr_symtab){.count = 0};
}

static void read_section(
	struct lr_symtab *t, Elf *elf, Elf_Scn *scn, const GElf_Shdr *sh, enum lr_symbol_kind kind)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	size_t each = gelf_fsize(elf, ELF_T_SYM, 1, EV_CURRENT);
	size_t count = data && each ? data->d_size / each : 0;
	if (count == 0)
		return;
	t->symbols = calloc(count, sizeof(*t->symbols));
	t->poor = !t->symbols;
	if (t->poor)
		return;
	for (size_t i = 0; i < count; i++) {
		GElf_Sym sym;
		if (!gelf_getsym(data, (int)i, &sym))
			break;
		const char *name = elf_strptr(elf, sh->sh_link, sym.st_name);
		if (!is_wanted(elf, &sym, name, kind))
			continue;
		t->symbols[t->count++] = (struct lr_symbol){.addr = sym.st_value,
			.size = sym.st_size,
			.name = name,
			.rank = rank_of(&sym, name)};
	}
	if (t->count == 0)
		lr_symtab_free(t);
	else
		sort_and_thin(t);
}

void lr_symtab_read(struct lr_symtab *t, Elf *elf, unsigned section_type, enum lr_symbol_kind kind)
{
	*t = (struct lr_symtab){.count = 0};
	for (Elf_Scn *scn = NULL; (scn = elf_nextscn(elf, scn));) {
		GElf_Shdr sh;
		if (gelf_getshdr(scn, &sh) && sh.sh_type == section_type) {
			read_section(t, elf, scn, &sh, kind);
			return;
		}
	}
}

const struct lr_symbol *lr_symtab_find(const struct lr_symtab *t, uint64_t addr, bool *nearest)
{
	size_t low = 0, high = t->count;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (t->symbols[mid].addr <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	*nearest = false;
	if (low == 0)
		return NULL;
	for (size_t i = low; i-- > 0 && low - i < WALK_MAX && t->symbols[i].reach > addr;)
		if (addr - t->symbols[i].addr < t->symbols[i].size)
			return &t->symbols[i];
	*nearest = t->symbols[low - 1].size != 0;
	return &t->symbols[low - 1];
}
