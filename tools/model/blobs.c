/* The tally's tables that come as records: frames, modules, threads, metadata. */
#include <stdlib.h>
#include <string.h>
#include "format/file.h"
#include "format/varint.h"
#include "tools/model/tally.h"
#include "tools/util/mem.h"

enum { PATH_BYTES_MAX = 4096, NAME_BYTES_MAX = 256, BUILD_ID_MAX = 64 };

void lr_tally_node(struct lr_tally *t, const struct ltf_event *ev)
{
	/* The tracer may define a node twice: the first one stands. */
	if (ev->id == LTF_SITE_NONE || lr_ids_get(&t->node_of, ev->id) != LR_NO_ID)
		return;
	if (t->nodes_used >= t->limits->nodes) {
		t->missed.over_limit++;
		return;
	}
	lr_ids_put(&t->node_of, ev->id, (uint32_t)t->nodes_used, t->nodes_used);
	LR_GROW(t->nodes, t->nodes_used, t->nodes_room);
	t->nodes[t->nodes_used++] = (struct lr_raw_node){.pc = ev->pc,
		.id = ev->id,
		.parent = ev->parent,
		.module = ev->module,
		.flags = ev->flags};
}

/* True while there is room for n more bytes of text. */
static bool afford(struct lr_tally *t, size_t n)
{
	if (n > t->limits->meta - t->meta_bytes) {
		t->missed.over_limit++;
		return false;
	}
	t->meta_bytes += n;
	return true;
}

static void add_meta(struct lr_tally *t, const uint8_t *p, size_t len)
{
	const uint8_t *zero = memchr(p, 0, len);
	if (!zero || zero == p) {
		t->missed.damaged_events++;
		return;
	}
	if (!afford(t, len + sizeof(struct lr_meta)))
		return;
	size_t key_len = (size_t)(zero - p), value_len = len - key_len - 1;
	LR_GROW(t->meta, t->meta_used, t->meta_room);
	t->meta[t->meta_used++] = (struct lr_meta){.key = lr_strndup((const char *)p, key_len),
		.value = lr_strndup((const char *)zero + 1, value_len),
		.value_len = value_len};
}

static bool get_all(const uint8_t **p, const uint8_t *end, uint64_t *v, int n)
{
	for (int i = 0; i < n; i++)
		if (!(*p = ltf_get(*p, end, &v[i])))
			return false;
	return true;
}

static bool add_module(struct lr_tally *t, const uint8_t *p, const uint8_t *end)
{
	uint64_t v[5]; /* number, bias, start, end, build-id length */
	if (!get_all(&p, end, v, 5) || v[0] > UINT32_MAX || v[4] > BUILD_ID_MAX ||
		v[4] > (uint64_t)(end - p))
		return false;
	size_t path_len = (size_t)(end - p) - v[4];
	if (path_len > PATH_BYTES_MAX)
		return false;
	if (t->modules_used >= t->limits->modules || !afford(t, path_len + v[4])) {
		t->missed.over_limit++;
		return true;
	}
	LR_GROW(t->modules, t->modules_used, t->modules_room);
	*lr_map_put(&t->module_of, v[0], NULL) = (uint32_t)t->modules_used;
	t->modules[t->modules_used++] = (struct lr_raw_module){.number = (uint32_t)v[0],
		.bias = v[1],
		.start = v[2],
		.end = v[3],
		.build_id_len = (uint32_t)v[4],
		.build_id = (uint8_t *)lr_strndup((const char *)p, v[4]),
		.path = lr_strndup((const char *)p + v[4], path_len)};
	return true;
}

static bool unload_module(struct lr_tally *t, const uint8_t *p, const uint8_t *end)
{
	uint64_t number;
	if (!get_all(&p, end, &number, 1))
		return false;
	const uint32_t *i = lr_map_find(&t->module_of, number);
	if (i)
		t->modules[*i].unloaded = true;
	return true;
}

