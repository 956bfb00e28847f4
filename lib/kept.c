#include "lib/kept.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include "lib/lifecycle.h"
#include "lib/queued.h"
#include "lib/read_by.h"
#include "lib/say.h"
#include "lib/sys.h"

enum { FDS = 65536, ENTRIES = 65536, FEW = 512, WINDOW = 64, KIND_SHIFT = 32 };

/* A bit for each descriptor; of an instance whose number is too great nothing is known. */
static _Atomic uint64_t epolls[FDS / 64];
static _Atomic uint32_t epoll_end; /* no bit is set from here on */

/* Those of one process: a child has none of it. */
static struct {
	_Atomic uint64_t key; /* 0: free */
	_Atomic uint64_t value;
} entry[ENTRIES];
static _Atomic uint32_t used; /* no entry is set from here on */
static _Atomic int owner;     /* process */

static void raise_to(_Atomic uint32_t *end, uint32_t to)
{
	uint32_t now = atomic_load(end);
	while (now < to && !atomic_compare_exchange_weak(end, &now, to))
		;
}

void lt_kept_epoll(int fd)
{
	if (fd < 0 || fd >= FDS)
		return;
	uint64_t bit = 1ull << fd % 64;
	if (atomic_load_explicit(&epolls[fd / 64], memory_order_relaxed) & bit)
		return;
	raise_to(&epoll_end, (uint32_t)fd + 1);
	atomic_fetch_or(&epolls[fd / 64], bit);
}

static void forget_parents(void)
{
	int was = atomic_load(&owner);
	if (was == lt_pid || !atomic_compare_exchange_strong(&owner, &was, lt_pid))
		return;
	for (uint32_t i = 0; was && i < used; i++) {
		entry[i].value = 0;
		entry[i].key = 0;
	}
}

/* Where an entry may be: from here on, WINDOW of them. The first place is within little memory; at
 * the second, which is for many, those of one kind that follow each other must not fill what
 * another kind's would take. */
static uint32_t place(uint64_t key, unsigned which)
{
	uint32_t spread = (uint32_t)(key * 0x9e3779b97f4a7c15ull >> KIND_SHIFT);
	return which == 0 ? (uint32_t)key % (FEW - WINDOW)
			  : FEW + spread % (ENTRIES - FEW - WINDOW);
}

/* False: it has no entry there. */
static bool replace(uint64_t key, uint64_t value, uint32_t at)
{
	for (uint32_t i = at; i < at + WINDOW; i++) {
		if (atomic_load(&entry[i].key) != key)
			continue;
		atomic_store(&entry[i].value, value);
		if (!value)
			atomic_compare_exchange_strong(&entry[i].key, &key, 0);
		return true;
	}
	return false;
}

static bool add(uint64_t key, uint64_t value, uint32_t at)
{
	for (uint32_t i = at; i < at + WINDOW; i++) {
		uint64_t none = 0;
		if (!atomic_compare_exchange_strong(&entry[i].key, &none, key))
			continue;
		atomic_store(&entry[i].value, value);
		raise_to(&used, i + 1);
		return true;
	}
	return false;
}

void lt_kept_set(enum lt_kept_kind kind, uint32_t number, uint64_t value)
{
	uint64_t key = (uint64_t)kind << KIND_SHIFT | number;
	forget_parents();
	if (replace(key, value, place(key, 0)) || replace(key, value, place(key, 1)))
		return;
	if (value && !add(key, value, place(key, 0)))
		add(key, value, place(key, 1));
}

/* "tfd:  5 events: 19 data:  7f... ", one line for each descriptor in the instance. */
static bool parse_line(const char *p, const char *end, struct lt_scan_word *w)
{
	uint64_t fd, events, data;
	p = lt_read_number(lt_read_behind(p, end, "tfd:"), end, 10, &fd);
	p = lt_read_number(lt_read_behind(p, end, " events:"), end, 16, &events);
	if (!lt_read_number(lt_read_behind(p, end, " data:"), end, 16, &data))
		return false;
	*w = (struct lt_scan_word){
		.value = data, .kind = LT_SCAN_KERNEL, .id = LT_KEPT_EPOLL, .number = (uint32_t)fd};
	return true;
}

uint32_t lt_kept_parse(
	const char *text, uint32_t len, struct lt_scan_word *out, uint32_t *n, uint32_t room)
{
	const char *p = text, *end = text + len, *eol;
	for (; p < end && (eol = memchr(p, '\n', (size_t)(end - p))); p = eol + 1)
		if (*n < room && parse_line(p, eol, &out[*n]))
			++*n;
	return (uint32_t)(p - text);
}

struct into {
	struct lt_scan_word *out;
	uint32_t n, room;
};

static uint32_t take(void *ctx, const char *text, uint32_t len)
{
	struct into *to = ctx;
	return lt_kept_parse(text, len, to->out, &to->n, to->room);
}

static uint32_t read_epoll(
	int fd, struct lt_scan_word *out, uint32_t n, uint32_t room, char *text, uint32_t len)
{
	struct into to = {.out = out, .n = n, .room = room};
	char path[64];
	lt_format(path, sizeof(path), "/proc/thread-self/fdinfo/%u", (unsigned)fd);
	lt_read_by(path, text, len, take, &to);
	return to.n;
}

/* The calling thread can be asked; of another it is known whether it is there. */
static bool is_there(uint32_t tid)
{
	return lt_sys3(SYS_tgkill, lt_pid, tid, 0) == 0;
}

static uint32_t read_own_stack(struct lt_scan_word *out, uint32_t n, uint32_t room)
{
	stack_t s = {0};
	if (lt_sys2(SYS_sigaltstack, NULL, &s) < 0 || (s.ss_flags & SS_DISABLE) || n >= room)
		return n;
	out[n] = (struct lt_scan_word){
		.value = (uintptr_t)s.ss_sp, .kind = LT_SCAN_KERNEL, .id = LT_KEPT_STACK};
	return n + 1;
}

uint32_t lt_kept_read(struct lt_scan_word *out, uint32_t room, char *text, uint32_t len)
{
	uint32_t n = read_own_stack(out, 0, room);
	for (uint32_t i = 0; owner == lt_pid && i < used && n < room; i++) {
		uint64_t key = entry[i].key, value = entry[i].value, kind = key >> KIND_SHIFT;
		if (!value || (kind == LT_KEPT_STACK && !is_there((uint32_t)key)))
			continue;
		out[n++] = (struct lt_scan_word){.value = value,
			.kind = LT_SCAN_KERNEL,
			.id = (uint32_t)kind,
			.number = (uint32_t)key};
	}
	for (uint32_t fd = 0; fd < epoll_end; fd++)
		if (epolls[fd / 64] >> fd % 64 & 1)
			n = read_epoll((int)fd, out, n, room, text, len);
	return lt_queued_read(out, n, room, text, len);
}
