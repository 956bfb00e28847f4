/* Closes that are wrong, seen as they come: what every number was last, and which FILE or DIR has
 * which. A close is told before the call, and once more when it has failed. */
#include "tools/replay_parts.h"

#include <errno.h>
#include "tools/util/mem.h"

enum { STANDARD = 2 }; /* descriptors up to this one are closed and opened again on purpose */

static struct lr_fd_past *past_of(struct lr_replay *r, uint64_t number)
{
	struct lr_fd_pasts *p = &r->fd_pasts;
	bool fresh;
	if (!lr_map_find(&p->past_of, number) && p->past_used >= r->tally->limits->resources)
		return NULL;
	uint32_t *at = lr_map_put(&p->past_of, number, &fresh);
	if (fresh) {
		*at = (uint32_t)p->past_used;
		LR_GROW(p->past, p->past_used, p->past_room);
		p->past[p->past_used++] = (struct lr_fd_past){0};
	}
	return &p->past[*at];
}

static struct lr_fd_stream *stream_of(struct lr_replay *r, uint64_t address)
{
	const uint32_t *at = lr_map_find(&r->fd_pasts.stream_of, address);
	return at ? &r->fd_pasts.stream[*at] : NULL;
}

static struct lr_fd_close *close_of(struct lr_replay *r, uint32_t thread)
{
	struct lr_fd_pasts *p = &r->fd_pasts;
	bool fresh;
	uint32_t *at = lr_map_put(&p->close_of, thread, &fresh);
	if (fresh) {
		*at = (uint32_t)p->close_used;
		LR_GROW(p->close, p->close_used, p->close_room);
		p->close[p->close_used++] = (struct lr_fd_close){0};
	}
	return &p->close[*at];
}

/* The FILE or DIR has it from now on. */
static void own(struct lr_replay *r, struct lr_fd_past *past, uint64_t number, uint64_t address)
{
	struct lr_fd_pasts *p = &r->fd_pasts;
	bool fresh;
	past->owner = address;
	if (!address || (!lr_map_find(&p->stream_of, address) &&
				p->stream_used >= r->tally->limits->resources))
		return;
	uint32_t *at = lr_map_put(&p->stream_of, address, &fresh);
	if (fresh) {
		*at = (uint32_t)p->stream_used;
		LR_GROW(p->stream, p->stream_used, p->stream_room);
		p->stream_used++;
	}
	p->stream[*at] = (struct lr_fd_stream){.number = number, .opened = past->opened};
}

static void opened(struct lr_replay *r, struct lr_fd_past *past, const struct ltf_event *ev)
{
	bool stream = ev->args[1] == LTF_FD_FILE || ev->args[1] == LTF_FD_DIRECTORY;
	*past = (struct lr_fd_past){
		.state = LR_FD_OPEN, .opened = ev->site, .duplicate = ev->args[1] == LTF_FD_DUP};
	own(r, past, ev->args[0], stream ? ev->args[2] : 0);
}

static void add(struct lr_replay *r, struct lr_fd_wrong w, uint32_t thread)
{
	w.count = 1;
	w.time = lr_replay_thread(r, thread)->time;
	lr_fd_wrongs_add(&r->tally->fd_wrongs, &w);
}

/* The stream's own was closed by close(), and somebody else has opened one by that number. */
static bool is_foreign(struct lr_replay *r, uint32_t thread, const struct lr_fd_past *past,
	const struct ltf_event *ev)
{
	struct lr_fd_stream *s = ev->args[2] ? stream_of(r, ev->args[2]) : NULL;
	if (!s || !s->is_closed)
		return false;
	s->is_closed = false;
	if (s->number != ev->args[0] || past->state != LR_FD_OPEN || past->owner == ev->args[2] ||
		past->duplicate || ev->args[0] <= STANDARD)
		return false;
	add(r,
		(struct lr_fd_wrong){.kind = LR_FD_FOREIGN,
			.closer = (uint8_t)ev->args[1],
			.first_closer = LTF_FD_BY_CLOSE,
			.close = ev->site,
			.first = s->closed,
			.opened = past->opened,
			.stream = s->opened,
			.number = ev->args[0]},
		thread);
	return true;
}

static void closing(
	struct lr_replay *r, uint32_t thread, struct lr_fd_past *past, const struct ltf_event *ev)
{
	struct lr_fd_close *last = close_of(r, thread);
	bool foreign = is_foreign(r, thread, past, ev);
	*last = (struct lr_fd_close){.number = ev->args[0] + 1, .before = *past, .site = ev->site};
	if (past->state != LR_FD_OPEN)
		return;
	struct lr_fd_stream *s = past->owner ? stream_of(r, past->owner) : NULL;
	if (s && s->number == ev->args[0]) {
		s->is_closed = ev->args[1] == LTF_FD_BY_CLOSE;
		s->closed = ev->site;
	}
	past->state = foreign ? LR_FD_UNKNOWN : LR_FD_CLOSED; /* its owner is right to close it */
	past->closed = ev->site;
	past->closer = (uint8_t)ev->args[1];
	past->thread = thread;
}

/* A close that was not told before it failed is one of a number that never was open, in a row of
 * such. */
static void failed(
	struct lr_replay *r, uint32_t thread, struct lr_fd_past *past, const struct ltf_event *ev)
{
	struct lr_fd_close *last = close_of(r, thread), now = *last;
	*last = (struct lr_fd_close){0};
	if (ev->args[2] != EBADF)
		return;
	if (now.number != ev->args[0] + 1) {
		lr_fd_wrongs_sweep(&r->tally->fd_wrongs, ev->site);
		return;
	}
	if (now.before.state == LR_FD_OPEN) /* somebody else was first, or it went unseen */
		past->state = LR_FD_UNKNOWN;
	if (now.before.state != LR_FD_CLOSED)
		return;
	add(r,
		(struct lr_fd_wrong){.kind = LR_FD_DOUBLE,
			.closer = (uint8_t)ev->args[1],
			.first_closer = now.before.closer,
			.other_thread = now.before.thread != thread,
			.close = now.site ? now.site : ev->site,
			.first = now.before.closed,
			.opened = now.before.opened,
			.number = ev->args[0]},
		thread);
}

/* Which of them were meant is not known. */
static void forget_range(struct lr_replay *r, uint64_t first, uint64_t last)
{
	struct lr_fd_pasts *p = &r->fd_pasts;
	for (uint64_t n = first; n <= last && n - first < p->past_used + UINT16_MAX; n++) {
		const uint32_t *at = lr_map_find(&p->past_of, n);
		if (at)
			p->past[*at] = (struct lr_fd_past){0};
	}
}

void lr_replay_fd_wrong(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	if (ev->id == LTF_RES_FD_CLOSE_RANGE || ev->id == LTF_RES_FD_INHERITED) {
		forget_range(r, ev->args[0], ev->args[1]);
		return;
	}
	struct lr_fd_past *past = past_of(r, ev->args[0]);
	if (!past)
		return;
	switch (ev->id) {
	case LTF_RES_FD_OPEN:
		opened(r, past, ev);
		break;
	case LTF_RES_FD_STREAM:
		own(r, past, ev->args[0], ev->args[1]);
		break;
	case LTF_RES_FD_CLOSE:
		closing(r, thread, past, ev);
		break;
	case LTF_RES_FD_CLOSE_FAILED:
		failed(r, thread, past, ev);
		break;
	}
}
