/* Columns: alike things stand together, each as its difference to the one before, so that what zstd
 * sees repeats itself. The body of a record is
 *   v thread, v block, v first, v words, v events, then six times v length, then the six columns.
 * What a column holds for which event is in doc/FORMAT. */
#include "format/events.h"

#include <string.h>
#include "format/events_ops.h"
#include "format/varint.h"

enum { COL_OPS, COL_ADDR, COL_SIZE, COL_SITE, COL_NUMBER, COL_EXTRA, COLS };

/* Most bytes that one word can add to a column. */
static const uint8_t col_per_word[COLS] = {1, 8, 10, 5, 6, 24};

struct out {
	uint8_t *start[COLS], *at[COLS];
	uint64_t addr, time;
	uint32_t site, number, node;
};

size_t ltf_events_bound(size_t n)
{
	size_t per = 0;
	for (int c = 0; c < COLS; c++)
		per += col_per_word[c];
	return 11 * LTF_VARINT_MAX + per * (n + 1);
}

static void put(struct out *o, int col, uint64_t v)
{
	o->at[col] = ltf_put(o->at[col], v);
}

static void put_number(struct out *o, const struct ltf_event *ev)
{
	put(o, COL_NUMBER, ltf_zigzag((int32_t)(ev->number - o->number)));
	o->number = ev->number;
}

static void put_addr(struct out *o, uint64_t addr)
{
	uint64_t a = addr >> 3;
	put(o, COL_ADDR, ltf_zigzag((int64_t)(a - o->addr)));
	o->addr = a;
}

static void put_site(struct out *o, uint32_t site)
{
	put(o, COL_SITE, ltf_zigzag((int32_t)(site - o->site)));
	o->site = site;
}

static uint8_t put_block_event(struct out *o, const struct ltf_event *ev)
{
	uint8_t op = 0;
	put_addr(o, ev->addr);
	if (ev->api != LTF_API_MALLOC) {
		op |= OP_API;
		*o->at[COL_EXTRA]++ = ev->api;
	}
	if (ev->tag == LTF_W_ALLOC) {
		put(o, COL_SIZE, ev->size);
		if (ev->site != o->site) {
			op |= OP_SITE;
			put_site(o, ev->site);
		}
	} else if (ev->site != LTF_SITE_NONE) {
		op |= OP_SITE;
		put(o, COL_EXTRA, ev->site);
	}
	return op;
}

static void put_res(struct out *o, const struct ltf_event *ev)
{
	put(o, COL_EXTRA, ev->id);
	put(o, COL_EXTRA, ev->nargs);
	put(o, COL_EXTRA, ev->site);
	for (int i = 0; i < ev->nargs; i++)
		put(o, COL_EXTRA, ev->args[i]);
}

static void put_event(struct out *o, const struct ltf_event *ev)
{
	uint8_t op = ev->tag;
	switch (ev->tag) {
	case LTF_W_ALLOC:
	case LTF_W_FREE:
	case LTF_W_RELEASE:
	case LTF_W_RESTORE:
		op |= put_block_event(o, ev);
		break;
	case LTF_W_NODE:
		put(o, COL_EXTRA, ltf_zigzag((int32_t)(ev->id - o->node)));
		put(o, COL_EXTRA, ltf_zigzag((int32_t)(ev->parent - ev->id)));
		put(o, COL_EXTRA, ev->pc);
		put(o, COL_EXTRA, ev->flags);
		put(o, COL_EXTRA, ev->module);
		o->node = ev->id;
		break;
	case LTF_W_TIME:
		put(o, COL_EXTRA, ltf_zigzag((int64_t)(ev->time - o->time)));
		o->time = ev->time;
		break;
	case LTF_W_BLOB:
		put(o, COL_EXTRA, ev->id);
		put(o, COL_EXTRA, ev->blob_len);
		memcpy(o->at[COL_EXTRA], ev->blob, ev->blob_len);
		o->at[COL_EXTRA] += ev->blob_len;
		break;
	case LTF_W_RES:
		put_res(o, ev);
		break;
	case LTF_W_WITHDRAWN:
		put(o, COL_EXTRA, ev->id);
		break;
	default:
		return;
	}
	if (ev->numbered) {
		op |= OP_NUMBERED;
		put_number(o, ev);
	}
	*o->at[COL_OPS]++ = op;
}

