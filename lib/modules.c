/* Which object holds an address, and whether it is still the one that was seen there.
 *
 * glibc's _dl_find_object() answers the first half without a lock. For the second half each module
 * remembers the epoch in which it was last verified; in a new epoch its map is asked for again and
 * the identity (a hash over the build-id in memory) compared, because loaders reuse link maps and
 * addresses. The headers of an object are read only for an address that stands on the caller's
 * stack: code that is being executed is not unmapped.
 *
 * Modules hang in chains by start address, newest first, and are never freed; a chain is extended
 * with one compare-and-swap. */
#include "lib/modules.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>
#include "lib/onstack.h"
#include "lib/sys.h"

enum { BUCKETS = 512, PER_CHUNK = 64, ARENA = 64 << 10, PATH_MAX_LEN = 4096 };

struct entry {
	struct lt_module m;
	struct lt_module_ranges ranges;
	struct entry *_Atomic next; /* an older module with the same bucket */
	_Atomic bool gone;
	bool initial;               /* loaded with the program: it stays */
	_Atomic uint32_t announced; /* in that process */
};

struct chunk {
	struct entry e[PER_CHUNK];
};

/* Bump allocator for entries and paths. */
struct arena {
	_Atomic size_t used;
	char bytes[ARENA - sizeof(size_t)];
};

_Atomic uint32_t lt_modules_epoch = 1;
_Atomic uint32_t lt_module_verified[LT_MODULE_MAX + 1];

static struct entry *_Atomic buckets[BUCKETS];
static struct chunk *_Atomic directory[LT_MODULE_MAX / PER_CHUNK + 1];
LT_TOGETHER static _Atomic uint32_t last_number;
LT_TOGETHER static struct arena *_Atomic arena;
/* Counts forks from process to process, so that what has been announced in one is not in the next.
 */
LT_TOGETHER static uint32_t process = 1;
/* In a forked child's first epoch modules are what they were in the last one before. */
LT_TOGETHER static uint32_t first_epoch, epoch_before;
static const char *exe_path;

static void *arena_take(size_t len)
{
	len = (len + 15) & ~(size_t)15;
	for (int tries = 0; tries < 8; tries++) {
		struct arena *a = atomic_load_explicit(&arena, memory_order_acquire);
		if (a) {
			size_t at = atomic_fetch_add_explicit(&a->used, len, memory_order_relaxed);
			if (at + len <= sizeof(a->bytes))
				return a->bytes + at;
		}
		struct arena *fresh = lt_sys_map(sizeof(*fresh), false);
		if (!fresh)
			return NULL;
		if (!atomic_compare_exchange_strong(&arena, &a, fresh))
			lt_sys_unmap(fresh, sizeof(*fresh));
	}
	return NULL;
}

static struct entry *entry_of(uint32_t number)
{
	struct chunk *c =
		atomic_load_explicit(&directory[number / PER_CHUNK], memory_order_acquire);
	return c ? &c->e[number % PER_CHUNK] : NULL;
}

/* A fresh entry with its number, or NULL. */
static struct entry *entry_new(void)
{
	uint32_t n = atomic_load_explicit(&last_number, memory_order_relaxed);

	do {
		if (n >= LT_MODULE_MAX)
			return NULL;
	} while (!atomic_compare_exchange_weak(&last_number, &n, n + 1));
	n++;

	struct chunk *_Atomic *slot = &directory[n / PER_CHUNK];
	struct chunk *c = atomic_load_explicit(slot, memory_order_acquire);
	if (!c) {
		size_t len = (sizeof(*c) + 4095) & ~(size_t)4095;
		struct chunk *fresh = lt_sys_map(len, false);
		if (!fresh)
			return NULL;
		if (atomic_compare_exchange_strong(slot, &c, fresh))
			c = fresh;
		else
			lt_sys_unmap(fresh, len);
	}
	c->e[n % PER_CHUNK].m.number = n;
	return &c->e[n % PER_CHUNK];
}

static uint64_t hash_bytes(uint64_t h, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (; len;) {
		uint64_t word = 0;
		size_t n = len < sizeof(word) ? len : sizeof(word);
		memcpy(&word, p, n);
		h = (h ^ word ^ n) * 0x9e3779b97f4a7c15ULL;
		h ^= h >> 32;
		p += n;
		len -= n;
	}
	return h;
}

/* What the loader says about an address. */
struct view {
	uintptr_t start, end, bias;
	const void *eh_frame_hdr, *link_map;
	const char *name;
};

/* The program's segments, found once. */
static struct {
	_Atomic bool known;
	bool usable;
	uintptr_t low, high; /* without the bias */
} program;

