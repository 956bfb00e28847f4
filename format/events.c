/* Reading a body: each event from its op and what the guesses (context.h) leave open. Every length
 * and number is checked: a body is what a file said. */
#include "format/events.h"

#include <string.h>
#include "format/varint.h"

#define INLINE static inline __attribute__((always_inline))

int ltf_events_open(struct ltf_events *r, const uint8_t *body, size_t len)
{
	const uint8_t *p = body, *end = body + len;
	uint64_t lens[LTF_COLUMNS];
	memset(r, 0, offsetof(struct ltf_events, c));
	ltf_context_begin(&r->c);
	r->damaged = true;
	for (int i = 0; i < LTF_COLUMNS; i++)
		if (!(p = ltf_get(p, end, &lens[i])))
			return -1;
	for (int i = 0; i < LTF_COLUMNS; i++) {
		if (lens[i] > (uint64_t)(end - p))
			return -1;
		r->at[i] = p;
		p += lens[i];
		r->end[i] = p;
	}
	r->damaged = false;
	return 0;
}

INLINE bool get(struct ltf_events *r, int col, uint64_t *v)
{
	const uint8_t *p = r->at[col];
	if (__builtin_expect(r->end[col] - p >= 2, 1)) {
		unsigned first = p[0], two = first >> 7;
		if (__builtin_expect(!(two & p[1] >> 7), 1)) {
			*v = (first & 0x7f) | (p[1] & -two) << 7;
			r->at[col] = p + 1 + two;
			return true;
		}
	}
	p = ltf_get(p, r->end[col], v);
	r->at[col] = p ? p : r->end[col];
	return p != NULL;
}

INLINE bool get_bytes(struct ltf_events *r, int col, unsigned n, uint64_t *v)
{
	const uint8_t *p = r->at[col];
	ptrdiff_t have = r->end[col] - p;
	if (__builtin_expect(have >= 8, 1)) {
		*v = ltf_load(p) & (UINT64_MAX >> (64 - 8 * n));
	} else {
		uint8_t some[8] = {0};
		if (have < (ptrdiff_t)n)
			return false;
		memcpy(some, p, n);
		*v = ltf_load(some);
	}
	r->at[col] = p + n;
	return true;
}

/* The three ways of telling an address by itself; far: 0, 1 or 2. */
INLINE bool get_addr(struct ltf_events *r, unsigned far, uint64_t *addr)
{
	uint64_t v;
	switch (far) {
	case 0:
		if (!get_bytes(r, LTF_COL_ADDR, 2, &v))
			return false;
		*addr = r->c.last + (uint64_t)(int64_t)(int16_t)v * 2;
		break;
	case 1:
		if (!get_bytes(r, LTF_COL_ADDR, 3, &v))
			return false;
		*addr = r->c.last + (uint64_t)((int64_t)(v << 40) >> 40) * 2;
		break;
	default:
		if (!get_bytes(r, LTF_COL_ADDR, 6, addr))
			return false;
	}
	*addr &= LTF_ADDR_MASK;
	return true;
}

INLINE bool get_number(struct ltf_events *r, uint64_t addr, bool told, uint32_t *number)
{
	uint32_t *next = ltf_context_number(&r->c, LTF_REGION(addr << 3));
	uint64_t v = 0;
	if (told && !get(r, LTF_COL_NUMBER, &v))
		return false;
	*number = *next + (uint32_t)ltf_unzigzag(v);
	*next = *number + 1;
	return true;
}

INLINE bool alloc_addr(struct ltf_events *r, unsigned class, unsigned way, uint64_t *addr)
{
	struct ltf_context *c = &r->c;
	if (way < LTF_STACKED)
		*addr = *ltf_stack_at(c, class, way);
	else if (way == LTF_ALLOC_BEHIND)
		*addr = c->behind;
	else if (way == LTF_ALLOC_RELEASED)
		*addr = c->released;
	else if (way < LTF_ALLOC_NEAR)
		*addr = *ltf_stack_at(c, LTF_CLASS_UNKNOWN, way - LTF_ALLOC_UNKNOWN);
	else
		return way <= LTF_ALLOC_ANYWHERE && get_addr(r, way - LTF_ALLOC_NEAR, addr);
	return true;
}