static bool are_conts(const uint64_t *w, unsigned n)
{
	while (n)
		if (LTF_TAG(w[n--]) != LTF_W_CONT)
			return false;
	return true;
}

/* The two events that dumps consist of, straight from their words to the columns: the way through
 * struct ltf_event costs as much again. What is not plain (huge, damaged) is left to that way.
 * Returns the words taken, or 0. */
static size_t put_plain_alloc(struct out *o, const uint64_t *w, size_t n)
{
	unsigned numbered = w[1] & LTF_ALLOC_NUMBERED;
	if (n < 2 + numbered || (w[1] & LTF_ALLOC_HUGE) || !are_conts(w, 1 + numbered))
		return 0;
	uint32_t site = w[1] >> 30 & LTF_SITE_MAX;
	unsigned api = w[0] >> 12 & 15;
	uint8_t op = LTF_W_ALLOC;
	put_addr(o, w[0] >> 13 & 0x7ffffffffff8);
	if (api != LTF_API_MALLOC) {
		op |= OP_API;
		*o->at[COL_EXTRA]++ = (uint8_t)api;
	}
	put(o, COL_SIZE, (w[0] & 0xfff) | (w[1] >> 2 & ((1ULL << 28) - 1)) << 12);
	if (site != o->site) {
		op |= OP_SITE;
		put_site(o, site);
	}
	if (numbered) {
		op |= OP_NUMBERED;
		put(o, COL_NUMBER, ltf_zigzag((int32_t)((uint32_t)w[2] - o->number)));
		o->number = (uint32_t)w[2];
	}
	*o->at[COL_OPS]++ = op;
	return 2 + numbered;
}

static size_t put_plain_free(struct out *o, const uint64_t *w, size_t n)
{
	unsigned numbered = !!(w[0] & LTF_FREE_NUMBERED);
	if (n < 1 + numbered || (w[0] & LTF_FREE_STACKED) || !are_conts(w, numbered))
		return 0;
	unsigned api = w[0] >> 12 & 15;
	uint8_t op = LTF_W_FREE;
	put_addr(o, w[0] >> 13 & 0x7ffffffffff8);
	if (api != LTF_API_MALLOC) {
		op |= OP_API;
		*o->at[COL_EXTRA]++ = (uint8_t)api;
	}
	if (numbered) {
		op |= OP_NUMBERED;
		put(o, COL_NUMBER, ltf_zigzag((int32_t)((uint32_t)w[1] - o->number)));
		o->number = (uint32_t)w[1];
	}
	*o->at[COL_OPS]++ = op;
	return 1 + numbered;
}

static size_t put_plain(struct out *o, uint64_t lead, const uint64_t *w, size_t n)
{
	switch (LTF_TAG(lead)) {
	case LTF_W_ALLOC:
		return n > 1 ? put_plain_alloc(o, w, n) : 0;
	case LTF_W_FREE:
		return put_plain_free(o, w, n);
	default:
		return 0;
	}
}

/* Moves the columns together behind the body's head. They start at out + head room, far enough to
 * the right that the head never runs into them. */
static size_t assemble(struct out *o, const struct ltf_run *run, uint8_t *out)
{
	uint8_t *p = out;
	p = ltf_put(p, run->thread);
	p = ltf_put(p, run->block);
	p = ltf_put(p, run->first);
	p = ltf_put(p, run->words);
	p = ltf_put(p, run->events);
	for (int c = 0; c < COLS; c++)
		p = ltf_put(p, (uint64_t)(o->at[c] - o->start[c]));
	for (int c = 0; c < COLS; c++) {
		size_t len = (size_t)(o->at[c] - o->start[c]);
		memmove(p, o->start[c], len);
		p += len;
	}
	return (size_t)(p - out);
}

