#include "lib/clock.h"

#include <elf.h>
#include <stdbool.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>
#include "lib/sys.h"

static int by_syscall(clockid_t id, struct timespec *ts)
{
	*ts = (struct timespec){0};
	return (int)lt_sys2(SYS_clock_gettime, id, ts);
}

lt_clock_fn *lt_clock_now = by_syscall;

struct vdso {
	uintptr_t bias;
	const Elf64_Sym *symbols;
	const char *names;
	const uint32_t *hash; /* DT_HASH: nbucket, nchain ... */
};

static bool vdso_open(struct vdso *v, uintptr_t base)
{
	const Elf64_Ehdr *eh = (const Elf64_Ehdr *)base;
	const Elf64_Phdr *ph = (const Elf64_Phdr *)(base + eh->e_phoff);
	const Elf64_Dyn *dyn = NULL;
	for (int i = 0; i < eh->e_phnum; i++) {
		if (ph[i].p_type == PT_LOAD && !v->bias)
			v->bias = base + ph[i].p_offset - ph[i].p_vaddr;
		else if (ph[i].p_type == PT_DYNAMIC)
			dyn = (const Elf64_Dyn *)(base + ph[i].p_offset);
	}
	for (; dyn && dyn->d_tag != DT_NULL; dyn++) {
		uintptr_t p = v->bias + dyn->d_un.d_ptr;
		if (dyn->d_tag == DT_SYMTAB)
			v->symbols = (const Elf64_Sym *)p;
		else if (dyn->d_tag == DT_STRTAB)
			v->names = (const char *)p;
		else if (dyn->d_tag == DT_HASH)
			v->hash = (const uint32_t *)p;
	}
	return v->symbols && v->names && v->hash;
}

void lt_clock_init(void)
{
	struct vdso v = {0};
	uintptr_t base = getauxval(AT_SYSINFO_EHDR);
	if (!base || !vdso_open(&v, base))
		return;
	for (uint32_t i = 0; i < v.hash[1]; i++) {
		const Elf64_Sym *s = &v.symbols[i];
		if (s->st_shndx && strcmp(v.names + s->st_name, "__vdso_clock_gettime") == 0)
			lt_clock_now = (lt_clock_fn *)(v.bias + s->st_value);
	}
}

uint64_t lt_clock_real(void)
{
	return lt_clock_ns(CLOCK_REALTIME);
}