INLINE bool get_alloc(struct ltf_events *r, unsigned op, struct ltf_plain *ev)
{
	struct ltf_context *c = &r->c;
	uint64_t size, addr, v;
	uint32_t *guess = ltf_guess_site(c), site = *guess;
	if (op & LTF_OP_SITE) {
		if (!get(r, LTF_COL_SITE, &v))
			return false;
		site = c->site + (uint32_t)ltf_unzigzag(v);
	}
	if (site > LTF_SITE_MAX)
		return false;
	uint64_t *asked = ltf_guess_asked(c, site);
	unsigned api = ltf_guessed_api(*asked, c->alloc_api);
	size = ltf_guessed_size(*asked);
	if (op & LTF_OP_SIZE && (!get(r, LTF_COL_SIZE, &size) || size > LTF_MASK60))
		return false;
	if (r->more) {
		if (!get_bytes(r, LTF_COL_EXTRA, 1, &v) || v > 15)
			return false;
		api = (unsigned)v;
		r->more = false;
	}
	unsigned class = ltf_size_class(size), way = op & 15;
	if (r->restore || !alloc_addr(r, class, way, &addr))
		return false;
	*asked = ltf_asked(size, api);
	*guess = site;
	c->alloc_api = (uint8_t)api;
	ltf_context_site(c, site);
	*ev = (struct ltf_plain){.tag = LTF_W_ALLOC,
		.addr = addr << 3,
		.size = size,
		.site = site,
		.api = (uint8_t)api,
		.numbered = c->numbered};
	if (c->numbered && !get_number(r, addr, op & LTF_OP_ALLOC_NUMBER, &ev->number))
		return false;
	ltf_context_alloc(c, addr, size, api, class, way);
	return true;
}

/* The number of the block that is released. */
INLINE bool free_number(struct ltf_events *r, unsigned way, uint32_t *number)
{
	struct ltf_context *c = &r->c;
	uint64_t v;
	if (way < LTF_FREE_LATEST) {
		*number = c->freed + way + (uint32_t)LTF_STEP_LEAST;
	} else if (way == LTF_FREE_LATEST) {
		*number = c->count - 1;
	} else if (way == LTF_FREE_BYTE) {
		if (!get_bytes(r, LTF_COL_ADDR, 1, &v))
			return false;
		*number = c->freed + (uint32_t)(int8_t)v;
	} else {
		if (!get_bytes(r, LTF_COL_ADDR, 2, &v))
			return false;
		*number = c->freed + (uint32_t)(int16_t)v;
	}
	uint32_t back = c->count - *number;
	return back - 1 < (c->count < LTF_RECENT ? c->count : LTF_RECENT);
}

INLINE bool get_free(struct ltf_events *r, unsigned op, struct ltf_plain *ev)
{
	struct ltf_context *c = &r->c;
	unsigned way = op & 15, class = LTF_CLASS_UNKNOWN, api = c->free_api;
	uint64_t addr, v;
	uint32_t which;
	if (way >= LTF_FREE_NEAR) {
		if (!get_addr(r, way - LTF_FREE_NEAR, &addr))
			return false;
	} else {
		if (!free_number(r, way, &which))
			return false;
		uint64_t b = *ltf_recent_at(c, which);
		addr = b >> 20;
		class = b & (LTF_CLASSES - 1);
		api = ltf_release_api(ltf_recent_api(b));
		c->freed = which;
	}
	*ev = (struct ltf_plain){.tag = LTF_W_FREE, .addr = addr << 3, .numbered = c->numbered};
	if (op & LTF_OP_RELEASE || r->restore) {
		if (op & LTF_OP_RELEASE && r->restore)
			return false;
		ev->tag = r->restore ? LTF_W_RESTORE : LTF_W_RELEASE;
		api = LTF_API_REALLOC;
		r->restore = false;
	}
	if (r->more) {
		if (!get_bytes(r, LTF_COL_EXTRA, 1, &v) || v > 15)
			return false;
		api = (unsigned)v;
		if (!get(r, LTF_COL_EXTRA, &v) || v > LTF_SITE_MAX)
			return false;
		ev->site = (uint32_t)v;
		r->more = false;
	}
	ev->api = (uint8_t)api;
	if (ev->tag == LTF_W_FREE)
		c->free_api = (uint8_t)api;
	if (c->numbered && !get_number(r, addr, op & LTF_OP_FREE_NUMBER, &ev->number))
		return false;
	ltf_context_freed(c, addr, class);
	return true;
}

