#include "tests/unit/dumpgen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include "format/chunk.h"
#include "tests/unit/encoded.h"
#include "format/varint.h"

static void *need(void *p)
{
	if (!p) {
		fputs("dumpgen: out of memory\n", stderr);
		exit(99);
	}
	return p;
}

static void reach(struct dg *g, uint64_t end)
{
	if (end > g->room) {
		size_t room = end * 2;
		g->file = need(realloc(g->file, room));
		memset(g->file + g->room, 0, room - g->room);
		g->room = room;
	}
	if (end > g->size)
		g->size = end;
}

static void put_at(struct dg *g, uint64_t at, const void *data, size_t n)
{
	reach(g, at + n);
	memcpy(g->file + at, data, n);
}

void dg_init(struct dg *g, uint64_t ring_at, uint32_t ring_blocks)
{
	memset(g, 0, sizeof(*g));
	g->codec = LTF_CODEC_ZSTD;
	g->pos = LTF_HEADER_SIZE;
	g->now = 1;
	g->ring_at = ring_at;
	g->ring_blocks = ring_blocks;
	g->header = (struct ltf_header){.version = LTF_VERSION,
		.header_size = LTF_HEADER_SIZE,
		.pid = 1234,
		.run_id = 0x1122334455667788,
		.start_real = 1700000000000000000,
		.start_mono = 1000000000,
		.region_shift = LTF_REGION_SHIFT,
		.region_count = LTF_REGION_COUNT,
		.block_size = LTF_BLOCK_SIZE,
		.stream_start = LTF_HEADER_SIZE,
		.program = "demo",
		.state = LTF_STATE_RUNNING,
		.exit_status = LTF_STATUS_UNKNOWN};
	memcpy(g->header.magic, LTF_MAGIC, sizeof(g->header.magic));
	if (ring_blocks) {
		g->header.extent_count = 1;
		g->header.extents[0] =
			(struct ltf_extent){ring_at, (uint64_t)ring_blocks * LTF_BLOCK_SIZE};
	}
}

void dg_free(struct dg *g)
{
	free(g->file);
	free(g->chunk);
	memset(g, 0, sizeof(*g));
}

void dg_words(struct dg *g, const uint64_t *words, size_t n)
{
	struct dg_thread *t = &g->threads[g->now];
	if (t->block.thread && t->used + n > LTF_BLOCK_WORDS) {
		uint64_t number = t->block.number + 1;
		dg_drain(g, g->now);
		memset(t, 0, sizeof(*t));
		t->block.number = number;
	}
	t->block.thread = g->now;
	t->block.magic = LTF_BLOCK_MAGIC;
	memcpy(t->block.words + t->used, words, n * sizeof(*words));
	t->used += (uint32_t)n;
	g->events++;
}

uint32_t dg_take(struct dg *g, uint64_t addr)
{
	return g->counters[LTF_REGION(addr)]++;
}

void dg_withdraw(struct dg *g, uint64_t addr, uint32_t number, int times)
{
	uint64_t w = LTF_LEAD(LTF_W_WITHDRAWN) | (uint64_t)LTF_REGION(addr) << 32 | number;
	while (times-- > 0)
		dg_words(g, &w, 1);
}

void dg_alloc(struct dg *g, uint64_t addr, uint64_t size, uint32_t site, unsigned api)
{
	bool huge = size >> LTF_SIZE_BITS != 0;
	uint64_t w[4] = {LTF_LEAD(LTF_W_ALLOC) | LTF_ADDR44(addr) << 16 | (uint64_t)api << 12 |
				 (size & 0xfff),
		LTF_CONT((uint64_t)site << 30 | (size >> 12 & ((1 << 28) - 1)) << 2 |
			 (g->numbered ? LTF_ALLOC_NUMBERED : 0) | (huge ? LTF_ALLOC_HUGE : 0))};
	size_t n = 2;
	if (g->numbered)
		w[n++] = LTF_CONT(dg_take(g, addr));
	if (huge)
		w[n++] = LTF_CONT(size);
	dg_words(g, w, n);
}