static void find_program(uintptr_t bias)
{
	const ElfW(Phdr) *ph = (const void *)getauxval(AT_PHDR);
	uintptr_t low = UINTPTR_MAX, high = 0, first_end = 0;

	for (unsigned long i = 0, n = ph ? getauxval(AT_PHNUM) : 0; i < n; i++) {
		uintptr_t start = ph[i].p_vaddr, end = start + ph[i].p_memsz;
		if (ph[i].p_type != PT_LOAD)
			continue;
		if (start < low) {
			low = start;
			first_end = ph[i].p_flags & PF_R ? start + ph[i].p_filesz : 0;
		}
		if (end > high)
			high = end;
	}
	uintptr_t headers = (uintptr_t)ph - bias;
	/* The headers are read from the beginning. */
	program.usable = low <= headers && headers < first_end && !(low & 4095);
	program.low = low;
	program.high = high;
	atomic_store_explicit(&program.known, true, memory_order_release);
}

/* A program whose segments leave a hole between them is given by the loader in parts; its libraries
 * are not, because the loader fills theirs. Widens the part in v to the whole of the program. */
static void widen_program(struct view *v)
{
	if (!atomic_load_explicit(&program.known, memory_order_acquire))
		find_program(v->bias);
	uintptr_t low = program.low + v->bias, high = program.high + v->bias;
	if (program.usable && v->start < high && v->end > low) {
		v->start = low;
		v->end = high;
	}
}

/* False when there is no object at pc. */
static __attribute__((noinline)) bool look_up(uintptr_t pc, struct view *v)
{
	struct dl_find_object o;

	if (_dl_find_object((void *)pc, &o) != 0)
		return false;
	const struct link_map *l = o.dlfo_link_map;
	v->start = (uintptr_t)o.dlfo_map_start;
	v->end = (uintptr_t)o.dlfo_map_end;
	v->eh_frame_hdr = o.dlfo_eh_frame;
	v->link_map = l;
	v->bias = l ? l->l_addr : 0;
	v->name = l && l->l_name ? l->l_name : "";
	if (!v->name[0])
		widen_program(v);
	return true;
}

/* The program headers, or NULL when the object does not begin with a plain ELF header whose table
 * lies in its first page. */
static const ElfW(Phdr) * program_headers(const struct view *v, unsigned *count)
{
	const ElfW(Ehdr) *eh = (const void *)v->start;

	*count = 0;
	if ((v->start & 7) || v->end - v->start < 4096 || memcmp(eh->e_ident, ELFMAG, SELFMAG) ||
		eh->e_ident[EI_CLASS] != ELFCLASS64 || eh->e_phentsize != sizeof(ElfW(Phdr)) ||
		eh->e_phoff > 4096 || (eh->e_phoff & 7) ||
		eh->e_phoff + eh->e_phnum * sizeof(ElfW(Phdr)) > 4096)
		return NULL;
	*count = eh->e_phnum;
	return (const void *)(v->start + eh->e_phoff);
}

/* The loaded, readable segment's file-backed part that holds [at, at + len): its start, and its end
 * in *high. 0 and 0 when there is none. */
static uintptr_t segment_of(const struct view *v, uintptr_t at, size_t len, uintptr_t *high)
{
	unsigned n;
	const ElfW(Phdr) *ph = program_headers(v, &n);

	for (unsigned i = 0; i < n; i++) {
		uintptr_t low = v->bias + ph[i].p_vaddr, end = low + ph[i].p_filesz;
		if (ph[i].p_type == PT_LOAD && (ph[i].p_flags & PF_R) && low >= v->start &&
			end <= v->end && at >= low && at < end && len <= end - at) {
			*high = end;
			return low;
		}
	}
	*high = 0;
	return 0;
}

/* The build-id among the notes in [p, end); its length, 0 when there is none. */
static uint32_t build_id_note(const uint8_t *p, const uint8_t *end, const uint8_t **id)
{
	while ((size_t)(end - p) >= sizeof(ElfW(Nhdr))) {
		const ElfW(Nhdr) *n = (const void *)p;
		size_t left = (size_t)(end - p) - sizeof(*n);
		size_t name = ((size_t)n->n_namesz + 3) & ~(size_t)3;
		size_t desc = ((size_t)n->n_descsz + 3) & ~(size_t)3;
		if (name > left || desc > left - name)
			return 0;
		*id = p + sizeof(*n) + name;
		if (n->n_type == NT_GNU_BUILD_ID && n->n_namesz == 4 && n->n_descsz > 0 &&
			n->n_descsz <= LT_BUILD_ID_MAX && !memcmp(n + 1, "GNU", 4))
			return n->n_descsz;
		p = *id + desc;
	}
	return 0;
}

