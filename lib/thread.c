#include "lib/thread.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include "format/file.h"
#include "format/varint.h"
#include "lib/config.h"
#include "lib/dump.h"
#include "lib/lifecycle.h"
#include "lib/onstack.h"
#include "lib/ring.h"
#include "lib/sys.h"
#include "lib/tracer.h"

enum { THREADS_MAX = 32768, LOOK_AT = 4, TAKING_BACK = -1 };

__thread struct lt_thread *lt_self __attribute__((tls_model("initial-exec")));

LT_TOGETHER static struct {
	struct lt_thread **slot; /* room for THREADS_MAX */
	_Atomic uint32_t count, turn, last_id;
} LT_LINE threads;

/* The arrays behind a state: what a walk finds, for each frame of the depth, and the memo's. */
static size_t state_size(void)
{
	size_t per_frame = sizeof(struct lt_memo_frame) + LT_LEVELS * sizeof(struct lt_frame);
	unsigned depth = (unsigned)lt_config.depth;
	size_t len = offsetof(struct lt_thread, room) + depth * per_frame + lt_memo_size(depth);
	return lt_sys_pages(len);
}

static void arrange(struct lt_thread *t)
{
	unsigned depth = (unsigned)lt_config.depth;
	t->fresh = (struct lt_memo_frame *)t->room;
	struct lt_frame *room = (struct lt_frame *)(t->fresh + depth);
	for (int i = 0; i < LT_LEVELS; i++, room += depth)
		t->frames[i] = room;
	lt_memo_arrange(&t->memo, depth, room);
}

/* The parent's states stay mapped, wiped: a hook that a signal handler interrupted to fork may
 * still hold one. */
void lt_thread_reset(void)
{
	threads.count = 0;
	threads.turn = 0;
	threads.last_id = 0;
	lt_self = NULL;
}

static struct lt_thread *slot_at(uint32_t i)
{
	return __atomic_load_n(&threads.slot[i], __ATOMIC_ACQUIRE);
}

static void record_end(struct lt_thread *me, uint32_t id)
{
	uint8_t blob[LTF_VARINT_MAX];
	lt_ring_blob(me, LTF_BLOB_THREAD_END, blob, (size_t)(ltf_put(blob, id) - blob));
}

static void record_name(struct lt_thread *t)
{
	uint8_t blob[2 * LTF_VARINT_MAX + sizeof(t->name)], *p = blob;
	size_t n = strnlen(t->name, sizeof(t->name));
	p = ltf_put(p, t->id);
	p = ltf_put(p, (uint64_t)t->tid);
	memcpy(p, t->name, n);
	lt_ring_blob(t, LTF_BLOB_THREAD, blob, (size_t)(p - blob) + n);
}

void lt_thread_refresh_name(struct lt_thread *t)
{
	char name[16] = "";
	if (lt_sealed || lt_sys2(SYS_prctl, PR_GET_NAME, name) != 0)
		return;
	if (memcmp(name, t->name, sizeof(name)) == 0)
		return;
	memcpy(t->name, name, sizeof(name));
	record_name(t);
}

/* A state whose thread is no more. Only the kernel knows: the thread may have recorded events until
 * its very last instruction. Its number may be ours by now. tkill, not tgkill: a thread made by a
 * bare clone may be in a process of its own. */
static bool has_ended(int tid, int mine)
{
	return tid == mine || lt_sys2(SYS_tkill, tid, 0) == -ESRCH;
}

/* Looks at a few states, in turn; takes the first that is free or whose thread has ended. */
static struct lt_thread *reuse(int mine, uint32_t *ended)
{
	uint32_t n = threads.count < THREADS_MAX ? threads.count : THREADS_MAX;
	for (unsigned k = 0; k < LOOK_AT && k < n; k++) {
		struct lt_thread *t = slot_at(atomic_fetch_add(&threads.turn, 1) % n);
		int tid = t ? atomic_load(&t->tid) : TAKING_BACK;
		if (tid == TAKING_BACK || (tid && !has_ended(tid, mine)))
			continue;
		if (!atomic_compare_exchange_strong(&t->tid, &tid, TAKING_BACK))
			continue;
		*ended = tid ? t->id : 0;
		if (tid)
			lt_ring_leave(t);
		return t;
	}
	return NULL;
}

