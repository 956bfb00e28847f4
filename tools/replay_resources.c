/* Events of resources: which one they open, change or release. Threads, mappings, descriptors and
 * pairs have files of their own. */
#include "tools/replay_parts.h"

static void create_timer(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	struct lr_open_entry *e = lr_open_create(r, LR_RES_TIMER, ev->args[0], 0, thread, ev);
	if (!e)
		return;
	e->res.timer.clock = ev->args[1];
	e->res.timer.notify = ev->args[2];
	e->res.timer.value = ev->args[3];
	e->res.timer.signal = ev->nargs > 4 ? ev->args[4] : 0;
}

static void set_timer(
	struct lr_replay *r, struct lr_open_entry *e, uint32_t thread, const struct ltf_event *ev)
{
	e->res.timer.first = ev->args[1];
	e->res.timer.every = ev->args[2];
	e->res.timer.was_set = true;
	e->res.timer.set = lr_replay_thread(r, thread)->time;
}

/* setitimer's timers are always there: one is open while it is armed. */
static void set_itimer(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	struct lr_open_entry *e = lr_open_find(r, LR_RES_ITIMER, ev->args[0]);
	if (ev->args[1] == 0) {
		if (e)
			lr_open_remove(r, e, LR_GONE_RELEASED, ev->site);
		return;
	}
	if (!e)
		e = lr_open_create(r, LR_RES_ITIMER, ev->args[0], 0, thread, ev);
	if (e)
		set_timer(r, e, thread, ev);
}

static void timer(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	struct lr_open_entry *e;
	switch (ev->id) {
	case LTF_RES_TIMER_CREATE:
		create_timer(r, thread, ev);
		break;
	case LTF_RES_TIMER_DELETE:
		lr_open_release(r, LR_RES_TIMER, ev->args[0], ev);
		break;
	case LTF_RES_TIMER_SET:
		e = lr_open_find(r, LR_RES_TIMER, ev->args[0]);
		if (e)
			set_timer(r, e, thread, ev);
		break;
	default:
		set_itimer(r, thread, ev);
	}
}

void lr_replay_resource(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	switch (ev->id) {
	case LTF_RES_THREAD_CREATE:
	case LTF_RES_THREAD_JOIN:
	case LTF_RES_THREAD_DETACH:
		lr_replay_thread_event(r, thread, ev);
		break;
	case LTF_RES_TIMER_CREATE:
	case LTF_RES_TIMER_DELETE:
	case LTF_RES_TIMER_SET:
	case LTF_RES_ITIMER_SET:
		timer(r, thread, ev);
		break;
	case LTF_RES_MMAP:
	case LTF_RES_MAP:
	case LTF_RES_MUNMAP:
	case LTF_RES_UNMAP:
	case LTF_RES_MREMAP:
	case LTF_RES_REMAP:
	case LTF_RES_BRK:
	case LTF_RES_SHM_ATTACH:
	case LTF_RES_SHM_DETACH:
	case LTF_RES_MREMAP_BEGIN:
	case LTF_RES_UNMAP_FAILED:
		lr_replay_mapping(r, thread, ev);
		break;
	case LTF_RES_FD_OPEN:
	case LTF_RES_FD_CLOSE:
	case LTF_RES_FD_CLOSE_FAILED:
	case LTF_RES_FD_CLOSE_RANGE:
	case LTF_RES_FD_STREAM:
	case LTF_RES_FD_INHERITED:
		lr_replay_stream(r, ev);
		lr_replay_fd(r, thread, ev);
		break;
	case LTF_RES_SEGMENT_CREATE:
		lr_open_create(r, LR_RES_SEGMENT, ev->args[0], ev->args[1], thread, ev);
		break;
	case LTF_RES_SEGMENT_REMOVE:
		lr_open_release(r, LR_RES_SEGMENT, ev->args[0], ev);
		break;
	case LTF_RES_PAIR_CREATE:
	case LTF_RES_PAIR_RELEASE:
	case LTF_RES_PAIR_MOVE:
		lr_replay_pair(r, thread, ev);
		break;
	case LTF_RES_REGION_BEGIN:
	case LTF_RES_REGION_END:
	case LTF_RES_MARK:
		lr_replay_region(r, thread, ev);
		break;
	case LTF_RES_IGNORE: /* the scan's matter */
		break;
	default:
		r->tally->missed.unknown_events++;
	}
}