/* What is said before an event. False: it is none of that. */
static bool is_before(struct ltf_events *r, unsigned op)
{
	switch (op) {
	case LTF_OP_MORE:
		r->more = true;
		return true;
	case LTF_OP_TOGGLE:
		r->c.numbered = !r->c.numbered;
		return true;
	case LTF_OP_RESTORE:
		r->restore = true;
		return true;
	default:
		return false;
	}
}

static int damage(struct ltf_events *r)
{
	r->damaged = true;
	r->left = 0;
	return -1;
}

size_t ltf_events_plain(struct ltf_events *r, struct ltf_plain *out, size_t max)
{
	size_t n = 0;
	if (max > r->left)
		max = r->left;
	if (r->damaged)
		return 0;
	while (n < max && r->at[LTF_COL_OPS] != r->end[LTF_COL_OPS]) {
		unsigned op = *r->at[LTF_COL_OPS];
		bool good = true;
		if (op < LTF_OP_FREE)
			good = get_alloc(r, op, &out[n]);
		else if (op < LTF_OP_NODE)
			good = get_free(r, op, &out[n]);
		else if (is_before(r, op)) {
			r->at[LTF_COL_OPS]++;
			continue;
		} else
			break;
		if (!good) {
			r->damaged = true; /* which ltf_events_next tells */
			break;
		}
		r->at[LTF_COL_OPS]++;
		n++;
	}
	r->left -= (uint32_t)n;
	return n;
}

static int next_node(struct ltf_events *r, unsigned op, struct ltf_event *ev)
{
	struct ltf_context *c = &r->c;
	uint64_t v, *guess = &c->pc_after[ltf_guess_at(c->pc)];
	ev->id = c->node + 1;
	ev->parent = c->node;
	ev->module = c->module;
	ev->pc = *guess;
	if (op & LTF_OP_NODE_ID) {
		if (!get(r, LTF_COL_EXTRA, &v))
			return -1;
		ev->id = c->node + (uint32_t)ltf_unzigzag(v);
	}
	if (op & LTF_OP_NODE_PARENT) {
		if (!get(r, LTF_COL_EXTRA, &v))
			return -1;
		ev->parent = ev->id - (uint32_t)ltf_unzigzag(v);
	}
	if (op & LTF_OP_NODE_PC) {
		if (!get(r, LTF_COL_EXTRA, &v))
			return -1;
		ev->pc = c->pc + (uint64_t)ltf_unzigzag(v);
	}
	if (op & LTF_OP_NODE_MODULE) {
		uint64_t flags;
		if (!get(r, LTF_COL_EXTRA, &v) || !get(r, LTF_COL_EXTRA, &flags))
			return -1;
		ev->module = (uint32_t)v;
		ev->flags = (uint32_t)flags;
	}
	*guess = c->pc = ev->pc;
	c->node = ev->id;
	c->module = ev->module;
	return ev->id > LTF_SITE_MAX || ev->parent > LTF_SITE_MAX ? -1 : 0;
}

static int next_blob(struct ltf_events *r, struct ltf_event *ev)
{
	uint64_t id, len;
	if (!get(r, LTF_COL_EXTRA, &id) || !get(r, LTF_COL_EXTRA, &len))
		return -1;
	if (len > (uint64_t)(r->end[LTF_COL_EXTRA] - r->at[LTF_COL_EXTRA]))
		return -1;
	ev->id = (uint32_t)id;
	ev->blob = r->at[LTF_COL_EXTRA];
	ev->blob_len = (uint32_t)len;
	r->at[LTF_COL_EXTRA] += len;
	return 0;
}