void dg_release(struct dg *g, unsigned tag, uint64_t addr, unsigned api)
{
	uint64_t w[2] = {LTF_LEAD(tag) | LTF_ADDR44(addr) << 16 | (uint64_t)api << 12 |
			 (g->numbered ? LTF_FREE_NUMBERED : 0)};
	size_t n = 1;
	if (g->numbered)
		w[n++] = LTF_CONT(dg_take(g, addr));
	dg_words(g, w, n);
}

void dg_node(
	struct dg *g, uint32_t id, uint32_t parent, uint64_t pc, uint32_t module, uint32_t flags)
{
	uint64_t w[3] = {LTF_LEAD(LTF_W_NODE) | (uint64_t)id << 30 | parent,
		LTF_CONT(pc << 12 | flags), LTF_CONT(module)};
	dg_words(g, w, 3);
}

void dg_time(struct dg *g, uint64_t us)
{
	uint64_t w = LTF_LEAD(LTF_W_TIME) | us;
	dg_words(g, &w, 1);
}

void dg_blob(struct dg *g, unsigned type, const void *data, size_t n)
{
	uint64_t w[LTF_BLOCK_WORDS] = {
		LTF_LEAD(LTF_W_BLOB) | (uint64_t)type << 52 | (uint64_t)n << 28};
	const uint8_t *p = data;
	size_t words = 1;
	for (size_t i = 0; i < n; i += LTF_BLOB_BYTES_PER_WORD) {
		uint64_t bits = 0;
		for (size_t b = 0; b < LTF_BLOB_BYTES_PER_WORD && i + b < n; b++)
			bits |= (uint64_t)p[i + b] << (8 * b);
		w[words++] = LTF_CONT(bits);
	}
	dg_words(g, w, words);
}

void dg_meta(struct dg *g, const char *key, const void *value, size_t n)
{
	uint8_t buf[2048];
	size_t key_len = strlen(key) + 1;
	memcpy(buf, key, key_len);
	memcpy(buf + key_len, value, n);
	dg_blob(g, LTF_BLOB_META, buf, key_len + n);
}

void dg_module(struct dg *g, uint32_t number, uint64_t bias, uint64_t start, uint64_t end,
	const char *build_id_hex, const char *path)
{
	uint8_t buf[2048], *p = buf;
	size_t id_len = strlen(build_id_hex) / 2;
	p = ltf_put(ltf_put(ltf_put(ltf_put(ltf_put(p, number), bias), start), end), id_len);
	for (size_t i = 0; i < id_len; i++) {
		unsigned byte = 0;
		sscanf(build_id_hex + 2 * i, "%2x", &byte);
		*p++ = (uint8_t)byte;
	}
	memcpy(p, path, strlen(path));
	p += strlen(path);
	dg_blob(g, LTF_BLOB_MODULE, buf, (size_t)(p - buf));
}

void dg_named(struct dg *g, uint32_t thread, uint32_t tid, const char *name)
{
	uint8_t buf[256], *p = ltf_put(ltf_put(buf, thread), tid);
	memcpy(p, name, strlen(name));
	dg_blob(g, LTF_BLOB_THREAD, buf, (size_t)(p - buf) + strlen(name));
}

void dg_res(struct dg *g, unsigned kind, uint32_t site, unsigned nargs, const uint64_t *args)
{
	uint64_t w[7] = {LTF_LEAD(LTF_W_RES) | (uint64_t)kind << 52 | (uint64_t)(nargs + 1) << 48};
	if (g->numbered)
		w[0] |= 1ULL << 47 | dg_take(g, ltf_res_order(kind, args[0]));
	w[1] = LTF_CONT(site);
	for (unsigned i = 0; i < nargs; i++)
		w[2 + i] = LTF_CONT(args[i]);
	dg_words(g, w, 2 + nargs);
}