size_t ltf_events_encode(
	const uint64_t *words, size_t n, struct ltf_run *run, bool skip_holes, uint8_t *out)
{
	struct out o = {0};
	uint8_t scratch[LTF_BLOB_BYTES_PER_WORD * LTF_BLOCK_WORDS];
	uint8_t *at = out + 11 * LTF_VARINT_MAX;
	for (int c = 0; c < COLS; c++) {
		o.start[c] = o.at[c] = at;
		at += col_per_word[c] * (n + 1);
	}
	size_t i = 0;
	run->events = 0;
	while (i < n) {
		struct ltf_event ev;
		/* Lead words are committed last, by another thread: what lies behind a lead that is
		 * seen here is complete. */
		uint64_t lead = __atomic_load_n(&words[i], __ATOMIC_ACQUIRE);
		if (lead == 0 && !skip_holes)
			break;
		size_t plain = put_plain(&o, lead, words + i, n - i);
		if (plain) {
			i += plain;
			continue;
		}
		size_t took = ltf_words_next(words + i, n - i, &ev, scratch);
		if (took == 0) {
			if (!skip_holes)
				break;
			i++;
			continue;
		}
		put_event(&o, &ev);
		i += took;
	}
	run->words = (uint32_t)i;
	run->events = (uint32_t)(o.at[COL_OPS] - o.start[COL_OPS]);
	return run->events ? assemble(&o, run, out) : 0;
}

int ltf_events_open(struct ltf_events *r, const uint8_t *body, size_t len)
{
	const uint8_t *p = body, *end = body + len;
	uint64_t head[5 + COLS];
	memset(r, 0, sizeof(*r));
	for (int i = 0; i < 5 + COLS; i++)
		if (!(p = ltf_get(p, end, &head[i])))
			return -1;
	if (head[0] > UINT32_MAX || head[2] > LTF_BLOCK_WORDS || head[3] > LTF_BLOCK_WORDS ||
		head[4] > head[3])
		return -1;
	r->run = (struct ltf_run){.thread = (uint32_t)head[0],
		.block = head[1],
		.first = (uint32_t)head[2],
		.words = (uint32_t)head[3],
		.events = (uint32_t)head[4]};
	r->left = r->run.events;
	const uint8_t **at[COLS] = {&r->ops, &r->addr, &r->size, &r->site, &r->number, &r->extra};
	const uint8_t **to[COLS] = {&r->ops_end, &r->addr_end, &r->size_end, &r->site_end,
		&r->number_end, &r->extra_end};
	for (int c = 0; c < COLS; c++) {
		if (head[5 + c] > (uint64_t)(end - p))
			return -1;
		*at[c] = p;
		p += head[5 + c];
		*to[c] = p;
	}
	return 0;
}

static bool get(const uint8_t **p, const uint8_t *end, uint64_t *v)
{
	return (*p = ltf_get(*p, end, v)) != NULL;
}

static int next_block_event(struct ltf_events *r, struct ltf_event *ev, uint8_t op)
{
	uint64_t v;
	if (!get(&r->addr, r->addr_end, &v))
		return -1;
	r->last_addr += (uint64_t)ltf_unzigzag(v);
	ev->addr = (r->last_addr & ((1ULL << 44) - 1)) << 3;
	if (op & OP_API) {
		if (r->extra == r->extra_end)
			return -1;
		ev->api = *r->extra++;
	}
	if (ev->tag == LTF_W_ALLOC) {
		if (!get(&r->size, r->size_end, &ev->size))
			return -1;
		if (op & OP_SITE) {
			if (!get(&r->site, r->site_end, &v))
				return -1;
			r->last_site += (uint32_t)ltf_unzigzag(v);
		}
		ev->site = r->last_site;
	} else if (op & OP_SITE) {
		if (!get(&r->extra, r->extra_end, &v) || v > LTF_SITE_MAX)
			return -1;
		ev->site = (uint32_t)v;
	}
	return ev->site > LTF_SITE_MAX ? -1 : 0;
}

