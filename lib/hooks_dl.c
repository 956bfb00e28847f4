/* Shared objects that the program opens and closes.
 *
 * The loader looks who calls dlopen: by a bare name it searches along the caller's RUNPATH,
 * "$ORIGIN" is where the caller lies, and objects of another namespace open in theirs. A hook that
 * waits for the result is the caller. So the original is called only where it would do the same for
 * us: where the caller belongs to the program's own namespace, and no path of its own, or of
 * whoever opened it, plays a part. Elsewhere the hook jumps on, and what comes back is not seen. */
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string.h>
#include "format/pairs.h"
#include "lib/hook.h"
#include "lib/modules.h"

struct look {
	uintptr_t caller;
	bool others; /* not the first object, which is the program */
	bool found;  /* the caller's, in this namespace */
	bool path;   /* it has one of its own */
	bool rpath;  /* another object has one that those have, too, which it has opened */
};

static bool lies_in(const struct dl_phdr_info *o, uintptr_t p)
{
	for (unsigned i = 0; i < o->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &o->dlpi_phdr[i];
		if (h->p_type == PT_LOAD && p - (o->dlpi_addr + h->p_vaddr) < h->p_memsz)
			return true;
	}
	return false;
}

static const ElfW(Dyn) * dynamic_of(const struct dl_phdr_info *o)
{
	for (unsigned i = 0; i < o->dlpi_phnum; i++)
		if (o->dlpi_phdr[i].p_type == PT_DYNAMIC)
			return (const ElfW(Dyn) *)(o->dlpi_addr + o->dlpi_phdr[i].p_vaddr);
	return NULL;
}

static int look_at(struct dl_phdr_info *o, size_t size, void *to)
{
	struct look *look = to;
	bool is_caller = !look->found && lies_in(o, look->caller), rpath = false, runpath = false;
	const ElfW(Dyn) *d = dynamic_of(o);
	(void)size;
	for (; d && d->d_tag != DT_NULL; d++) {
		rpath |= d->d_tag == DT_RPATH;
		runpath |= d->d_tag == DT_RUNPATH;
	}
	look->found |= is_caller;
	look->path |= is_caller && (rpath || runpath);
	look->rpath |= look->others && rpath;
	look->others = true;
	return 0;
}

static bool is_same_from_here(const char *file, uintptr_t caller)
{
	struct look look = {.caller = caller};
	if (file && strchr(file, '$'))
		return false;
	dl_iterate_phdr(look_at, &look); /* the lock that the original is about to take */
	return look.found && !look.rpath && (!look.path || (file && strchr(file, '/')));
}

static bool is_ours(uintptr_t caller)
{
	struct dl_find_object us, o;
	return _dl_find_object((void *)caller, &o) != 0 ||
	       (_dl_find_object(&lt_real, &us) == 0 && us.dlfo_link_map == o.dlfo_link_map);
}

static void opened(void *handle, const struct lt_regs *regs)
{
	uint64_t args[3] = {(uintptr_t)handle, LTF_PAIR_OBJECT};
	if (handle)
		lt_trace_resource(LTF_RES_PAIR_CREATE, args, 3, regs);
}

static void *dlopen_seen(const char *file, int mode)
{
	struct lt_regs regs;
	void *handle = LT_LATE(dlopen)(file, mode);
	LT_REGS_CALLER(&regs);
	opened(handle, &regs);
	return handle;
}

static void *dlmopen_seen(Lmid_t where, const char *file, int mode)
{
	struct lt_regs regs;
	void *handle = LT_LATE(dlmopen)(where, file, mode);
	LT_REGS_CALLER(&regs);
	opened(handle, &regs);
	return handle;
}

/* What a hook goes on with. */
const void *lt_dlopen_way(const char *file, uintptr_t caller);
const void *lt_dlmopen_way(const char *file, uintptr_t caller);

static bool is_seen(const char *file, uintptr_t caller)
{
	return !lt_must_bootstrap() && !is_ours(caller) && is_same_from_here(file, caller);
}

__attribute__((used, visibility("hidden"))) const void *lt_dlopen_way(
	const char *file, uintptr_t caller)
{
	return is_seen(file, caller) ? (const void *)dlopen_seen : (const void *)LT_LATE(dlopen);
}

__attribute__((used, visibility("hidden"))) const void *lt_dlmopen_way(
	const char *file, uintptr_t caller)
{
	return is_seen(file, caller) ? (const void *)dlmopen_seen : (const void *)LT_LATE(dlmopen);
}

/* file: the register it is in. */
#define OPENING(name, file)                                                                        \
	".pushsection .text\n"                                                                     \
	".globl " name "\n"                                                                        \
	".type " name ", @function\n" name ":\n"                                                   \
	"	.cfi_startproc\n"                                                                        \
	"	pushq %rdi\n	.cfi_adjust_cfa_offset 8\n"                                                 \
	"	pushq %rsi\n	.cfi_adjust_cfa_offset 8\n"                                                 \
	"	pushq %rdx\n	.cfi_adjust_cfa_offset 8\n"                                                 \
	"	movq %" file ", %rdi\n"                                                            \
	"	movq 24(%rsp), %rsi\n"                                                                   \
	"	call lt_" name "_way\n"                                                            \
	"	popq %rdx\n	.cfi_adjust_cfa_offset -8\n"                                                 \
	"	popq %rsi\n	.cfi_adjust_cfa_offset -8\n"                                                 \
	"	popq %rdi\n	.cfi_adjust_cfa_offset -8\n"                                                 \
	"	jmp *%rax\n"                                                                             \
	"	.cfi_endproc\n"                                                                          \
	".size " name ", .-" name "\n"                                                             \
	".popsection\n"
__asm__(OPENING("dlopen", "rdi") OPENING("dlmopen", "rsi"));

LT_PUBLIC int dlclose(void *handle)
{
	if (!lt_must_bootstrap())
		LT_RECORD_RES(LTF_RES_PAIR_RELEASE, (uintptr_t)handle, LTF_PAIR_OBJECT);
	int r = lt_real.dlclose(handle);
	lt_modules_changed();
	return r;
}