void dg_record(struct dg *g, uint64_t type, const void *body, size_t n)
{
	size_t most = n + 2 * LTF_VARINT_MAX;
	if (g->chunk_used + most > LTF_CHUNK_RAW_MAX)
		dg_seal(g);
	if (g->chunk_used + most > g->chunk_room) {
		g->chunk_room = (g->chunk_used + most) * 2;
		g->chunk = need(realloc(g->chunk, g->chunk_room));
	}
	uint8_t *p = g->chunk + g->chunk_used;
	p = ltf_put(ltf_put(p, type), n);
	if (n)
		memcpy(p, body, n);
	g->chunk_used = (size_t)(p + n - g->chunk);
}

static void drain_one(struct ltf_encoder *e, struct dg_thread *t)
{
	struct ltf_run run = {
		.thread = t->block.thread, .block = t->block.number, .first = t->drained};
	ltf_encode_run(e, t->block.words + t->drained, t->used - t->drained, &run, true);
	t->drained = t->used;
}

void dg_drain(struct dg *g, uint32_t thread)
{
	struct ltf_encoder *e = need(malloc(sizeof(*e)));
	uint8_t *body = need(malloc(DG_THREADS * (size_t)ENCODED_MAX));
	ltf_encode_begin(e);
	for (uint32_t i = 1; i <= DG_THREADS; i++)
		if (g->threads[i].used > g->threads[i].drained && (thread == 0 || thread == i))
			drain_one(e, &g->threads[i]);
	size_t len = encoded_flat(e, body);
	if (len)
		dg_record(g, LTF_REC_EVENTS, body, len);
	free(body);
	free(e);
}

void dg_seal(struct dg *g)
{
	if (g->chunk_used == 0)
		return;
	size_t bound = ZSTD_compressBound(g->chunk_used), n = g->chunk_used;
	uint8_t *stored = need(malloc(bound));
	struct ltf_chunk c;
	if (g->codec == LTF_CODEC_ZSTD)
		n = ZSTD_compress(stored, bound, g->chunk, g->chunk_used, 1);
	else
		memcpy(stored, g->chunk, n);
	ltf_chunk_seal(&c, g->codec, g->chunks++, (uint32_t)g->chunk_used, stored, (uint32_t)n);
	uint64_t ring_end = g->ring_at + (uint64_t)g->ring_blocks * LTF_BLOCK_SIZE;
	if (g->ring_blocks && g->pos < ring_end &&
		g->pos + ltf_chunk_span(&c) + sizeof(uint64_t) > g->ring_at)
		g->pos = ring_end; /* a zero word stands where the chunk would have */
	put_at(g, g->pos, &c, sizeof(c));
	put_at(g, g->pos + sizeof(c), stored, n);
	g->pos += ltf_chunk_span(&c);
	reach(g, g->pos);
	g->chunk_used = 0;
	free(stored);
}

static void put_header(struct dg *g)
{
	g->header.stream_end = g->pos;
	g->header.crc = ltf_header_crc(&g->header);
	put_at(g, 0, &g->header, sizeof(g->header));
}

void dg_finish(struct dg *g, uint32_t exit_status)
{
	uint8_t body[LTF_VARINT_MAX];
	dg_drain(g, 0);
	uint8_t *end = ltf_put(body, g->events);
	dg_record(g, LTF_REC_FINISH, body, (size_t)(end - body));
	dg_seal(g);
	g->header.state = LTF_STATE_FINISHED;
	g->header.exit_status = exit_status;
	put_header(g);
}

void dg_leave(struct dg *g)
{
	uint32_t at = 0;
	dg_seal(g);
	for (uint32_t i = 1; i <= DG_THREADS; i++) {
		struct dg_thread *t = &g->threads[i];
		if (t->used == 0 || at >= g->ring_blocks)
			continue;
		put_at(g, g->ring_at + (uint64_t)at++ * LTF_BLOCK_SIZE, &t->block,
			sizeof(t->block));
	}
	if (g->ring_blocks)
		reach(g, g->ring_at + (uint64_t)g->ring_blocks * LTF_BLOCK_SIZE);
	put_header(g);
}

void dg_save(const struct dg *g, const char *path)
{
	FILE *f = fopen(path, "wb");
	if (!f || (g->size && fwrite(g->file, 1, g->size, f) != g->size) || fclose(f)) {
		perror(path);
		exit(99);
	}
}
