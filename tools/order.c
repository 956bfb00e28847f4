/* The common way is short: decode a few events, see how many of them have the next numbers, apply
 * those together. Only what cannot be applied yet is copied, into the lane of its thread. */
#include "tools/order.h"

#include <stdlib.h>
#include <string.h>
#include "tools/order_parts.h"
#include "tools/util/mem.h"

enum { WITHDRAWN_MAX = 1 << 20, FIRST_THREAD = 1, BATCH = 512 };

struct lr_order *lr_order_new(const struct lr_order_sink *sink, size_t pending_max)
{
	struct lr_order *o = lr_calloc(1, sizeof(*o));
	o->sink = *sink;
	o->pending_max = pending_max;
	return o;
}

static void free_run(struct lr_waiting_run *r)
{
	for (uint32_t i = r->at; i < r->used; i++)
		if (r->events[i].tag == LTF_W_RES)
			free((void *)(uintptr_t)r->events[i].size);
	free(r);
}

void lr_order_free(struct lr_order *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < o->lanes_used; i++)
		while (o->lanes[i].head) {
			struct lr_waiting_run *r = o->lanes[i].head;
			o->lanes[i].head = r->next;
			free_run(r);
		}
	lr_map_free(&o->waiters);
	lr_map_free(&o->withdrawn);
	free(o->lanes);
	free(o->ready);
	free(o);
}

const struct lr_order_status *lr_order_status(const struct lr_order *o)
{
	return &o->status;
}

static uint32_t lane_of(struct lr_order *o, uint32_t id)
{
	uint32_t i = o->sink.thread(o->sink.ctx, id);
	while (o->lanes_used <= i) {
		LR_GROW(o->lanes, o->lanes_used, o->lanes_room);
		o->lanes[o->lanes_used++] = (struct lr_lane){0};
	}
	o->lanes[i].id = id;
	return i;
}

static void make_ready(struct lr_order *o, uint32_t lane)
{
	struct lr_lane *l = &o->lanes[lane];
	if (l->ready)
		return;
	l->ready = true;
	LR_GROW(o->ready, o->ready_used, o->ready_room);
	o->ready[o->ready_used++] = lane;
}

void lr_order_wake(struct lr_order *o, uint32_t region, uint32_t number)
{
	if (o->waiting_in[region] == 0)
		return;
	uint64_t key = lr_wait_key(region, number);
	uint32_t *first = lr_map_find(&o->waiters, key);
	if (!first)
		return;
	for (uint32_t i = *first; i;) {
		struct lr_lane *l = &o->lanes[i - 1];
		uint32_t next = l->next_waiter;
		l->waits = false;
		l->next_waiter = 0;
		o->waiting_in[region]--;
		make_ready(o, i - 1);
		i = next;
	}
	lr_map_remove(&o->waiters, key);
}

static void wait_for(struct lr_order *o, uint32_t lane, uint64_t key)
{
	struct lr_lane *l = &o->lanes[lane];
	uint32_t *first = lr_map_put(&o->waiters, key, NULL);
	l->next_waiter = *first;
	*first = lane + 1;
	l->wait_key = key;
	l->waits = true;
	o->waiting_in[key >> 32]++;
}

/* An earlier event of the lane came late, so it does not wait for that one any more. */
static void stop_waiting(struct lr_order *o, uint32_t lane)
{
	struct lr_lane *l = &o->lanes[lane];
	if (!l->waits)
		return;
	uint32_t *at = lr_map_find(&o->waiters, l->wait_key);
	while (at && *at != lane + 1)
		at = *at ? &o->lanes[*at - 1].next_waiter : NULL;
	if (at)
		*at = l->next_waiter;
	at = lr_map_find(&o->waiters, l->wait_key);
	if (at && *at == 0)
		lr_map_remove(&o->waiters, l->wait_key);
	o->waiting_in[l->wait_key >> 32]--;
	l->next_waiter = 0;
	l->waits = false;
}

void lr_order_open_gate(struct lr_order *o)
{
	if (o->gate_open)
		return;
	o->gate_open = true;
	lr_order_wake(o, LR_GATE, 0);
}