static uint32_t find_build_id(const struct view *v, const uint8_t **id)
{
	unsigned n;
	uintptr_t high;
	const ElfW(Phdr) *ph = program_headers(v, &n);

	for (unsigned i = 0; i < n; i++) {
		uintptr_t at = v->bias + ph[i].p_vaddr;
		if (ph[i].p_type != PT_NOTE || (at & 3) ||
			!segment_of(v, at, ph[i].p_filesz, &high))
			continue;
		uint32_t len =
			build_id_note((const void *)at, (const void *)(at + ph[i].p_filesz), id);
		if (len)
			return len;
	}
	return 0;
}

static uint64_t identity_of(const struct view *v)
{
	unsigned n;
	const uint8_t *id;
	uint64_t h = 0xcbf29ce484222325ULL;
	uint32_t len = find_build_id(v, &id);

	if (len)
		h = hash_bytes(h, id, len);
	else
		h = hash_bytes(h, v->name, strnlen(v->name, PATH_MAX_LEN));
	const ElfW(Phdr) *ph = program_headers(v, &n);
	h = hash_bytes(h, ph, n * sizeof(*ph));
	return h ? h : 1;
}

static void find_ranges(const struct view *v, struct lt_module_ranges *r)
{
	unsigned n;
	const ElfW(Phdr) *ph = program_headers(v, &n);

	if (v->eh_frame_hdr)
		r->tables_low = segment_of(v, (uintptr_t)v->eh_frame_hdr, 4, &r->tables_high);
	for (unsigned i = 0; i < n; i++) {
		uintptr_t low, high = 0;
		if (ph[i].p_type != PT_LOAD || !(ph[i].p_flags & PF_X))
			continue;
		low = segment_of(v, v->bias + ph[i].p_vaddr, ph[i].p_filesz, &high);
		if (high - low > r->code_high - r->code_low) {
			r->code_low = low;
			r->code_high = high;
		}
	}
}

static bool same_place(const struct lt_module *m, const struct view *v)
{
	return m->start == v->start && m->end == v->end && m->link_map == v->link_map &&
	       m->eh_frame_hdr == v->eh_frame_hdr;
}

static struct entry *_Atomic *bucket_of(uintptr_t start)
{
	return &buckets[((start >> 12) * 0x9e3779b97f4a7c15ULL) >> 55];
}
_Static_assert(BUCKETS == 1 << (64 - 55), "bucket_of shifts to the number of buckets");

/* The living entry at start, or NULL. */
static struct entry *entry_at(uintptr_t start)
{
	for (struct entry *e = atomic_load_explicit(bucket_of(start), memory_order_acquire); e;
		e = atomic_load_explicit(&e->next, memory_order_acquire))
		if (e->m.start == start && !atomic_load_explicit(&e->gone, memory_order_relaxed))
			return e;
	return NULL;
}

static void entry_gone(struct entry *e)
{
	if (atomic_exchange(&e->gone, true))
		return;
	atomic_store(&lt_module_verified[e->m.number], 0);
	if (atomic_load(&e->announced) == process)
		lt_modules_announce_unload(&e->m);
}

/* A frame in it is about to be recorded. */
static void announce(struct entry *e)
{
	if (atomic_exchange(&e->announced, process) != process)
		lt_modules_announce(&e->m);
}

/* A copy of the path, absolute where that can be said. */
static const char *keep_path(const char *name)
{
	enum { CWD_ROOM = 1024 };

	if (!*name)
		name = exe_path ? exe_path : "";
	size_t len = strnlen(name, PATH_MAX_LEN - 1), dir = 0;
	bool relative = *name && *name != '/' && strchr(name, '/') && !atomic_load(&lt_sealed);
	char *copy = arena_take(len + 1 + (relative ? CWD_ROOM : 0));
	if (!copy)
		return "";
	if (relative) {
		long got = lt_sys2(SYS_getcwd, copy, CWD_ROOM - 1);
		if (got > 1 && copy[0] == '/') {
			dir = (size_t)got;
			copy[dir - 1] = '/';
		}
	}
	memcpy(copy + dir, name, len);
	copy[dir + len] = 0;
	return copy;
}

/* The loader's list of objects as it was at the start. These are never unloaded, so this part of
 * the list never changes. */
static const struct link_map *first_initial, *last_initial;

static bool is_initial(const struct link_map *l)
{
	const struct link_map *i = first_initial;

	while (i && i != l && i != last_initial)
		i = i->l_next;
	return l && i == l;
}

static void entry_fill(struct entry *e, const struct view *v)
{
	const uint8_t *id;
	struct lt_module *m = &e->m;

	m->start = v->start;
	m->end = v->end;
	m->bias = v->bias;
	m->eh_frame_hdr = v->eh_frame_hdr;
	m->link_map = v->link_map;
	e->initial = is_initial(v->link_map);
	m->identity = identity_of(v);
	m->build_id_len = find_build_id(v, &id);
	memcpy(m->build_id, id, m->build_id_len);
	m->path = keep_path(v->name);
	find_ranges(v, &e->ranges);
}

