#include "lib/memo.h"

#include <stdatomic.h>
#include <string.h>

static void fence(void)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static size_t words_room(unsigned depth)
{
	return LT_MEMO_STEP + 2 * (size_t)depth;
}

size_t lt_memo_size(unsigned depth)
{
	size_t word = sizeof(uintptr_t) + sizeof(int32_t);
	size_t last = depth * sizeof(struct lt_memo_frame) + words_room(depth) * word;
	return LT_MEMOS * last + LT_MEMO_POOL;
}

void lt_memo_arrange(struct lt_memo *m, unsigned depth, void *at)
{
	char *p = at;
	for (int i = 0; i < LT_MEMOS; i++) {
		struct lt_memo_last *last = &m->last[i];
		last->frame = (struct lt_memo_frame *)p;
		last->words.value = (uintptr_t *)(last->frame + depth);
		last->words.at = (int32_t *)(last->words.value + words_room(depth));
		p = (char *)(last->words.at + words_room(depth));
	}
	m->pool = p;
	m->used = sizeof(struct lt_memo_whole);
}

void lt_memo_clear(struct lt_memo *m)
{
	for (int i = 0; i < LT_MEMOS; i++)
		m->last[i].n = m->last[i].site = m->last[i].foreseen = 0;
	memset(m->slot, 0, sizeof(m->slot));
	fence();
	m->used = sizeof(struct lt_memo_whole);
}

/* The next word towards the innermost frame. */
static void put_word(
	struct lt_memo_words w, uintptr_t high, unsigned at, uintptr_t word, uintptr_t v)
{
	int32_t off = (int32_t)(intptr_t)(word - high);
	w.value[at] = v;
	w.at[at] = off;
	for (unsigned i = 0; at == LT_MEMO_STEP && i < LT_MEMO_STEP; i++) {
		w.value[i] = v;
		w.at[i] = off;
	}
}

/* The words that lead from a frame to its caller; the outermost has none. Returns where the next
 * ones go. */
static unsigned put_words(const struct lt_memo_walk *w, unsigned at, const struct lt_memo_frame *f,
	const struct lt_memo_frame *caller)
{
	struct lt_memo_words words = w->last->words;
	uintptr_t high = w->memo->high;
	if (caller && f->bp_at && caller->bp_matters)
		put_word(words, high, at++, caller->sp - 8 * f->bp_at, caller->bp);
	if (caller)
		put_word(words, high, at++, caller->sp - 8, caller->ip);
	else if (w->zero)
		put_word(words, high, at++, w->zero, 0);
	return at;
}

void lt_memo_keep(const struct lt_memo_walk *w, const struct lt_memo_frame *fresh, unsigned n)
{
	struct lt_memo_last *last = w->last;
	const struct lt_memo_frame *caller = w->met ? &last->frame[w->met - 1] : NULL;
	struct lt_memo_frame *f = &last->frame[w->met];
	unsigned at = LT_MEMO_STEP + (caller ? caller->words : 0);
	last->n = w->met;
	fence();
	for (unsigned i = n; i--; caller = f++) {
		f->ip = fresh[i].ip;
		f->sp = fresh[i].sp;
		f->bp = fresh[i].bp;
		f->id = fresh[i].id;
		f->bp_at = fresh[i].bp_at;
		f->uses_bp = fresh[i].uses_bp;
		at = put_words(w, at, f, caller);
		f->words = (uint16_t)(at - LT_MEMO_STEP);
		f->bp_matters = f->uses_bp || (caller && caller->bp_matters && !f->bp_at);
	}
	fence();
	last->n = w->met + n;
}

/* Room in the pool, or NULL: then everything there has been forgotten. */
static struct lt_memo_whole *take(struct lt_memo *m, size_t len)
{
	if (m->used + len <= LT_MEMO_POOL)
		return (struct lt_memo_whole *)(m->pool + m->used);
	memset(m->slot, 0, sizeof(m->slot));
	fence();
	m->used = sizeof(struct lt_memo_whole);
	return NULL;
}

void lt_memo_remember(const struct lt_memo_walk *w, uint32_t site)
{
	struct lt_memo *m = w->memo;
	if (m->seen[w->slot] != site) {
		m->seen[w->slot] = site;
		return;
	}
	const struct lt_memo_frame *f = &w->last->frame[w->last->n - 1];
	unsigned words = (f->words + LT_MEMO_STEP - 1u) & ~(LT_MEMO_STEP - 1u);
	unsigned from = LT_MEMO_STEP + f->words - words;
	size_t len = sizeof(struct lt_memo_whole) + words * (sizeof(uintptr_t) + sizeof(int32_t));
	struct lt_memo_whole *s = len < LT_MEMO_POOL / 4 ? take(m, len) : NULL;
	if (!s)
		return;
	*s = (struct lt_memo_whole){.ip = f->ip,
		.sp = f->sp,
		.bp = f->bp,
		.site = site,
		.words = (uint16_t)words,
		.bp_matters = f->bp_matters};
	uintptr_t *value = (uintptr_t *)(s + 1);
	memcpy(value, w->last->words.value + from, words * sizeof(uintptr_t));
	memcpy(value + words, w->last->words.at + from, words * sizeof(int32_t));
	fence();
	m->slot[w->slot] = (uint16_t)m->used;
	m->used += (uint32_t)len;
}