/* True when the event may be applied now; else *key is what it waits for. */
static inline bool may_go(
	struct lr_order *o, uint32_t lane, uint64_t addr, uint32_t number, uint64_t *key)
{
	if (!o->gate_open) {
		if (o->lanes[lane].id != FIRST_THREAD) {
			*key = lr_wait_key(LR_GATE, 0);
			return false;
		}
		lr_order_open_gate(o);
	}
	unsigned region = LTF_REGION(addr);
	int32_t ahead = (int32_t)(number - o->expected[region]);
	if (ahead > 0) {
		*key = lr_wait_key(region, number);
		return false;
	}
	return true;
}

void lr_order_expect(struct lr_order *o, uint32_t region, uint32_t number)
{
	while (o->withdrawn_in[region] > 0 &&
		lr_map_remove(&o->withdrawn, lr_wait_key(region, number))) {
		o->withdrawn_in[region]--;
		number++;
	}
	o->expected[region] = number;
	lr_order_wake(o, region, number);
}

/* A number that no event has: it is as good as passed, wherever its thread stands. */
static void withdraw(struct lr_order *o, uint32_t region, uint32_t number)
{
	int32_t ahead = (int32_t)(number - o->expected[region]);
	bool fresh = true;
	if (ahead == 0)
		lr_order_expect(o, region, number + 1);
	else if (ahead > 0 && o->withdrawn.used < WITHDRAWN_MAX)
		lr_map_put(&o->withdrawn, lr_wait_key(region, number), &fresh);
	else
		return;
	o->withdrawn_in[region] += ahead > 0 && fresh;
	o->status.withdrawn += fresh;
}

/* The event with this number is being applied. */
static inline void passed(struct lr_order *o, uint64_t addr, uint32_t number)
{
	unsigned region = LTF_REGION(addr);
	if ((int32_t)(number - o->expected[region]) < 0)
		o->status.disordered++;
	else if (o->waiting_in[region] == 0 && o->withdrawn_in[region] == 0)
		o->expected[region] = number + 1;
	else
		lr_order_expect(o, region, number + 1);
}

/* How many of the events, none of them a RES, may be applied now. Their numbers are passed. Where
 * one must wait, *key is for what. */
static uint32_t how_far(
	struct lr_order *o, uint32_t lane, const struct ltf_plain *ev, uint32_t n, uint64_t *key)
{
	uint32_t i = 0;
	for (; i < n && ev[i].tag != LTF_W_RES; i++) {
		if (!ev[i].numbered)
			continue;
		if (!may_go(o, lane, ev[i].addr, ev[i].number, key))
			break;
		passed(o, ev[i].addr, ev[i].number);
	}
	return i;
}

static void apply_resource(struct lr_order *o, uint32_t lane, const struct ltf_plain *ev)
{
	struct ltf_event *own = (struct ltf_event *)(uintptr_t)ev->size;
	o->sink.resource(o->sink.ctx, lane, own);
	free(own);
	if (ev->numbered)
		passed(o, ev->addr, ev->number);
}

/* Applies events up to the first that must wait for *key; returns how many. */
static uint32_t apply(
	struct lr_order *o, uint32_t lane, const struct ltf_plain *ev, uint32_t n, uint64_t *key)
{
	uint32_t i = 0;
	for (;;) {
		uint32_t far = how_far(o, lane, ev + i, n - i, key);
		if (far > 0)
			o->sink.apply(o->sink.ctx, lane, ev + i, far);
		i += far;
		if (i == n || ev[i].tag != LTF_W_RES ||
			(ev[i].numbered && !may_go(o, lane, ev[i].addr, ev[i].number, key)))
			return i;
		apply_resource(o, lane, &ev[i++]);
	}
}

/* Applies the lane's events up to the first that must wait. */
static void pump(struct lr_order *o, uint32_t lane)
{
	struct lr_waiting_run *r;
	while ((r = o->lanes[lane].head)) {
		uint64_t key;
		uint32_t n = apply(o, lane, r->events + r->at, r->used - r->at, &key);
		r->at += n;
		o->pending -= n;
		if (r->at < r->used) {
			wait_for(o, lane, key);
			return;
		}
		o->lanes[lane].head = r->next;
		free(r);
	}
}

void lr_order_go_on(struct lr_order *o)
{
	while (o->ready_used > 0) {
		uint32_t lane = o->ready[--o->ready_used];
		o->lanes[lane].ready = false;
		if (!o->lanes[lane].waits)
			pump(o, lane);
	}
}

