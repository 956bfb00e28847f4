/* One step by libunwind, in its form for remote processes: it sees this process only through the
 * accessors below, which find tables with _dl_find_object and read nothing that could fault. It so
 * takes no lock of the loader's and validates no memory with pipes.
 *
 * It has locks of its own (memory pools). Ours stands around them and is only tried for a moment:
 * when another thread is inside, the walk ends as unsure. Its first use opens a pipe that nothing
 * here needs; with the limit of descriptors at zero for that instant it stays unopened. */
#include "lib/unwind_libunwind.h"

#include <config.h>
#include <dlfcn.h>
#include <libunwind-x86_64.h>
#include <string.h>
#include <sys/resource.h>
#include "lib/onstack.h"
#include "lib/sys.h"

enum { SPIN = 100 };

/* What the accessors are handed. */
struct frame {
	struct lt_cursor *c;
	uintptr_t pc;
	struct lt_cfi table;
	struct lt_fde fde;
	uintptr_t page; /* last one outside the known ranges that was seen to be readable */
};

static struct {
	unw_addr_space_t space;
	unw_addr_space_t (*create)(unw_accessors_t *, int);
	int (*caching)(unw_addr_space_t, unw_caching_policy_t);
	int (*init)(unw_cursor_t *, unw_addr_space_t, void *);
	int (*step)(unw_cursor_t *);
	int (*get)(unw_cursor_t *, int, unw_word_t *);
	int (*search)(
		unw_addr_space_t, unw_word_t, unw_dyn_info_t *, unw_proc_info_t *, int, void *);
	_Atomic bool usable;
	_Atomic bool inside;
} lib;

/* libunwind's register number to DWARF's: they are the same but for rip. */
static int dwarf_of(unw_regnum_t reg)
{
	return reg >= 0 && reg < LT_DW_RIP ? reg : reg == UNW_X86_64_RIP ? LT_DW_RIP : -1;
}

static int find_proc_info(
	unw_addr_space_t as, unw_word_t ip, unw_proc_info_t *pi, int need_unwind_info, void *arg)
{
	struct frame *f = arg;
	uintptr_t hdr = (uintptr_t)f->table.eh_frame_hdr;
	const uint8_t *h = f->table.eh_frame_hdr;
	unw_dyn_info_t di = {0};
	uint32_t count;

	/* Only the usual table: pointers and count of four bytes, offsets from the header. */
	if (ip != f->pc || hdr + 12 > f->table.high || h[2] != 0x03 || h[3] != 0x3b)
		return -UNW_ENOINFO;
	memcpy(&count, h + 8, sizeof(count));
	if (count > (f->table.high - hdr - 12) / 8)
		return -UNW_ENOINFO;
	di.start_ip = 0;
	di.end_ip = UINTPTR_MAX;
	di.format = UNW_INFO_FORMAT_REMOTE_TABLE;
	di.u.rti.segbase = hdr;
	di.u.rti.table_data = hdr + 12;
	di.u.rti.table_len = count;
	memset(pi, 0, sizeof(*pi));
	return lib.search(as, ip, &di, pi, need_unwind_info, arg);
}

static void put_unwind_info(unw_addr_space_t as, unw_proc_info_t *pi, void *arg)
{
	(void)as, (void)pi, (void)arg;
}

static int no_dyn_info(unw_addr_space_t as, unw_word_t *list, void *arg)
{
	(void)as, (void)list, (void)arg;
	return -UNW_ENOINFO;
}

static bool may_read(struct frame *f, uintptr_t at)
{
	if (at >= f->table.low && at < f->table.high)
		return true;
	if (at >= f->c->range.low && at < f->c->range.high)
		return true;
	if (f->page && at - f->page < 4096)
		return true;
	if (!lt_sys_readable((const void *)at))
		return false;
	f->page = at & ~(uintptr_t)4095;
	return true;
}

static int access_mem(unw_addr_space_t as, unw_word_t at, unw_word_t *val, int write, void *arg)
{
	(void)as;
	if (write || (at & 7) || !may_read(arg, at))
		return -UNW_EINVAL;
	*val = *(const uintptr_t *)at;
	return 0;
}

static int access_reg(unw_addr_space_t as, unw_regnum_t reg, unw_word_t *val, int write, void *arg)
{
	static const int8_t slot[LT_DW_RIP] = {-1, -1, -1, LT_SLOT_RBX, -1, -1, LT_SLOT_RBP, -1, -1,
		-1, -1, -1, LT_SLOT_R12, LT_SLOT_R13, LT_SLOT_R14, LT_SLOT_R15};
	struct frame *f = arg;
	int dw = dwarf_of(reg);

	(void)as;
	if (write)
		return -UNW_EREADONLYREG;
	if (dw < 0)
		return -UNW_EBADREG;
	if (dw == LT_DW_RIP)
		*val = f->pc; /* it takes the first frame's address as it is: no "less one" */
	else if (dw == LT_DW_RSP)
		*val = f->c->sp;
	else if (slot[dw] >= 0 && (f->c->known >> slot[dw] & 1))
		*val = lt_cursor_saved(f->c)[slot[dw]];
	else if (f->c->gregs)
		return access_mem(as, f->c->gregs + lt_greg_offset(dw), val, 0, arg);
	else
		return -UNW_EBADREG;
	return 0;
}

