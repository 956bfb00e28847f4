#include "lib/nptl.h"

#include <stddef.h>
#include "lib/real.h"

enum {
	THREADS = 1 << 20, /* at most: a list that is damaged has no end */
	ENDING = 0x30      /* of cancelhandling: it is about to end, and has */
};

/* Offsets in a descriptor, and the heads of the lists. */
struct layout {
	uint32_t size, tid, list, start, cancel;
	uintptr_t used, user, cached;
	size_t tls; /* static storage and the descriptor */
};

/* What libthread_db wants to know of a field: its bits, how many, and where. */
static bool field(const char *name, uint32_t *at)
{
	const uint32_t *d = lt_real_data(name);
	if (d)
		*at = d[2];
	return d != NULL;
}

static bool find_layout(struct layout *l)
{
	uint32_t used, user;
	size_t align;
	const uint32_t *size = lt_real_data("_thread_db_sizeof_pthread");
	const void *loader = lt_real_data("_rtld_global");
	void (*tls)(size_t *, size_t *) =
		(void (*)(size_t *, size_t *))(uintptr_t)lt_real_data("_dl_get_tls_static_info");
	if (!size || !loader || !tls || !field("_thread_db_pthread_tid", &l->tid) ||
		!field("_thread_db_pthread_list", &l->list) ||
		!field("_thread_db_pthread_start_routine", &l->start) ||
		!field("_thread_db_pthread_cancelhandling", &l->cancel) ||
		!field("_thread_db_rtld_global__dl_stack_used", &used) ||
		!field("_thread_db_rtld_global__dl_stack_user", &user))
		return false;
	tls(&l->tls, &align);
	l->size = *size;
	l->used = (uintptr_t)loader + used;
	l->user = (uintptr_t)loader + user;
	l->cached = l->user + (user - used); /* the third list stands behind these */
	return l->size <= 1 << 16 && l->tls >= l->size;
}

static uintptr_t word(uintptr_t at)
{
	return *(const uintptr_t *)at;
}

/* Behind the function that the thread runs stand where its stack begins and how long it is. The
 * descriptor lies at its end. */
static void find_stack(const struct layout *l, uintptr_t at, struct lt_nptl_thread *t)
{
	enum { ABOVE = 1 << 20 };
	for (uintptr_t w = at + l->start; w + 2 * sizeof(w) <= at + l->size; w += sizeof(w)) {
		uintptr_t low = word(w), high = low + word(w + sizeof(w));
		if (low < at && high >= at + l->size && high - at < ABOVE) {
			t->low = low;
			t->high = high;
			return;
		}
	}
}

/* In front of its result, behind flags or in front of them, stands who joins it: itself where
 * nobody is to. */
static bool is_detached(uintptr_t at, uintptr_t result)
{
	const uintptr_t *before = (const uintptr_t *)result;
	return before[-1] == at || before[-2] == at;
}

static struct lt_nptl_thread look_at(const struct layout *l, uintptr_t at, bool cached)
{
	struct lt_nptl_thread t = {.tid = *(const int *)(at + l->tid),
		.tls = at + l->size - l->tls,
		.end = at + l->size,
		.self = at,
		.result = at + l->start - 2 * sizeof(uintptr_t)};
	uintptr_t vector = word(at + sizeof(uintptr_t)); /* two words into its block */
	unsigned how = *(const unsigned *)(at + l->cancel);
	t.vector = vector ? vector - 2 * sizeof(uintptr_t) : 0;
	find_stack(l, at, &t);
	t.detached = is_detached(at, t.result);
	t.state = t.tid > 0                  ? LT_NPTL_LIVES
		  : cached                   ? LT_NPTL_CACHED
		  : !t.low || (how & ENDING) ? LT_NPTL_ENDED
					     : LT_NPTL_LIVES;
	if (t.low && t.tls < t.low)
		t.tls = t.low;
	return t;
}

bool lt_nptl_each(bool (*readable)(uintptr_t start, uintptr_t end),
	void (*fn)(void *arg, const struct lt_nptl_thread *thread), void *arg)
{
	struct layout l;
	if (!find_layout(&l))
		return false;
	uintptr_t head[] = {l.used, l.user, l.cached};
	unsigned n = 0;
	for (unsigned i = 0; i < sizeof(head) / sizeof(head[0]); i++) {
		uintptr_t link = word(head[i]);
		for (; link && link != head[i] && n < THREADS; n++, link = word(link)) {
			uintptr_t at = link - l.list;
			if (!readable(at, at + l.size))
				break;
			struct lt_nptl_thread t = look_at(&l, at, head[i] == l.cached);
			fn(arg, &t);
		}
	}
	return true;
}

/* The loader's list of what has thread-local storage: pieces, each with its length, the next, and
 * an array. */
struct modules {
	uintptr_t first;
	uint32_t len, next, array; /* offsets in a piece */
	uint32_t size, map, gen;   /* of an element, and offsets in it */
};

static bool find_modules(struct modules *m)
{
	const void *loader = lt_real_data("_rtld_global");
	const uint32_t *size = lt_real_data("_thread_db_sizeof_dtv_slotinfo");
	uint32_t first;
	if (!loader || !size ||
		!field("_thread_db_rtld_global__dl_tls_dtv_slotinfo_list", &first) ||
		!field("_thread_db_dtv_slotinfo_list_len", &m->len) ||
		!field("_thread_db_dtv_slotinfo_list_next", &m->next) ||
		!field("_thread_db_dtv_slotinfo_list_slotinfo", &m->array) ||
		!field("_thread_db_dtv_slotinfo_map", &m->map) ||
		!field("_thread_db_dtv_slotinfo_gen", &m->gen))
		return false;
	m->first = word((uintptr_t)loader + first);
	m->size = *size;
	return true;
}

/* A vector has at -1 how many elements follow, at 0 its generation, and then, by the number of the
 * module, where its storage is. What is newer than the vector took the place of what was closed. */
void lt_nptl_each_closed(uintptr_t vector, bool (*readable)(uintptr_t start, uintptr_t end),
	void (*fn)(void *arg, uintptr_t storage), void *arg)
{
	enum { ELEMENT = 2 * sizeof(uintptr_t), MODULES = 1 << 20 };
	struct modules m;
	uintptr_t at = vector + ELEMENT, n = 0;
	if (!vector || !find_modules(&m) || !readable(vector, at + ELEMENT) ||
		word(vector) > MODULES || !readable(at, at + (word(vector) + 1) * ELEMENT))
		return;
	for (uintptr_t piece = m.first; piece && n < MODULES; piece = word(piece + m.next)) {
		if (!readable(piece, piece + m.array))
			return;
		uintptr_t len = word(piece + m.len), x = piece + m.array;
		if (!len || len > MODULES || !readable(x, x + len * m.size))
			return;
		for (uintptr_t i = 0; i < len; i++, n++, x += m.size) {
			bool closed = !word(x + m.map) || word(x + m.gen) > word(at);
			if (n == 0 || n > word(vector) || !closed)
				continue;
			uintptr_t storage = word(at + n * ELEMENT);
			if (storage && storage != UINTPTR_MAX)
				fn(arg, storage);
		}
	}
}