static int next_res(struct ltf_events *r, struct ltf_event *ev)
{
	uint64_t id, nargs, site, number = 0;
	if (!get(r, LTF_COL_EXTRA, &id) || !get(r, LTF_COL_EXTRA, &nargs) ||
		!get(r, LTF_COL_EXTRA, &site))
		return -1;
	if (nargs < 1 || nargs > 5 || site > LTF_SITE_MAX)
		return -1;
	ev->id = (uint32_t)id;
	ev->nargs = (uint8_t)nargs;
	ev->site = (uint32_t)site;
	for (uint64_t i = 0; i < nargs; i++)
		if (!get(r, LTF_COL_EXTRA, &ev->args[i]))
			return -1;
	ev->addr = ev->args[0];
	ev->numbered = r->c.numbered;
	if (ev->numbered && !get(r, LTF_COL_EXTRA, &number))
		return -1;
	ev->number = (uint32_t)number;
	return 0;
}

static int next_withdrawn(struct ltf_events *r, struct ltf_event *ev)
{
	uint64_t region, number;
	if (!get(r, LTF_COL_EXTRA, &region) || !get(r, LTF_COL_EXTRA, &number) ||
		region >= LTF_REGION_COUNT)
		return -1;
	ev->id = (uint32_t)region;
	ev->numbered = true;
	ev->number = (uint32_t)number;
	return 0;
}

static int next_other(struct ltf_events *r, unsigned op, struct ltf_event *ev)
{
	uint64_t v;
	if (r->more || r->restore)
		return -1;
	if (op < LTF_OP_OTHER) {
		ev->tag = LTF_W_NODE;
		return next_node(r, op, ev);
	}
	if (op >= LTF_OP_MORE)
		return -1;
	ev->tag = op & 15;
	switch (ev->tag) {
	case LTF_W_TIME:
		if (!get(r, LTF_COL_EXTRA, &v))
			return -1;
		r->c.time += (uint64_t)ltf_unzigzag(v);
		ev->time = r->c.time;
		return 0;
	case LTF_W_BLOB:
		return next_blob(r, ev);
	case LTF_W_RES:
		return next_res(r, ev);
	case LTF_W_WITHDRAWN:
		return next_withdrawn(r, ev);
	default: /* a version that has other tags has another version number */
		return -1;
	}
}

int ltf_events_next(struct ltf_events *r, struct ltf_event *ev)
{
	struct ltf_plain plain;
	if (r->damaged && r->left)
		return damage(r);
	if (r->left == 0)
		return 0;
	memset(ev, 0, sizeof(*ev));
	if (ltf_events_plain(r, &plain, 1)) {
		ev->tag = plain.tag;
		ev->api = plain.api;
		ev->numbered = plain.numbered;
		ev->number = plain.number;
		ev->site = plain.site;
		ev->addr = plain.addr;
		ev->size = plain.size;
		return 1;
	}
	if (r->damaged || r->at[LTF_COL_OPS] == r->end[LTF_COL_OPS] ||
		next_other(r, *r->at[LTF_COL_OPS]++, ev))
		return damage(r);
	r->left--;
	return 1;
}

int ltf_events_run(struct ltf_events *r)
{
	struct ltf_event ev;
	uint64_t v[5];
	bool told = r->damaged && !r->left;
	while (r->left && ltf_events_next(r, &ev) > 0)
		;
	if (r->damaged)
		return told ? 0 : -1;
	if (r->at[LTF_COL_RUNS] == r->end[LTF_COL_RUNS])
		return 0;
	for (int i = 0; i < 5; i++)
		if (!get(r, LTF_COL_RUNS, &v[i]))
			return damage(r);
	if (v[0] > UINT32_MAX || v[2] > LTF_BLOCK_WORDS || v[3] > LTF_BLOCK_WORDS || v[4] > v[3])
		return damage(r);
	r->c.block += (uint64_t)ltf_unzigzag(v[1]);
	r->run = (struct ltf_run){.thread = (uint32_t)v[0],
		.block = r->c.block,
		.first = (uint32_t)v[2],
		.words = (uint32_t)v[3],
		.events = (uint32_t)v[4]};
	r->left = r->run.events;
	return 1;
}