static int next_node(struct ltf_events *r, struct ltf_event *ev)
{
	uint64_t v[5];
	for (int i = 0; i < 5; i++)
		if (!get(&r->extra, r->extra_end, &v[i]))
			return -1;
	ev->id = r->last_node + (uint32_t)ltf_unzigzag(v[0]);
	ev->parent = ev->id + (uint32_t)ltf_unzigzag(v[1]);
	ev->pc = v[2];
	ev->flags = (uint32_t)v[3];
	ev->module = (uint32_t)v[4];
	r->last_node = ev->id;
	return ev->id > LTF_SITE_MAX || ev->parent > LTF_SITE_MAX ? -1 : 0;
}

static int next_blob(struct ltf_events *r, struct ltf_event *ev)
{
	uint64_t id, len;
	if (!get(&r->extra, r->extra_end, &id) || !get(&r->extra, r->extra_end, &len))
		return -1;
	if (len > (uint64_t)(r->extra_end - r->extra))
		return -1;
	ev->id = (uint32_t)id;
	ev->blob = r->extra;
	ev->blob_len = (uint32_t)len;
	r->extra += len;
	return 0;
}

static int next_res(struct ltf_events *r, struct ltf_event *ev)
{
	uint64_t id, nargs, site;
	if (!get(&r->extra, r->extra_end, &id) || !get(&r->extra, r->extra_end, &nargs) ||
		!get(&r->extra, r->extra_end, &site))
		return -1;
	if (nargs < 1 || nargs > 5 || site > LTF_SITE_MAX)
		return -1;
	ev->id = (uint32_t)id;
	ev->nargs = (uint8_t)nargs;
	ev->site = (uint32_t)site;
	for (uint64_t i = 0; i < nargs; i++)
		if (!get(&r->extra, r->extra_end, &ev->args[i]))
			return -1;
	ev->addr = ev->args[0];
	return 0;
}

static int next_by_tag(struct ltf_events *r, struct ltf_event *ev, uint8_t op)
{
	uint64_t v;
	switch (ev->tag) {
	case LTF_W_ALLOC:
	case LTF_W_FREE:
	case LTF_W_RELEASE:
	case LTF_W_RESTORE:
		return next_block_event(r, ev, op);
	case LTF_W_NODE:
		return next_node(r, ev);
	case LTF_W_TIME:
		if (!get(&r->extra, r->extra_end, &v))
			return -1;
		r->last_time += (uint64_t)ltf_unzigzag(v);
		ev->time = r->last_time;
		return 0;
	case LTF_W_BLOB:
		return next_blob(r, ev);
	case LTF_W_RES:
		return next_res(r, ev);
	case LTF_W_WITHDRAWN:
		if (!(op & OP_NUMBERED) || !get(&r->extra, r->extra_end, &v) ||
			v >= LTF_REGION_COUNT)
			return -1;
		ev->id = (uint32_t)v;
		return 0;
	default: /* a version that has other tags has another version number */
		return -1;
	}
}

int ltf_events_next(struct ltf_events *r, struct ltf_event *ev)
{
	uint64_t v;
	if (r->left == 0)
		return 0;
	if (r->ops == r->ops_end)
		return -1;
	uint8_t op = *r->ops++;
	memset(ev, 0, sizeof(*ev));
	ev->tag = op & 15;
	if (next_by_tag(r, ev, op))
		return -1;
	if (op & OP_NUMBERED) {
		if (!get(&r->number, r->number_end, &v))
			return -1;
		r->last_number += (uint32_t)ltf_unzigzag(v);
		ev->numbered = true;
		ev->number = r->last_number;
	}
	r->left--;
	return 1;
}