static int no_fpreg(unw_addr_space_t as, unw_regnum_t reg, unw_fpreg_t *val, int write, void *arg)
{
	(void)as, (void)reg, (void)val, (void)write, (void)arg;
	return -UNW_EBADREG;
}

static int no_resume(unw_addr_space_t as, unw_cursor_t *c, void *arg)
{
	(void)as, (void)c, (void)arg;
	return -UNW_EINVAL;
}

static int no_name(
	unw_addr_space_t as, unw_word_t at, char *buf, size_t len, unw_word_t *off, void *arg)
{
	(void)as, (void)at, (void)buf, (void)len, (void)off, (void)arg;
	return -UNW_ENOINFO;
}

/* The step itself, with the lock held. */
static enum lt_step step_inside(struct frame *f)
{
	static const uint8_t slot_reg[LT_SLOT_RSP] = {UNW_X86_64_RBX, UNW_X86_64_RBP,
		UNW_X86_64_R12, UNW_X86_64_R13, UNW_X86_64_R14, UNW_X86_64_R15};
	struct lt_cursor *c = f->c, next = *c;
	unw_cursor_t cursor;
	unw_word_t ip, sp, v;

	if (lib.init(&cursor, lib.space, f) != 0)
		return LT_STEP_LOST;
	int ret = lib.step(&cursor);
	if (ret < 0 || lib.get(&cursor, UNW_X86_64_RIP, &ip) != 0)
		return LT_STEP_LOST;
	if (ip == 0)
		return LT_STEP_END;
	if (ret == 0 || lib.get(&cursor, UNW_X86_64_RSP, &sp) != 0 ||
		(!f->fde.signal && !lt_cursor_may_go(c, sp)))
		return LT_STEP_LOST;
	next.known = 0;
	for (unsigned i = 0; i < LT_SLOT_RSP; i++) {
		if (lib.get(&cursor, slot_reg[i], &v) != 0)
			continue;
		lt_cursor_saved(&next)[i] = v;
		next.known |= 1u << i;
	}
	next.ip = ip;
	next.sp = sp;
	next.gregs = 0;
	next.exact = f->fde.signal;
	*c = next;
	return LT_STEP_OK;
}

enum lt_step lt_libunwind_step(struct lt_cursor *c)
{
	struct frame f = {.c = c, .pc = c->ip - !c->exact};

	if (!atomic_load_explicit(&lib.usable, memory_order_acquire) ||
		!lt_entry_of(f.pc, &f.table, &f.fde))
		return LT_STEP_LOST;
	if ((c->known & ~LT_KNOWN_BP) == 0)
		return LT_STEP_BLIND;
	for (unsigned i = 0; atomic_exchange_explicit(&lib.inside, true, memory_order_acquire);
		i++) {
		if (i == SPIN) {
			atomic_fetch_add_explicit(
				&lt_unwind_stats.libunwind_busy, 1, memory_order_relaxed);
			return LT_STEP_LOST;
		}
		__builtin_ia32_pause();
	}
	enum lt_step s = step_inside(&f);
	atomic_store_explicit(&lib.inside, false, memory_order_release);
	atomic_fetch_add_explicit(&lt_unwind_stats.libunwind_steps, 1, memory_order_relaxed);
	return s;
}

static bool find_functions(void *h)
{
	lib.create = dlsym(h, "_Ux86_64_create_addr_space");
	lib.caching = dlsym(h, "_Ux86_64_set_caching_policy");
	lib.init = dlsym(h, "_Ux86_64_init_remote");
	lib.step = dlsym(h, "_Ux86_64_step");
	lib.get = dlsym(h, "_Ux86_64_get_reg");
	lib.search = dlsym(h, "_Ux86_64_dwarf_search_unwind_table");
	return lib.create && lib.caching && lib.init && lib.step && lib.get && lib.search;
}

/* Opens a walk that is not walked, for what the library does only once. No module is looked up: the
 * tracer may not be ready to hear of one. */
static bool warm_up(void)
{
	struct lt_cursor c = {.ip = (uintptr_t)warm_up,
		.sp = (uintptr_t)__builtin_frame_address(0),
		.known = LT_KNOWN_ALL};
	struct frame f = {.c = &c, .pc = c.ip};
	unw_cursor_t cursor;

	return lib.init(&cursor, lib.space, &f) == 0;
}

void lt_libunwind_init(void)
{
	static unw_accessors_t accessors = {find_proc_info, put_unwind_info, no_dyn_info,
		access_mem, access_reg, no_fpreg, no_resume, no_name};
	struct rlimit old, none;

	void *h = dlopen(LT_LIBUNWIND_SONAME, RTLD_NOW | RTLD_LOCAL);
	if (!h || !find_functions(h))
		return;
	if (lt_sys4(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &old) != 0)
		return;
	none = (struct rlimit){0, old.rlim_max};
	if (lt_sys4(SYS_prlimit64, 0, RLIMIT_NOFILE, &none, NULL) != 0)
		return;
	lib.space = lib.create(&accessors, 0);
	bool works = lib.space && lib.caching(lib.space, UNW_CACHE_NONE) == 0 && warm_up();
	lt_sys4(SYS_prlimit64, 0, RLIMIT_NOFILE, &old, NULL);
	atomic_store(&lib.usable, works);
}

bool lt_libunwind_present(void)
{
	return atomic_load(&lib.usable);
}

void lt_libunwind_child(void)
{
	if (atomic_load(&lib.inside))
		atomic_store(&lib.usable, false);
}
