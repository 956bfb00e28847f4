/* What an open resource is, in words. */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include "tools/model/pairs.h"
#include "tools/util/mem.h"
#include "tools/util/text.h"
#include "tools/view/match.h"
#include "tools/view/resources.h"

const char *lr_fd_word(unsigned what)
{
	static const char *const words[LTF_FD_KINDS] = {[LTF_FD_OTHER] = "descriptor",
		[LTF_FD_FILE] = "file",
		[LTF_FD_DIRECTORY] = "directory",
		[LTF_FD_SOCKET] = "socket",
		[LTF_FD_ACCEPTED] = "connection",
		[LTF_FD_PIPE] = "pipe",
		[LTF_FD_DUP] = "duplicate",
		[LTF_FD_EVENT] = "eventfd",
		[LTF_FD_TIMER] = "timerfd",
		[LTF_FD_SIGNAL] = "signalfd",
		[LTF_FD_INOTIFY] = "inotify",
		[LTF_FD_EPOLL] = "epoll",
		[LTF_FD_MEMORY] = "memory",
		[LTF_FD_PROCESS] = "process",
		[LTF_FD_TERMINAL] = "terminal",
		[LTF_FD_QUEUE] = "message queue",
		[LTF_FD_RECEIVED] = "received"};
	return words[what < LTF_FD_KINDS ? what : LTF_FD_OTHER];
}

const char *lr_clock_word(uint64_t clock)
{
	static const char *const words[] = {[CLOCK_REALTIME] = "CLOCK_REALTIME",
		[CLOCK_MONOTONIC] = "CLOCK_MONOTONIC",
		[CLOCK_PROCESS_CPUTIME_ID] = "CLOCK_PROCESS_CPUTIME_ID",
		[CLOCK_THREAD_CPUTIME_ID] = "CLOCK_THREAD_CPUTIME_ID",
		[CLOCK_BOOTTIME] = "CLOCK_BOOTTIME",
		[CLOCK_REALTIME_ALARM] = "CLOCK_REALTIME_ALARM",
		[CLOCK_BOOTTIME_ALARM] = "CLOCK_BOOTTIME_ALARM",
		[CLOCK_TAI] = "CLOCK_TAI"};
	const char *word = clock < sizeof(words) / sizeof(*words) ? words[clock] : NULL;
	return word ? word : "another clock";
}

static const char *itimer_word(uint64_t which)
{
	static const char *const words[] = {[ITIMER_REAL] = "ITIMER_REAL",
		[ITIMER_VIRTUAL] = "ITIMER_VIRTUAL",
		[ITIMER_PROF] = "ITIMER_PROF"};
	return which < sizeof(words) / sizeof(*words) ? words[which] : "interval timer";
}

static const char *notify_word(uint64_t notify)
{
	switch (notify) {
	case SIGEV_SIGNAL:
		return "by a signal";
	case SIGEV_THREAD:
		return "by a thread";
	case 4: /* SIGEV_THREAD_ID */
		return "by a signal to one thread";
	default:
		return "without notice";
	}
}

/* Adds to a text, which is freed. */
static char * and (char *text, const char *more)
{
	char *both = lr_format("%s%s%s", text, *text && *more ? ", " : "", more);
	free(text);
	return both;
}

static char *timer_more(const struct lr_open_resource *o)
{
	char *armed;
	if (!o->timer.was_set)
		armed = lr_strdup("never armed");
	else if (o->timer.first == 0)
		armed = lr_strdup("not armed");
	else if (o->timer.every)
		armed = lr_format("every %s", lr_show_time(o->timer.every / 1000).text);
	else
		armed = lr_format("once, %s after %s", lr_show_time(o->timer.first / 1000).text,
			lr_show_time(o->timer.set).text);
	return o->kind == LR_RES_TIMER ? and(armed, notify_word(o->timer.notify)) : armed;
}

