/* See elfcheck.h. A program that is built with a sanitizer imports or exports a function of its
 * runtime by its dynamic symbols, so that name stands in its dynamic string table. */
#include "tools/launch/elfcheck.h"

#include <elf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PHDRS_MAX = 4096, DYNAMIC_MAX = 1 << 20, STRINGS_MAX = 256 << 20 };

struct image {
	int fd;
	Elf64_Phdr *phdrs;
	size_t count;
};

static bool read_at(int fd, void *out, size_t n, uint64_t offset)
{
	return offset <= INT64_MAX && pread(fd, out, n, (off_t)offset) == (ssize_t)n;
}

/* n bytes from offset, to be freed; NULL when they are not there. */
static void *read_new(int fd, size_t n, uint64_t offset)
{
	char *p = malloc(n + 1);
	if (p && read_at(fd, p, n, offset)) {
		p[n] = '\0';
		return p;
	}
	free(p);
	return NULL;
}

static const Elf64_Phdr *find_phdr(const struct image *im, uint32_t type)
{
	for (size_t i = 0; i < im->count; i++)
		if (im->phdrs[i].p_type == type)
			return &im->phdrs[i];
	return NULL;
}

/* The file offset of a virtual address; 0 when no segment holds it. */
static uint64_t offset_of(const struct image *im, uint64_t addr)
{
	for (size_t i = 0; i < im->count; i++) {
		const Elf64_Phdr *p = &im->phdrs[i];
		if (p->p_type == PT_LOAD && addr - p->p_vaddr < p->p_filesz)
			return addr - p->p_vaddr + p->p_offset;
	}
	return 0;
}

static void look_at_interpreter(const struct image *im, struct lr_elf_facts *f)
{
	const Elf64_Phdr *p = find_phdr(im, PT_INTERP);
	if (!p || p->p_filesz == 0 || p->p_filesz > sizeof(f->interpreter))
		return;
	if (!read_at(im->fd, f->interpreter, p->p_filesz, p->p_offset))
		f->interpreter[0] = '\0';
	f->interpreter[p->p_filesz - 1] = '\0';
}

/* Whose runtime one of the strings names. */
static const char *sanitizer_in(const char *strings, size_t size)
{
#define SANITIZER(name, words)                                                                     \
	if (memmem(strings, size, "\0" name, sizeof(name) + 1))                                    \
		return words;
#include "format/sanitizers.def"
#undef SANITIZER
	return NULL;
}

static const char *sanitizer_at(int fd, uint64_t offset, uint64_t size)
{
	if (offset == 0 || size == 0 || size > STRINGS_MAX)
		return NULL;
	char *strings = read_new(fd, size, offset);
	const char *found = strings ? sanitizer_in(strings, size) : NULL;
	free(strings);
	return found;
}

static void look_at_strings(const struct image *im, struct lr_elf_facts *f)
{
	const Elf64_Phdr *p = find_phdr(im, PT_DYNAMIC);
	uint64_t table = 0, size = 0;
	if (!p || p->p_filesz > DYNAMIC_MAX)
		return;
	Elf64_Dyn *dynamic = read_new(im->fd, p->p_filesz, p->p_offset);
	for (size_t i = 0; dynamic && i < p->p_filesz / sizeof(*dynamic); i++) {
		if (dynamic[i].d_tag == DT_STRTAB)
			table = offset_of(im, dynamic[i].d_un.d_ptr);
		else if (dynamic[i].d_tag == DT_STRSZ)
			size = dynamic[i].d_un.d_val;
	}
	free(dynamic);
	f->sanitizer = sanitizer_at(im->fd, table, size);
}

/* A runtime that is linked statically by gcc leaves its names in the table of all symbols, until
 * that is stripped. */
static void look_at_symbols(const struct image *im, const Elf64_Ehdr *h, struct lr_elf_facts *f)
{
	size_t bytes = (size_t)h->e_shnum * sizeof(Elf64_Shdr);
	if (f->sanitizer || h->e_shnum == 0 || h->e_shentsize != sizeof(Elf64_Shdr))
		return;
	Elf64_Shdr *sections = read_new(im->fd, bytes, h->e_shoff);
	for (size_t i = 0; sections && !f->sanitizer && i < h->e_shnum; i++)
		if (sections[i].sh_type == SHT_SYMTAB && sections[i].sh_link < h->e_shnum)
			f->sanitizer = sanitizer_at(im->fd, sections[sections[i].sh_link].sh_offset,
				sections[sections[i].sh_link].sh_size);
	free(sections);
}

static const char *machine_in_words(const Elf64_Ehdr *h)
{
	if (h->e_ident[EI_DATA] != ELFDATA2LSB)
		return "for another processor (big-endian)";
	if (h->e_ident[EI_CLASS] != ELFCLASS64)
		return h->e_machine == EM_X86_64 ? "an x32 program" : "a 32-bit program";
	return "for another processor";
}

bool lr_elf_look(int fd, struct lr_elf_facts *f)
{
	Elf64_Ehdr h;
	memset(f, 0, sizeof(*f));
	memset(&h, 0, sizeof(h));
	if (!read_at(fd, &h, EI_NIDENT + 4, 0)) /* the same in 32 bit */
		return false;
	f->x86_64 = h.e_ident[EI_CLASS] == ELFCLASS64 && h.e_ident[EI_DATA] == ELFDATA2LSB &&
		    h.e_machine == EM_X86_64;
	if (!f->x86_64) {
		f->machine = machine_in_words(&h);
		return true;
	}
	if (!read_at(fd, &h, sizeof(h), 0) || h.e_phentsize != sizeof(Elf64_Phdr) ||
		h.e_phnum == 0 || h.e_phnum > PHDRS_MAX)
		return false;
	struct image im = {.fd = fd, .count = h.e_phnum};
	im.phdrs = read_new(fd, im.count * sizeof(*im.phdrs), h.e_phoff);
	if (!im.phdrs)
		return false;
	look_at_interpreter(&im, f);
	look_at_strings(&im, f);
	look_at_symbols(&im, &h, f);
	free(im.phdrs);
	return true;
}