/* Adds what look_up said, unless another thread was faster. */
static __attribute__((noinline)) struct entry *entry_add(const struct view *v)
{
	struct entry *e = entry_new();

	if (!e)
		return NULL;
	entry_fill(e, v);
	struct entry *_Atomic *b = bucket_of(v->start);
	struct entry *head = atomic_load_explicit(b, memory_order_acquire);
	do {
		struct entry *other = entry_at(v->start);
		if (other && same_place(&other->m, v) && other->m.identity == e->m.identity)
			return other; /* our number stays unused */
		if (other)
			entry_gone(other);
		atomic_store_explicit(&e->next, head, memory_order_relaxed);
	} while (!atomic_compare_exchange_strong(b, &head, e));
	/* Something was loaded; perhaps something else was unloaded before, unseen. */
	uint32_t epoch = e->initial ? atomic_load(&lt_modules_epoch)
				    : atomic_fetch_add(&lt_modules_epoch, 1) + 1;
	atomic_store_explicit(&lt_module_verified[e->m.number], epoch, memory_order_release);
	announce(e);
	return e;
}

static void entry_verified(struct entry *e, uint32_t epoch)
{
	announce(e); /* not yet, in a forked child */
	atomic_store_explicit(&lt_module_verified[e->m.number], epoch, memory_order_release);
}

/* True when e was verified right before the fork, and nothing has been loaded or unloaded since. */
static bool entry_inherited(struct entry *e, uint32_t epoch)
{
	if (!e->initial &&
		(epoch != first_epoch || atomic_load_explicit(&lt_module_verified[e->m.number],
						 memory_order_relaxed) != epoch_before))
		return false;
	entry_verified(e, epoch);
	return true;
}

/* True when e is what stands at its addresses now (v is fresh from look_up). */
static bool entry_still(struct entry *e, const struct view *v, uint32_t epoch)
{
	if (!same_place(&e->m, v))
		return false;
	if (atomic_load_explicit(&lt_module_verified[e->m.number], memory_order_relaxed) == epoch)
		return true;
	if (!e->initial && identity_of(v) != e->m.identity)
		return false;
	entry_verified(e, epoch);
	return true;
}

const struct lt_module *lt_module_at(uintptr_t pc)
{
	uint32_t epoch = atomic_load_explicit(&lt_modules_epoch, memory_order_acquire);
	struct view v;

	if (!look_up(pc, &v))
		return NULL;
	struct entry *e = entry_at(v.start);
	if (e &&
		((same_place(&e->m, &v) && entry_inherited(e, epoch)) || entry_still(e, &v, epoch)))
		return &e->m;
	if (e)
		entry_gone(e);
	e = entry_add(&v);
	return e ? &e->m : NULL;
}

static long recheck_here(void *arg)
{
	uint32_t epoch = atomic_load_explicit(&lt_modules_epoch, memory_order_acquire);
	struct entry *e = arg;
	struct view v;

	if (entry_inherited(e, epoch) || (look_up(e->m.start, &v) && entry_still(e, &v, epoch)))
		return true;
	entry_gone(e);
	return false;
}

bool lt_module_recheck(uint32_t number)
{
	struct entry *e = entry_of(number);

	if (e && e->initial && atomic_load(&e->announced) == process) {
		atomic_store_explicit(&lt_module_verified[number], atomic_load(&lt_modules_epoch),
			memory_order_release);
		return true;
	}
	/* A hook has no room for this on the program's stack. */
	return e && e->m.start && !atomic_load_explicit(&e->gone, memory_order_relaxed) &&
	       lt_slowly(recheck_here, e) == true;
}

const struct lt_module_ranges *lt_module_ranges(const struct lt_module *m)
{
	return &((const struct entry *)m)->ranges;
}

void lt_modules_changed(void)
{
	atomic_fetch_add(&lt_modules_epoch, 1);
}

void lt_modules_reset(void)
{
	epoch_before = atomic_load(&lt_modules_epoch);
	first_epoch = epoch_before + 1;
	atomic_store(&lt_modules_epoch, first_epoch);
	process++;
}

void lt_modules_start(const char *exe)
{
	struct view v;

	exe_path = exe;
	if (!look_up((uintptr_t)&lt_modules_epoch, &v))
		return;
	const struct link_map *l = v.link_map;
	for (first_initial = l; l; l = l->l_prev)
		first_initial = l;
	for (l = first_initial; l; l = l->l_next)
		last_initial = l;
}

void lt_modules_init(void)
{
	static char path[PATH_MAX_LEN];
	if (exe_path)
		return;
	long len = lt_sys3(SYS_readlink, "/proc/self/exe", path, sizeof(path) - 1);
	path[len > 0 ? len : 0] = 0;
	exe_path = path;
}
