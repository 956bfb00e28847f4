#include "lib/memo.h"

#include <stdatomic.h>
#include <string.h>

static void fence(void)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* Beside the depth: what ended the walk, copies, and one that is further out than any. */
static size_t frames_room(unsigned depth)
{
	return depth + 1 + LT_MEMO_PADS + 1;
}

size_t lt_memo_size(unsigned depth)
{
	return LT_MEMOS * frames_room(depth) * sizeof(struct lt_memo_frame) + LT_MEMO_POOL;
}

void lt_memo_arrange(struct lt_memo *m, unsigned depth, void *at)
{
	struct lt_memo_frame *f = at;
	for (int i = 0; i < LT_MEMOS; i++, f += frames_room(depth)) {
		m->last[i].end = f + depth + 1;
		m->last[i].end[LT_MEMO_PADS].sp = UINTPTR_MAX;
	}
	m->pool = (char *)f;
	m->used = sizeof(struct lt_memo_whole);
}

static void forget_whole(struct lt_memo *m)
{
	memset(m->slot, 0, sizeof(m->slot));
	fence();
	m->used = sizeof(struct lt_memo_whole);
}

void lt_memo_clear(struct lt_memo *m)
{
	for (int i = 0; i < LT_MEMOS; i++)
		m->last[i].n = m->last[i].site = m->last[i].foreseen = 0;
	forget_whole(m);
}

/* A stack without a frame of the last one. */
static void begin(const struct lt_memo_walk *w, const struct lt_memo_frame *outermost)
{
	struct lt_memo_frame *end = w->last->end;
	if (w->zero) { /* as if it led to a frame: the word that ended the walk is looked at too */
		end[-1] = (struct lt_memo_frame){.sp = w->zero + sizeof(uintptr_t)};
		outermost = &end[-1];
	}
	for (int i = 0; i < LT_MEMO_PADS; i++)
		end[i] = *outermost;
}

/* From the outermost of n frames on: what depends on those further out. */
static void follow_bp(struct lt_memo_frame *f, unsigned n, bool outermost)
{
	while (n--) {
		uint32_t step = f[n].step;
		bool matters = !outermost && f[n + 1].bp_matters;
		f[n].bp_matters = lt_step_by_bp(step) || (matters && !lt_step_bp_at(step));
		uint16_t further = outermost ? 0 : f[n + 1].bp_read;
		f[n].bp_read = matters && lt_step_bp_at(step) ? 1 : further + !!further;
		outermost = false;
	}
}

void lt_memo_keep(const struct lt_memo_walk *w, const struct lt_memo_frame *fresh, unsigned n)
{
	struct lt_memo_last *last = w->last;
	unsigned had = w->met;
	last->n = had;
	fence();
	if (!had && n) {
		begin(w, &fresh[n - 1]);
		had = w->zero != 0;
	}
	struct lt_memo_frame *to = last->end - had - n;
	uint32_t by_bp = had && (to[n].bp_matters || to[n].bp_read);
	for (unsigned i = 0; i < n; i++) {
		by_bp |= lt_step_by_bp(fresh[i].step);
		to[i] = fresh[i];
	}
	if (by_bp)
		follow_bp(to, n, !had);
	fence();
	last->n = had + n;
}

/* Room in the pool, or NULL: then everything there has been forgotten. */
static struct lt_memo_whole *take(struct lt_memo *m, size_t len)
{
	if (m->used + len <= LT_MEMO_POOL)
		return (struct lt_memo_whole *)(m->pool + m->used);
	forget_whole(m);
	return NULL;
}

/* The words that led through a stack. */
static void put_words(struct lt_memo_words w, uintptr_t high, const struct lt_memo_frame *f,
	const struct lt_memo_frame *end)
{
	unsigned n = 0;
	for (; f + 1 < end; f++) {
		uintptr_t sp = f[1].sp;
		w.value[n] = f[1].ip;
		w.at[n++] = (int32_t)(intptr_t)(sp - sizeof(uintptr_t) - high);
		if (f->bp_read != 1)
			continue;
		w.value[n] = f[1].bp;
		w.at[n++] = (int32_t)(intptr_t)(sp - 8 * lt_step_bp_at(f->step) - high);
	}
	for (; n % LT_MEMO_STEP && n; n++) {
		w.value[n] = w.value[n - 1];
		w.at[n] = w.at[n - 1];
	}
}

static unsigned count_words(const struct lt_memo_frame *f, const struct lt_memo_frame *end)
{
	unsigned n = 0;
	for (; f + 1 < end; f++)
		n += 1u + (f->bp_read == 1);
	return (n + LT_MEMO_STEP - 1u) & ~(LT_MEMO_STEP - 1u);
}

static void remember(const struct lt_memo_walk *w, uint32_t site)
{
	struct lt_memo *m = w->memo;
	if (m->seen[w->slot] != site) {
		m->seen[w->slot] = site;
		return;
	}
	const struct lt_memo_frame *end = w->last->end, *f = end - w->last->n;
	unsigned words = count_words(f, end);
	size_t len = sizeof(struct lt_memo_whole) + words * (sizeof(uintptr_t) + sizeof(int32_t));
	struct lt_memo_whole *s = len < LT_MEMO_POOL / 4 ? take(m, len) : NULL;
	if (!s)
		return;
	*s = (struct lt_memo_whole){.ip = f->ip,
		.sp = f->sp,
		.bp = f->bp,
		.site = site,
		.words = (uint16_t)words,
		.bp_matters = f->bp_matters,
		.cut = w->cut};
	uintptr_t *value = (uintptr_t *)(s + 1);
	put_words((struct lt_memo_words){value, (int32_t *)(value + words)}, m->high, f, end);
	fence();
	m->slot[w->slot] = (uint16_t)m->used;
	m->used += (uint32_t)len;
}

void lt_memo_remember(const struct lt_memo_walk *w, uint32_t site)
{
	remember(w, site);
	if (w->cut)
		w->last->n = 0;
}