static bool add_thread(struct lr_tally *t, const uint8_t *p, const uint8_t *end, uint64_t time)
{
	uint64_t v[2]; /* thread, tid */
	if (!get_all(&p, end, v, 2) || v[0] > UINT32_MAX || v[1] > UINT32_MAX)
		return false;
	size_t len = (size_t)(end - p);
	uint32_t i = lr_tally_thread(t, (uint32_t)v[0]);
	if (i == 0)
		return true;
	struct lr_tally_thread *th = &t->threads[i];
	if (!th->seen) {
		th->seen = true;
		if (++t->live_threads > t->most_threads)
			t->most_threads = t->live_threads;
	}
	if (time < th->first)
		th->first = time;
	th->tid = (uint32_t)v[1];
	if (len > 0 && len <= NAME_BYTES_MAX) {
		free(th->name);
		th->name = lr_strndup((const char *)p, len);
	}
	return true;
}

static bool end_thread(struct lr_tally *t, const uint8_t *p, const uint8_t *end, uint64_t time)
{
	uint64_t id;
	if (!get_all(&p, end, &id, 1) || id > UINT32_MAX)
		return false;
	uint32_t i = lr_tally_thread(t, (uint32_t)id);
	struct lr_tally_thread *th = &t->threads[i];
	if (i == 0 || th->ended)
		return true;
	th->ended = true;
	if (th->last < time)
		th->last = time;
	if (th->seen)
		t->live_threads--;
	return true;
}

/* A name that the program gives to a thread; none: the kernel's is right again. */
static bool call_thread(struct lr_tally *t, const uint8_t *p, const uint8_t *end)
{
	uint64_t id;
	if (!get_all(&p, end, &id, 1) || id > UINT32_MAX)
		return false;
	size_t len = (size_t)(end - p);
	uint32_t i = lr_tally_thread(t, (uint32_t)id);
	if (i == 0)
		return true;
	if (len > NAME_BYTES_MAX)
		len = NAME_BYTES_MAX;
	free(t->threads[i].called);
	t->threads[i].called = len ? lr_strndup((const char *)p, len) : NULL;
	return true;
}

static bool add_name(struct lr_tally *t, const uint8_t *p, const uint8_t *end)
{
	uint64_t number;
	if (!get_all(&p, end, &number, 1) || number > UINT32_MAX)
		return false;
	size_t len = (size_t)(end - p);
	if (len > NAME_BYTES_MAX)
		len = NAME_BYTES_MAX;
	if (!lr_regions_text(&t->regions, (uint32_t)number) &&
		afford(t, len + sizeof(struct lr_region_name)))
		lr_regions_name(&t->regions, (uint32_t)number, (const char *)p, len);
	return true;
}

static bool add_rss(struct lr_tally *t, const uint8_t *p, const uint8_t *end, uint64_t time)
{
	uint64_t v[2]; /* now, peak */
	if (!get_all(&p, end, v, 2))
		return false;
	if (v[0])
		lr_series_add(&t->rss, time, v[0]);
	if (v[1] > t->rss_peak)
		t->rss_peak = v[1];
	return true;
}

void lr_tally_blob(struct lr_tally *t, const struct ltf_event *ev, uint64_t time)
{
	const uint8_t *p = ev->blob, *end = p + ev->blob_len;
	bool good = true;
	switch (ev->id) {
	case LTF_BLOB_META:
		add_meta(t, p, ev->blob_len);
		break;
	case LTF_BLOB_MODULE:
		good = add_module(t, p, end);
		break;
	case LTF_BLOB_UNLOAD:
		good = unload_module(t, p, end);
		break;
	case LTF_BLOB_THREAD:
		good = add_thread(t, p, end, time);
		break;
	case LTF_BLOB_THREAD_END:
		good = end_thread(t, p, end, time);
		break;
	case LTF_BLOB_NAME:
		good = add_name(t, p, end);
		break;
	case LTF_BLOB_CALLED:
		good = call_thread(t, p, end);
		break;
	case LTF_BLOB_RSS:
		good = add_rss(t, p, end, time);
		break;
	default:
		t->missed.unknown_events++;
	}
	if (!good)
		t->missed.damaged_events++;
}
