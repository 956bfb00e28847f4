/* Regions are recorded while recording is paused, too: they nest as they did, whatever is counted
 * in them. */
#include "lib/regions.h"

#include <string.h>
#include "format/file.h"
#include "format/varint.h"
#include "lib/names.h"
#include "lib/record.h"

static void push(struct lt_regions *r, uint32_t number)
{
	uint32_t depth = r->depth;
	if (depth < LT_REGIONS_DEEP)
		r->name[depth] = (uint16_t)number;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	r->depth = depth + 1;
}

/* The innermost of this name, with those within it; 0: the innermost. False: there is none, or it
 * is not the innermost. */
static bool pop(struct lt_regions *r, uint32_t number)
{
	uint32_t i = r->depth;
	if (i > 0 && (number == 0 || i > LT_REGIONS_DEEP || r->name[i - 1] == number)) {
		r->depth = i - 1;
		return true;
	}
	while (i > 0 && r->name[i - 1] != number)
		i--;
	if (i > 0)
		r->depth = i - 1;
	return false;
}

/* The calling thread, ready to record; NULL: it does not, but may still be in regions. */
static inline struct lt_thread *teller(void)
{
	struct lt_thread *t = lt_self;
	return lt_records(t) ? t : lt_teller();
}

/* Where nothing will ever be recorded, names need not be kept. */
static inline bool is_over(void)
{
	return lt_mode != LT_MODE_ON && lt_mode != LT_MODE_PAUSED;
}

/* What is kept for a fork changes before the event is recorded: a child that a signal handler forks
 * between the two begins right, and records nothing of it. */
static inline void put(struct lt_thread *t, enum ltf_res kind, uint32_t number, uint32_t site)
{
	uint64_t *w = lt_ring_reserve(t, 3);
	if (!w)
		return;
	w[1] = LTF_CONT(site);
	w[2] = LTF_CONT(number);
	lt_commit(w, LTF_LEAD(LTF_W_RES) | (uint64_t)kind << 52 | UINT64_C(2) << 48);
}

static inline void stamp(struct lt_thread *t)
{
	if (lt_mode == LT_MODE_ON)
		lt_stamp(t);
}

uint32_t lt_region_begin(const char *name, const struct lt_regs *regs)
{
	struct lt_thread *t = teller();
	if (is_over())
		return 0;
	uint32_t number = lt_name(t, name);
	if (lt_self)
		push(&lt_self->regions, number);
	if (!t)
		return number;
	stamp(t);
	put(t, LTF_RES_REGION_BEGIN, number, lt_site_take(t, regs, LT_MEMO_ALLOC));
	return number;
}

/* An end that ends what it should needs no stack. */
static inline void end(struct lt_thread *t, uint32_t number, const struct lt_regs *regs)
{
	bool plain = lt_self && pop(&lt_self->regions, number);
	if (!t)
		return;
	stamp(t);
	put(t, LTF_RES_REGION_END, number,
		plain ? LTF_SITE_NONE : lt_site_take(t, regs, LT_MEMO_ALLOC));
}

void lt_region_end(const char *name, const struct lt_regs *regs)
{
	struct lt_thread *t = teller();
	if (!is_over())
		end(t, name && *name ? lt_name(t, name) : 0, regs);
}

void lt_region_leave(uint32_t number, const struct lt_regs *regs)
{
	struct lt_thread *t = teller();
	if (!is_over() && number && (!t || lt_name_tell(t, number)))
		end(t, number, regs);
}

void lt_region_mark(const char *name, const struct lt_regs *regs)
{
	struct lt_thread *t = teller();
	if (!t)
		return;
	uint64_t args[] = {lt_name(t, name)};
	lt_trace_told(t, LTF_RES_MARK, args, 1, regs);
}

static void tell_called(struct lt_thread *t)
{
	uint8_t blob[LTF_VARINT_MAX + LT_CALLED_BYTES];
	size_t at = (size_t)(ltf_put(blob, t->id) - blob), n = strlen(t->regions.called);
	memcpy(blob + at, t->regions.called, n);
	lt_ring_blob(t, LTF_BLOB_CALLED, blob, at + n);
}

void lt_region_called(const char *name)
{
	struct lt_thread *t = teller();
	if (is_over() || !lt_self)
		return;
	struct lt_regions *r = &lt_self->regions;
	uint32_t n = name ? lt_name_length(name, LT_CALLED_BYTES) : 0;
	memcpy(r->called, name ? name : "", n);
	r->called[n] = 0;
	if (t)
		tell_called(t);
}

void lt_regions_inherit(struct lt_thread *t, const struct lt_regions *parent)
{
	for (uint32_t i = 0; i < parent->depth && i < LT_REGIONS_DEEP; i++) {
		uint64_t args[] = {parent->name[i], 1};
		push(&t->regions, parent->name[i]);
		lt_name_tell(t, parent->name[i]);
		lt_trace_told(t, LTF_RES_REGION_BEGIN, args, 2, NULL);
	}
	if (!parent->called[0])
		return;
	memcpy(t->regions.called, parent->called, sizeof(t->regions.called));
	tell_called(t);
}
