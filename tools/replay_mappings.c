/* Events of mappings and shared memory. */
#include "tools/replay_parts.h"

enum { PAGE = 4096, SHARED = 1, FIXED = 0x10 /* of mmap */, MOVE_FIXED = 2, DONTUNMAP = 4 };

static uint64_t pages(uint64_t length)
{
	return length > UINT64_MAX - PAGE ? length : (length + PAGE - 1) & ~(uint64_t)(PAGE - 1);
}

static unsigned kind_by(uint64_t flags)
{
	return flags & LTF_MAPPED_BY_ALLOCATOR ? LR_RES_ALLOCATORS : LR_RES_MAPPING;
}

static void map(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	uint64_t start = ev->args[0], flags = ev->args[2] & UINT32_MAX;
	uint64_t length = ltf_mapped_length(ev->args[1], flags);
	lr_pieces_make_room(r, start, length, flags & FIXED, ev);
	struct lr_open_entry *e =
		lr_pieces_create(r, kind_by(ev->args[2]), start, length, thread, ev);
	if (!e)
		return;
	e->res.mapping.prot = (ev->args[2] & ~LTF_MAPPED_BY_ALLOCATOR) >> 32;
	e->res.mapping.flags = flags;
}

static void unmap(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	uint64_t start = ev->args[0], end = lr_piece_behind(start, pages(ev->args[1]));
	if (!lr_pieces_take(
		    r, start, end, LR_GONE_RELEASED, ev->site, lr_pieces_taken(r, thread, start)))
		lr_open_unknown(r, LR_RES_MAPPING);
}

/* Nothing was unmapped. */
static void failed(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	if (thread < r->mappings.taken_used && r->mappings.taken[thread].at == ev->args[0])
		lr_pieces_put_back(r, &r->mappings.taken[thread]);
}

static void begin_move(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	uint64_t start = ev->args[0];
	struct lr_mapping_taken *t = lr_pieces_taken(r, thread, start);
	lr_pieces_take(
		r, start, lr_piece_behind(start, pages(ev->args[1])), LR_GONE_ON, LTF_SITE_NONE, t);
	t->announced = true;
}

static void place_one(struct lr_replay *r, const struct lr_open_entry *e, uint64_t start,
	uint64_t length, bool stays)
{
	if (stays)
		r->mappings.pieces[e->res.mapping.piece_of - 1]++;
	if (stays)
		lr_pieces_put_down(r, e, e->res.handle, e->res.length);
	if (length)
		lr_pieces_put_down(r, e, start, length);
	else
		lr_pieces_let_go(r, e);
}

/* What lay in the old place lies at the new one; what comes or goes does so at its end. */
static void place(struct lr_replay *r, struct lr_mapping_taken *t, const struct ltf_event *ev)
{
	uint64_t length = pages(ev->args[3]);
	bool grows = length > pages(ev->args[1]);
	for (size_t i = 0; i < t->used; i++) {
		const struct lr_open_entry *e = &t->list[i];
		uint64_t off = e->res.handle - ev->args[0], left = off < length ? length - off : 0;
		if (left > e->res.length && !(grows && i + 1 == t->used))
			left = e->res.length;
		place_one(r, e, ev->args[2] + off, left, ev->args[4] & DONTUNMAP);
	}
	lr_pieces_forget(r, t);
}

/* An old length of 0 maps shared memory a second time. */
static void map_again(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	uint64_t start = ev->args[2], length = pages(ev->args[3]);
	const struct lr_open_entry *from = lr_pieces_first(r, ev->args[0], ev->args[0] + 1);
	uint64_t prot = from ? from->res.mapping.prot : 0;
	lr_pieces_make_room(r, start, length, ev->args[4] & MOVE_FIXED, ev);
	struct lr_open_entry *e =
		lr_pieces_create(r, kind_by(ev->args[4]), start, length, thread, ev);
	if (!e)
		return;
	e->res.mapping.prot = prot;
	e->res.mapping.flags = SHARED;
}

/* What is in the way. Where several are moved together, with gaps, the gaps replace nothing. */
static void replace(
	struct lr_replay *r, const struct lr_mapping_taken *t, const struct ltf_event *ev)
{
	uint64_t length = pages(ev->args[3]);
	if (length != pages(ev->args[1]))
		lr_pieces_make_room(r, ev->args[2], length, ev->args[4] & MOVE_FIXED, ev);
	for (size_t i = 0; i < t->used; i++) {
		const struct lr_open_resource *o = &t->list[i].res;
		if (length == pages(ev->args[1]))
			lr_pieces_make_room(r, ev->args[2] + (o->handle - ev->args[0]), o->length,
				ev->args[4] & MOVE_FIXED, ev);
	}
}

static void move(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	uint64_t old = ev->args[0];
	struct lr_mappings *m = &r->mappings;
	if (ev->args[1] == 0) {
		map_again(r, thread, ev);
		return;
	}
	bool announced =
		thread < m->taken_used && m->taken[thread].announced && m->taken[thread].at == old;
	struct lr_mapping_taken *t =
		announced ? &m->taken[thread] : lr_pieces_taken(r, thread, old);
	if (!announced)
		lr_pieces_take(r, old, lr_piece_behind(old, pages(ev->args[1])), LR_GONE_ON,
			LTF_SITE_NONE, t);
	t->announced = false;
	replace(r, t, ev);
	place(r, t, ev);
}

static void attach(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	uint64_t length = pages(ev->args[1]);
	lr_pieces_make_room(r, ev->args[0], length, false, ev);
	struct lr_open_entry *e =
		lr_pieces_create(r, LR_RES_MAPPING, ev->args[0], length, thread, ev);
	if (!e)
		return;
	e->res.mapping.flags = SHARED;
	e->res.mapping.segment = ev->args[2] + 1;
}

static void detach(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	const struct lr_open_entry *e = lr_pieces_first(r, ev->args[0], ev->args[0] + 1);
	struct lr_mapping_taken *t = lr_pieces_taken(r, thread, ev->args[0]);
	if (e && e->res.handle == ev->args[0] && e->res.mapping.segment)
		lr_pieces_take(r, ev->args[0], lr_piece_end(e), LR_GONE_RELEASED, ev->site, t);
	else
		lr_open_unknown(r, LR_RES_MAPPING);
}

static void move_break(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	uint64_t before = ev->args[0], after = ev->args[1];
	if (after < before) {
		lr_pieces_take(r, after, before, LR_GONE_RELEASED, ev->site, NULL);
	} else if (after > before) {
		lr_pieces_make_room(r, before, after - before, false, ev);
		lr_pieces_create(r, LR_RES_BREAK, before, after - before, thread, ev);
	}
}

void lr_replay_mapping(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	switch (ev->id) {
	case LTF_RES_MMAP:
	case LTF_RES_MAP:
		map(r, thread, ev);
		break;
	case LTF_RES_MUNMAP:
	case LTF_RES_UNMAP:
		unmap(r, thread, ev);
		break;
	case LTF_RES_MREMAP_BEGIN:
		begin_move(r, thread, ev);
		break;
	case LTF_RES_MREMAP:
	case LTF_RES_REMAP:
		move(r, thread, ev);
		break;
	case LTF_RES_UNMAP_FAILED:
		failed(r, thread, ev);
		break;
	case LTF_RES_SHM_ATTACH:
		attach(r, thread, ev);
		break;
	case LTF_RES_SHM_DETACH:
		detach(r, thread, ev);
		break;
	default:
		move_break(r, thread, ev);
	}
}
