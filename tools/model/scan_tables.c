/* A scan's tables but that of the blocks: each row stands for itself. A further table is a function
 * here and a row in `tables`. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "format/file.h"
#include "tools/model/scan_parts.h"
#include "tools/util/mem.h"

bool lr_scan_afford(struct lr_scans *s, size_t have, size_t limit)
{
	if (have < limit)
		return true;
	s->open.cut = true;
	s->over_limit++;
	return false;
}

static void add_root(struct lr_scans *s, const uint64_t *v)
{
	struct lr_scan *o = &s->open;
	if (!lr_scan_afford(s, o->roots_used, s->limits->resources))
		return;
	LR_GROW(o->roots, o->roots_used, o->roots_room);
	o->roots[o->roots_used++] = (struct lr_scan_root){.start = v[LTF_ROOT_START],
		.length = v[LTF_ROOT_LENGTH],
		.kind = lr_less32(v[LTF_ROOT_KIND]),
		.id = lr_less32(v[LTF_ROOT_ID])};
}

static void add_word(struct lr_scans *s, const uint64_t *v)
{
	struct lr_scan *o = &s->open;
	if (!lr_scan_afford(s, o->words_used, s->limits->resources))
		return;
	LR_GROW(o->words, o->words_used, o->words_room);
	o->words[o->words_used++] = (struct lr_scan_word){.value = v[LTF_WORD_VALUE],
		.kind = lr_less32(v[LTF_WORD_KIND]),
		.id = lr_less32(v[LTF_WORD_ID]),
		.number = lr_less32(v[LTF_WORD_NUMBER])};
}

static void add_thread(struct lr_scans *s, const uint64_t *v)
{
	struct lr_scan *o = &s->open;
	if (!lr_scan_afford(s, o->threads_used, s->limits->threads))
		return;
	LR_GROW(o->threads, o->threads_used, o->threads_room);
	o->threads[o->threads_used++] = (struct lr_scan_thread){.sp = v[LTF_THREAD_SP],
		.tid = lr_less32(v[LTF_THREAD_TID]),
		.flags = lr_less32(v[LTF_THREAD_FLAGS])};
}

static void add_frame(struct lr_scans *s, const uint64_t *v)
{
	struct lr_scan *o = &s->open;
	if (!lr_scan_afford(s, o->frames_used, s->limits->nodes))
		return;
	LR_GROW(o->frames, o->frames_used, o->frames_room);
	o->frames[o->frames_used++] = (struct lr_scan_frame){.sp = v[LTF_FRAME_SP],
		.pc = v[LTF_FRAME_PC],
		.tid = lr_less32(v[LTF_FRAME_TID]),
		.flags = lr_less32(v[LTF_FRAME_FLAGS])};
}

static void add_fd(struct lr_scans *s, const uint64_t *v)
{
	struct lr_scan *o = &s->open;
	if (!lr_scan_afford(s, s->fds_kept + o->fds_used, s->limits->resources))
		return;
	LR_GROW(o->fds, o->fds_used, o->fds_room);
	o->fds[o->fds_used++] = (struct lr_scan_fd){.number = lr_less32(v[LTF_FDS_NUMBER]),
		.flags = lr_less32(v[LTF_FDS_FLAGS]),
		.name = lr_less32(v[LTF_FDS_NAME]),
		.family = lr_less32(v[LTF_FDS_FAMILY]),
		.type = lr_less32(v[LTF_FDS_TYPE]),
		.local = lr_less32(v[LTF_FDS_LOCAL]),
		.peer = lr_less32(v[LTF_FDS_PEER]),
		.expires = v[LTF_FDS_EXPIRES],
		.interval = v[LTF_FDS_INTERVAL]};
}

static void add_pthread(struct lr_scans *s, const uint64_t *v)
{
	struct lr_scan *o = &s->open;
	if (!lr_scan_afford(s, s->pthreads_kept + o->pthreads_used, s->limits->resources))
		return;
	LR_GROW(o->pthreads, o->pthreads_used, o->pthreads_room);
	o->pthreads[o->pthreads_used++] = (struct lr_scan_pthread){.handle = v[LTF_PTHREAD_HANDLE],
		.stack = v[LTF_PTHREAD_STACK],
		.stack_length = v[LTF_PTHREAD_STACK_LENGTH],
		.stack_touched = v[LTF_PTHREAD_STACK_TOUCHED],
		.call_arg = v[LTF_PTHREAD_CALL_ARG],
		.tid = lr_less32(v[LTF_PTHREAD_TID]),
		.flags = lr_less32(v[LTF_PTHREAD_FLAGS]),
		.call = lr_less32(v[LTF_PTHREAD_CALL]),
		.waits = lr_less32(v[LTF_PTHREAD_WAITS])};
}

static void add_timer(struct lr_scans *s, const uint64_t *v)
{
	struct lr_scan *o = &s->open;
	if (!lr_scan_afford(s, s->timers_kept + o->timers_used, s->limits->resources))
		return;
	LR_GROW(o->timers, o->timers_used, o->timers_room);
	o->timers[o->timers_used++] = (struct lr_scan_timer){.value = v[LTF_TIMER_VALUE] - 1,
		.id = lr_less32(v[LTF_TIMER_ID]),
		.clock = (int32_t)ltf_unzigzag(v[LTF_TIMER_CLOCK]),
		.notify = lr_less32(v[LTF_TIMER_NOTIFY]),
		.signal = lr_less32(v[LTF_TIMER_SIGNAL]),
		.task = lr_less32(v[LTF_TIMER_TASK])};
}

static void add_map(struct lr_scans *s, const uint64_t *v)
{
	enum { PAGE_SHIFT = 12 };
	struct lr_scan *o = &s->open;
	const struct lr_scan_map *before = o->maps_used ? &o->maps[o->maps_used - 1] : NULL;
	uint64_t end = before ? before->start + before->length : 0;
	if (!lr_scan_afford(s, s->maps_kept + o->maps_used, s->limits->resources))
		return;
	LR_GROW(o->maps, o->maps_used, o->maps_room);
	o->maps[o->maps_used++] =
		(struct lr_scan_map){.start = end + (v[LTF_MAPS_START] << PAGE_SHIFT),
			.length = v[LTF_MAPS_PAGES] << PAGE_SHIFT,
			.resident = v[LTF_MAPS_RESIDENT] << PAGE_SHIFT,
			.access = v[LTF_MAPS_ACCESS] & UINT8_MAX,
			.name = lr_less32(v[LTF_MAPS_NAME]),
			.kind = (uint8_t)(v[LTF_MAPS_KIND] & UINT8_MAX),
			.flags = (uint8_t)(v[LTF_MAPS_FLAGS] & UINT8_MAX)};
}

#define TABLE(function, list)                                                                      \
	{                                                                                          \
		.add = function, .used_at = offsetof(struct lr_scan, list)                         \
	}
static const struct lr_scan_table tables[] = {[LTF_REC_ROOTS] = TABLE(add_root, roots_used),
	[LTF_REC_WORDS] = TABLE(add_word, words_used),
	[LTF_REC_THREADS] = TABLE(add_thread, threads_used),
	[LTF_REC_FRAMES] = TABLE(add_frame, frames_used),
	[LTF_REC_FDS] = TABLE(add_fd, fds_used),
	[LTF_REC_PTHREADS] = TABLE(add_pthread, pthreads_used),
	[LTF_REC_TIMERS] = TABLE(add_timer, timers_used),
	[LTF_REC_MAPS] = TABLE(add_map, maps_used)};

const struct lr_scan_table *lr_scan_table(uint64_t type)
{
	return type < sizeof(tables) / sizeof(*tables) && tables[type].add ? &tables[type] : NULL;
}

size_t lr_scan_rows(const struct lr_scan *scan, const struct lr_scan_table *table)
{
	size_t rows;
	memcpy(&rows, (const char *)scan + table->used_at, sizeof(rows));
	return rows;
}

bool lr_scan_texts_add(struct lr_scans *s, const uint8_t *p, size_t len)
{
	struct lr_scan_texts *t = &s->open.texts;
	const uint8_t *end = p + len;
	while (p < end) {
		uint64_t n;
		p = ltf_get(p, end, &n);
		if (!p || n > (uint64_t)(end - p))
			return false;
		if (!lr_scan_afford(s, s->texts_kept + t->used + t->bytes + n, s->limits->meta))
			return true;
		LR_GROW(t->list, t->used, t->room);
		t->list[t->used] = lr_calloc(1, n + 1);
		memcpy(t->list[t->used++], p, n);
		t->bytes += n;
		p += n;
	}
	return true;
}

void lr_scan_texts_free(struct lr_scan_texts *t)
{
	for (size_t i = 0; i < t->used; i++)
		free(t->list[i]);
	free(t->list);
	*t = (struct lr_scan_texts){0};
}

const char *lr_scan_text(const struct lr_scan *s, uint32_t number)
{
	return number && number <= s->texts.used ? s->texts.list[number - 1] : "";
}