/* Handles what needs no order: true when the event is one of those. */
static inline bool define(struct lr_order *o, uint32_t lane, const struct ltf_event *ev)
{
	if (ev->tag == LTF_W_TIME) {
		o->lanes[lane].time = ev->time;
		return false;
	}
	if (ev->tag == LTF_W_WITHDRAWN)
		withdraw(o, ev->id, ev->number);
	else if (ev->tag == LTF_W_NODE || ev->tag == LTF_W_BLOB)
		o->sink.define(o->sink.ctx, lane, ev, o->lanes[lane].time);
	else
		return false;
	return true;
}

/* A RES takes memory that apply_resource frees. */
static struct ltf_plain plain_of(const struct ltf_event *ev)
{
	struct ltf_plain p = {.addr = ev->addr,
		.size = ev->tag == LTF_W_TIME ? ev->time : ev->size,
		.number = ev->number,
		.site = ev->site,
		.tag = ev->tag,
		.api = ev->api,
		.numbered = ev->numbered};
	if (ev->tag == LTF_W_RES) {
		p.addr = ltf_res_order(ev->id, ev->addr);
		struct ltf_event *own = lr_calloc(1, sizeof(*own));
		*own = *ev;
		p.size = (uintptr_t)own;
	}
	return p;
}

/* The run's next events that need an order, up to max. What needs none is handled. 0: the end. */
static uint32_t next_some(
	struct lr_order *o, uint32_t lane, struct lr_run *run, struct ltf_plain *out, uint32_t max)
{
	struct ltf_event ev;
	uint32_t n;
	while ((n = (uint32_t)lr_run_plain(run, out, max)) == 0) {
		if (lr_run_next(run, &ev) <= 0)
			return 0;
		if (define(o, lane, &ev))
			continue;
		*out = plain_of(&ev);
		return 1;
	}
	return n;
}

/* Copies what is left of the run, beginning with the n events that are given. */
static struct lr_waiting_run *set_aside(struct lr_order *o, uint32_t lane, struct lr_run *run,
	const struct ltf_plain *ev, uint32_t n)
{
	uint32_t room = run->run.words, more;
	struct lr_waiting_run *r = lr_resize(NULL, 1, sizeof(*r) + room * sizeof(*r->events));
	*r = (struct lr_waiting_run){.block = run->run.block, .first = run->run.first};
	for (; r->used < n; r->used++)
		r->events[r->used] = ev[r->used];
	while (r->used < room &&
		(more = next_some(o, lane, run, r->events + r->used, room - r->used)) > 0)
		r->used += more;
	o->pending += r->used;
	if (o->status.most_waiting < o->pending)
		o->status.most_waiting = o->pending;
	return lr_resize(r, 1, sizeof(*r) + r->used * sizeof(*r->events));
}

static bool before(const struct lr_waiting_run *a, const struct lr_waiting_run *b)
{
	return a->block < b->block || (a->block == b->block && a->first < b->first);
}

static void queue(struct lr_order *o, uint32_t lane, struct lr_waiting_run *r)
{
	struct lr_waiting_run **at = &o->lanes[lane].head;
	while (*at && !before(r, *at))
		at = &(*at)->next;
	if (at == &o->lanes[lane].head) {
		stop_waiting(o, lane);
		make_ready(o, lane);
	}
	r->next = *at;
	*at = r;
}

/* Applies the run's events directly, as far as they go. */
static void straight(struct lr_order *o, uint32_t lane, struct lr_run *run)
{
	struct ltf_plain some[BATCH];
	uint32_t n;
	while ((n = next_some(o, lane, run, some, BATCH)) > 0) {
		uint64_t key;
		uint32_t done = apply(o, lane, some, n, &key);
		if (done < n) {
			queue(o, lane, set_aside(o, lane, run, some + done, n - done));
			return;
		}
	}
}

void lr_order_run(struct lr_order *o, struct lr_run *run)
{
	uint32_t lane = lane_of(o, run->run.thread);
	if (o->lanes[lane].head)
		queue(o, lane, set_aside(o, lane, run, NULL, 0));
	else
		straight(o, lane, run);
	lr_order_go_on(o);
	if (o->pending > o->pending_max)
		lr_order_stall(o, o->pending_max / 2);
}

void lr_order_finish(struct lr_order *o)
{
	lr_order_stall(o, 0);
}