static char *fd_more(const struct lr_open_resource *o)
{
	char *text = lr_strdup("");
	char from[64] = "";
	if (o->fd.what == LTF_FD_DUP)
		snprintf(from, sizeof(from), "of %" PRIu64, o->fd.detail);
	else if (o->fd.what == LTF_FD_ACCEPTED || o->fd.what == LTF_FD_RECEIVED)
		snprintf(from, sizeof(from), "by %" PRIu64, o->fd.detail);
	else if (o->fd.what == LTF_FD_PIPE && o->fd.detail)
		snprintf(from, sizeof(from), "with %" PRIu64, o->fd.detail - 1);
	text = and(text, from);
	if (o->fd.owner) {
		char owner[64];
		snprintf(owner, sizeof(owner), "%s 0x%" PRIx64,
			o->fd.what == LTF_FD_DIRECTORY ? "DIR" : "FILE", o->fd.owner);
		text = and(text, owner);
	}
	return and(text, o->fd.flags & LTF_FD_CLOEXEC ? "close-on-exec" : "");
}

static char *mapping_more(const struct lr_open_resource *o)
{
	uint64_t prot = o->mapping.prot;
	char *text = lr_format("%c%c%c %s%s", prot & PROT_READ ? 'r' : '-',
		prot & PROT_WRITE ? 'w' : '-', prot & PROT_EXEC ? 'x' : '-',
		(o->mapping.flags & MAP_TYPE) == MAP_PRIVATE ? "private" : "shared",
		o->mapping.flags & MAP_ANONYMOUS ? ", anonymous" : "");
	if (!o->mapping.segment)
		return text;
	free(text);
	return lr_format("segment %" PRIu64, o->mapping.segment - 1);
}

static const char *text_or_null(const struct lr_scan *scan, uint32_t text)
{
	const char *s = text ? lr_scan_text(scan, text) : "";
	return *s ? s : NULL;
}

static char *and_resident(char *text, uint64_t bytes)
{
	char resident[64];
	snprintf(resident, sizeof(resident), "%s resident", lr_show_bytes(bytes).text);
	return and(text, resident);
}

static char *handle_text(unsigned kind, uint64_t handle)
{
	switch (kind) {
	case LR_RES_DESCRIPTOR:
	case LR_RES_SEGMENT:
		return lr_format("%" PRIu64, handle);
	case LR_RES_ITIMER:
		return lr_strdup(itimer_word(handle));
	default:
		return lr_format("0x%" PRIx64, handle);
	}
}

struct lr_resource_one lr_resource_one(const struct lr_model *m, const struct lr_dump *d,
	const struct lr_open_resource *o, const struct lr_scan *scan, const struct lr_scan_fd *fd)
{
	struct lr_resource_one one = {.res = o,
		.dump = d,
		.number = o->kind < LR_RES_PAIR ? o->handle : lr_pair_handle(o)};
	one.handle = handle_text(o->kind, one.number);
	switch (o->kind) {
	case LR_RES_TIMER:
		one.type = lr_clock_word(o->timer.clock);
		one.more = timer_more(o);
		break;
	case LR_RES_ITIMER:
		one.more = timer_more(o);
		break;
	case LR_RES_DESCRIPTOR:
		one.type = o->inherited ? NULL : lr_fd_word(o->fd.what);
		one.more = fd_more(o);
		if (!fd)
			break;
		one.name = text_or_null(scan, fd->name);
		one.local = text_or_null(scan, fd->local);
		one.peer = text_or_null(scan, fd->peer);
		break;
	case LR_RES_MAPPING:
		one.mapped = lr_mapped_at(scan, o->handle, o->length);
		one.name = one.mapped.name;
		one.more = mapping_more(o);
		if (one.mapped.counted)
			one.more = and_resident(one.more, one.mapped.resident);
		break;
	default:
		one.more = lr_strdup(o->released ? "detached" : "");
	}
	if (o->thread)
		one.thread = lr_thread_label(m, &m->threads[o->thread - 1]);
	return one;
}

void lr_resource_one_free(struct lr_resource_one *one)
{
	free(one->handle);
	free(one->more);
	free(one->thread);
}