static struct lt_thread *make(void)
{
	uint32_t i = atomic_fetch_add(&threads.count, 1);
	if (i >= THREADS_MAX) {
		atomic_store(&threads.count, THREADS_MAX);
		return NULL;
	}
	struct lt_thread *t = lt_sys_map(state_size(), false);
	if (t && lt_sys3(SYS_madvise, t, LT_WIPED, MADV_WIPEONFORK) != 0) {
		lt_sys_unmap(t, state_size());
		t = NULL;
	}
	if (t)
		atomic_store(&t->tid, TAKING_BACK);
	__atomic_store_n(&threads.slot[i], t, __ATOMIC_RELEASE);
	return t;
}

/* States that were ever taken. */
static uint32_t states(void)
{
	uint32_t n = atomic_load(&threads.count);
	if (!__atomic_load_n(&threads.slot, __ATOMIC_ACQUIRE))
		return 0;
	return n < THREADS_MAX ? n : THREADS_MAX;
}

static uint64_t read_count(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

struct lt_counts lt_thread_sum(void)
{
	struct lt_counts sum = {0};
	for (uint32_t i = 0, n = states(); i < n; i++) {
		const struct lt_thread *t = slot_at(i);
		if (!t)
			continue;
		sum.allocations += read_count(&t->counts.allocations);
		sum.frees += read_count(&t->counts.frees);
		sum.bytes += read_count(&t->counts.bytes);
	}
	return sum;
}

void lt_thread_sweep(void)
{
	struct lt_thread *me = lt_self;
	uint32_t n = states();
	for (uint32_t i = 0; me && me->ready && i < n; i++) {
		struct lt_thread *t = slot_at(i);
		int tid = t && t != me ? atomic_load(&t->tid) : 0;
		if (tid > 0 && has_ended(tid, 0))
			record_end(me, t->id);
	}
}

static bool have_slots(void)
{
	struct lt_thread **none = NULL, **mine;
	if (__atomic_load_n(&threads.slot, __ATOMIC_ACQUIRE))
		return true;
	mine = lt_sys_map(THREADS_MAX * sizeof(*mine), true);
	if (mine && !__atomic_compare_exchange_n(
			    &threads.slot, &none, mine, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		lt_sys_unmap(mine, THREADS_MAX * sizeof(*mine));
	return mine || none;
}

static long enter(void *arg)
{
	struct lt_thread **out = arg;
	uint32_t ended = 0;
	int mine = (int)lt_sys1(SYS_gettid, 0);
	if (lt_self && lt_self->ready == LT_READY) { /* a signal handler has been here before us */
		*out = lt_self;
		return 0;
	}
	struct lt_thread *t = have_slots() ? reuse(mine, &ended) : NULL;
	if (!t && threads.slot)
		t = make();
	if (!t)
		return 0;
	memset(&t->cur, 0, offsetof(struct lt_thread, tid) - offsetof(struct lt_thread, cur));
	t->before = t->counts;
	arrange(t);
	t->block = LT_BLOCK_NONE;
	t->id = atomic_fetch_add(&threads.last_id, 1) + 1;
	memset(t->name, 0, sizeof(t->name));
	atomic_store(&t->tid, mine);
	t->ready = LT_READY;
	lt_self = t;
	if (t->id > 1)
		lt_become_threaded();
	if (ended)
		record_end(t, ended);
	lt_sys2(SYS_prctl, PR_GET_NAME, t->name);
	record_name(t);
	*out = t;
	return 0;
}

struct child {
	struct lt_thread *t;
	bool records;
};

static long start_child(void *arg)
{
	struct child *c = arg;
	const struct lt_thread *parent = lt_self;
	c->records = lt_child_start();
	if (!c->records)
		return 0;
	enter(&c->t);
	if (!c->t)
		return 0;
	lt_child_describe();
	if (parent)
		lt_regions_inherit(c->t, &parent->regions);
	return 0;
}

struct lt_thread *lt_thread_enter(void)
{
	struct child c = {NULL, true};
	if (*lt_alive == 0) {
		lt_slowly_child();
		lt_slowly(start_child, &c);
	} else {
		lt_slowly(enter, &c.t);
	}
	if (!c.t && c.records)
		lt_lost(LTF_LOST_EVENTS, 1);
	return c.t;
}
