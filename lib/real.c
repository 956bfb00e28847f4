#include "lib/real.h"

#include <dlfcn.h>
#include <errno.h>
#include <gnu/libc-version.h>
#include <link.h>
#include <stdarg.h>
#include <string.h>
#include "lib/bootstrap.h"
#include "lib/sys.h"

/* An allocator in front of ours is called before our constructor has run, and it may make system
 * calls by this name. */
static long early_syscall(long number, ...)
{
	long a[6];
	va_list ap;
	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	long r = lt_syscall6(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (r < 0 && r > -4096) {
		errno = (int)-r;
		return -1;
	}
	return r;
}

LT_TOGETHER struct lt_real lt_real = {.syscall = early_syscall};
struct lt_found lt_found __attribute__((aligned(4096)));
LT_TOGETHER struct lt_seen lt_seen;
LT_TOGETHER int lt_new_is_malloc;
LT_TOGETHER uintptr_t lt_loader_low, lt_loader_size;

static struct link_map *object_of(const void *p)
{
	struct dl_find_object o;
	return p && _dl_find_object((void *)p, &o) == 0 ? o.dlfo_link_map : NULL;
}

const char *lt_real_object(const void *function)
{
	Dl_info info;
	const struct link_map *l = object_of(function);
	if (l && l->l_name[0])
		return l->l_name;
	/* The program itself. dladdr looks through all its symbols, and so not for the C library.
	 */
	return function && dladdr(function, &info) && info.dli_fname ? info.dli_fname : "";
}

/* Functions are looked up in the objects' own tables: dlsym takes several times as long, and for a
 * name that is nowhere it would allocate a message that says so, and keep it for the program. It is
 * asked where something is unusual. */
static bool open_object(const struct link_map *l, struct lt_object *o)
{
	*o = (struct lt_object){.bias = l->l_addr};
	for (const ElfW(Dyn) *d = l->l_ld; d && d->d_tag != DT_NULL; d++) {
		/* The kernel's object is not relocated. */
		uintptr_t p = d->d_un.d_ptr + (d->d_un.d_ptr < l->l_addr ? l->l_addr : 0);
		if (d->d_tag == DT_GNU_HASH)
			o->hash = (const uint32_t *)p;
		else if (d->d_tag == DT_SYMTAB)
			o->symbol = (const ElfW(Sym) *)p;
		else if (d->d_tag == DT_STRTAB)
			o->names = (const char *)p;
		else if (d->d_tag == DT_VERSYM)
			o->versions = (const ElfW(Half) *)p;
	}
	return o->hash && o->symbol && o->names;
}

/* Where there are more objects than places, the last one is the C library's: it has what is behind
 * the hooks that may not ask the loader. */
static void keep_c_library(void)
{
	struct lt_object o;
	const struct link_map *l = object_of((const void *)gnu_get_libc_version);
	if (lt_found.count == LT_OBJECTS && l && open_object(l, &o))
		lt_found.object[LT_OBJECTS - 1] = o;
}

static void find_objects(void)
{
	const struct link_map *us = object_of(&lt_real), *l = us;
	lt_found.count = 0;
	while (l && l->l_prev)
		l = l->l_prev;
	lt_found.all = us != NULL;
	for (; l; l = l->l_next) {
		if (l == us)
			lt_found.us = lt_found.count;
		if (lt_found.count < LT_OBJECTS && open_object(l, &lt_found.object[lt_found.count]))
			lt_found.count++;
		else
			lt_found.all = false;
	}
	if (!lt_found.all)
		keep_c_library();
}

static uint32_t hash_of(const char *name)
{
	uint32_t h = 5381;
	for (; *name; name++)
		h = h * 33 + (uint8_t)*name;
	return h;
}

/* Whether the i-th symbol is the name's definition, of the version that dlsym would take. */
static bool is_default(const struct lt_object *o, uint32_t i, const char *name)
{
	enum { HIDDEN = 0x8000 };
	return o->symbol[i].st_shndx != SHN_UNDEF && !(o->versions && o->versions[i] & HIDDEN) &&
	       strcmp(o->names + o->symbol[i].st_name, name) == 0;
}

/* The name's symbol in an object, or NULL. */
static const ElfW(Sym) * symbol_in(const struct lt_object *o, const char *name, uint32_t h)
{
	/* Buckets, first symbol with a hash, words of the filter, its shift; then these three. */
	const uint32_t *table = o->hash;
	const uint64_t *filter = (const uint64_t *)(table + 4);
	const uint32_t *bucket = (const uint32_t *)(filter + table[2]);
	const uint32_t *chain = bucket + table[0];
	if (!table[0] || !table[2])
		return NULL;
	uint64_t word = filter[h / 64 % table[2]];
	if (!(word >> (h % 64) & word >> ((h >> table[3]) % 64) & 1))
		return NULL;
	for (uint32_t i = bucket[h % table[0]]; i >= table[1]; i++) {
		uint32_t here = chain[i - table[1]];
		if ((here | 1) == (h | 1) && is_default(o, i, name))
			return &o->symbol[i];
		if (here & 1)
			break;
	}
	return NULL;
}

/* The name's definition in the objects from one on, and its object; NULL. */
static const ElfW(Sym) * symbol_from(unsigned from, const char *name, const struct lt_object **in)
{
	uint32_t h = hash_of(name);
	for (unsigned i = from; i < lt_found.count; i++) {
		const ElfW(Sym) *s = symbol_in(&lt_found.object[i], name, h);
		*in = &lt_found.object[i];
		if (s)
			return s;
	}
	return NULL;
}

static bool is_plain_function(const ElfW(Sym) * s)
{
	return ELF64_ST_TYPE(s->st_info) == STT_FUNC && s->st_shndx < SHN_LORESERVE;
}

static void *ask_loader(void *where, const char *name)
{
	void *p = dlsym(where, name);
	if (!p)
		dlerror();
	return p;
}

/* The name's address in the objects from one on. */
static void *find(unsigned from, const char *name)
{
	void *where = from ? RTLD_NEXT : RTLD_DEFAULT;
	const struct lt_object *o;
	if (!lt_found.all)
		return ask_loader(where, name);
	const ElfW(Sym) *s = symbol_from(from, name, &o);
	if (s && !is_plain_function(s))
		return ask_loader(where, name);
	return s ? (void *)(o->bias + s->st_value) : NULL;
}

void *lt_real_late(void **slot, const char *name)
{
	const struct lt_object *o;
	if (!lt_found.count)
		find_objects();
	const ElfW(Sym) *s = symbol_from(lt_found.us + 1, name, &o);
	if (!s || !is_plain_function(s))
		return NULL;
	void *p = (void *)(o->bias + s->st_value);
	__atomic_store_n(slot, p, __ATOMIC_RELAXED);
	return p;
}

bool lt_real_in(const struct link_map *l, const char *name)
{
	struct lt_object o;
	return open_object(l, &o) && symbol_in(&o, name, hash_of(name));
}

const void *lt_real_data(const char *name)
{
	const struct lt_object *o;
	const ElfW(Sym) *s = symbol_from(0, name, &o);
	return s ? (const void *)(o->bias + s->st_value) : NULL;
}

void *lt_real_default(const char *name)
{
	return find(0, name);
}

/* The standard libraries' operators are malloc and free with a handler and an exception around
 * them. Others (tcmalloc's, a program's own) are called. */
static int is_standard(const void *operator_new)
{
	const char *path = lt_real_object(operator_new);
	const char *base = strrchr(path, '/');
	base = base ? base + 1 : path;
	return !operator_new || strncmp(base, "libstdc++.", 10) == 0 ||
	       strncmp(base, "libc++", 6) == 0;
}

/* The definition in front of ours, or NULL. A program that takes the address of a function may have
 * an entry for it that only leads to ours. */
static void *in_front(const char *name)
{
	Dl_info ours, theirs;
	const ElfW(Sym) *symbol = NULL;
	uint32_t h = hash_of(name);
	bool there = !lt_found.all;
	for (unsigned i = 0; !there && i < lt_found.us; i++)
		there = symbol_in(&lt_found.object[i], name, h) != NULL;
	void *p = there ? dlsym(RTLD_DEFAULT, name) : NULL;
	if (!p || object_of(p) == object_of(&lt_real) || !dladdr(&lt_real, &ours) ||
		!dladdr1(p, &theirs, (void **)&symbol, RTLD_DL_SYMENT) ||
		ours.dli_fbase == theirs.dli_fbase || !symbol || symbol->st_shndx == SHN_UNDEF)
		return NULL;
	return p;
}

static void look_in_front(void)
{
	struct lt_seen s = {.malloc = (void *(*)(size_t))in_front("malloc"),
		.realloc = (void *(*)(void *, size_t))in_front("realloc"),
		.aligned_alloc = (void *(*)(size_t, size_t))in_front("aligned_alloc"),
		.free = (void (*)(void *))in_front("free")};
	s.behind = s.malloc != NULL;
	if (!s.malloc)
		s.malloc = lt_real.malloc;
	if (!s.realloc)
		s.realloc = lt_real.realloc;
	if (!s.aligned_alloc)
		s.aligned_alloc = lt_real.aligned_alloc;
	if (!s.free)
		s.free = lt_real.free;
	lt_seen = s;
}

static void find_loader(void)
{
	struct dl_find_object o;
	void *within = (void *)(uintptr_t)lt_real_data("_rtld_global");
	if (within && _dl_find_object(within, &o) == 0) {
		lt_loader_low = (uintptr_t)o.dlfo_map_start;
		lt_loader_size = (uintptr_t)o.dlfo_map_end - lt_loader_low;
	}
}

/* Where there are objects that we cannot look into, the loader is asked now for what will be asked
 * for late. */
static __attribute__((noinline, cold)) void find_late(void)
{
#define LT_HOOK(name, ret, params)
#define LT_HOOK_MAYBE(name, ret, params)
#define LT_HOOK_LATE(name, ret, params)                                                            \
	lt_found.late.name = (ret(*) params)ask_loader(RTLD_NEXT, #name);
#define LT_EXPORT(name)
#include "lib/hooks.def"
#undef LT_HOOK
#undef LT_HOOK_MAYBE
#undef LT_HOOK_LATE
#undef LT_EXPORT
}

void lt_real_find(void)
{
	find_objects();
	find_loader();
	/* Published one by one: a program with a malloc of its own (before ours in the search
	 * order, so not ours to trace) may start it up in here, and that uses mmap and syscall. */
#define LT_HOOK(name, ret, params) lt_real.name = (ret(*) params)find(lt_found.us + 1, #name);
#define LT_HOOK_MAYBE(name, ret, params)
#define LT_HOOK_LATE(name, ret, params)
#define LT_EXPORT(name)
#include "lib/hooks.def"
#undef LT_HOOK
#undef LT_HOOK_MAYBE
#define LT_HOOK(name, ret, params)
#define LT_HOOK_MAYBE(name, ret, params) lt_real.name = (ret(*) params)find(lt_found.us + 1, #name);
#include "lib/hooks.def"
#undef LT_HOOK
#undef LT_HOOK_MAYBE
#undef LT_HOOK_LATE
#undef LT_EXPORT
	if (!lt_found.all)
		find_late();
	lt_new_is_malloc = is_standard((const void *)lt_real._Znwm);
	look_in_front();
}
