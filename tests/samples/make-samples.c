/* Makes the sample dumps of this folder: make-samples DIRECTORY. They are kept in the repository,
 * so that later versions are held to what earlier ones wrote; run this only to add new ones. */
#include <stdio.h>
#include <string.h>
#include "format/chunk.h"
#include "format/graph.h"
#include "format/varint.h"
#include "tests/unit/dumpscan.h"

static const char *directory;

static void save(struct dg *g, const char *name)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s.bin", directory, name);
	dg_save(g, path);
	dg_free(g);
}

static void reseal(struct dg *g)
{
	struct ltf_header *h = (struct ltf_header *)g->file;
	h->crc = ltf_header_crc(h);
}

/* What all good ones begin with. */
static void begin(struct dg *g, uint64_t ring_at, uint32_t ring_blocks)
{
	static const char args[] = "./demo\0--rounds\0two words";
	dg_init(g, ring_at, ring_blocks);
	dg_meta(g, "cmdline", args, sizeof(args) - 1);
	dg_meta(g, "exe", "/opt/demo/bin/demo", 18);
	dg_meta(g, "host", "example", 7);
	dg_module(g, 1, 0x555500000000, 0x555500000000, 0x555500010000,
		"00112233445566778899aabbccddeeff00112233", "/opt/demo/bin/demo");
	dg_module(g, 2, 0x7f0000000000, 0x7f0000000000, 0x7f0000200000, "",
		"/opt/demo/lib/libx.so.1");
	dg_named(g, 1, 1234, "main");
	dg_node(g, 1, 0, 0x555500001100, 1, 0);
	dg_node(g, 2, 1, 0x555500001234, 1, 0);
	dg_node(g, 3, 1, 0x7f0000004321, 2, 0);
	dg_node(g, 4, 3, 0x7f0000005000, 2, LTF_NODE_SIGNAL);
}

/* Ten rounds: a temporary block, one that is kept, one that grows. */
static void rounds(struct dg *g)
{
	for (uint64_t i = 0; i < 10; i++) {
		uint64_t at = 0x10000 + (uint64_t)g->now * 0x1000000 + i * 0x1000;
		dg_time(g, i * 4000);
		dg_alloc(g, at, 100, 2, LTF_API_MALLOC);
		dg_release(g, LTF_W_FREE, at, LTF_API_MALLOC);
		dg_alloc(g, at + 0x200, 1000 + i, 3, LTF_API_NEW);
		dg_alloc(g, at + 0x800, 16, 4, LTF_API_CALLOC);
		dg_release(g, LTF_W_RELEASE, at + 0x800, LTF_API_REALLOC);
		dg_alloc(g, at + 0x900, 32, 4, LTF_API_REALLOC);
	}
}

static void good_ones(void)
{
	static const char nasty[] = "\033[2J\033]0;title\007\xff\xfe \xc2\x9b";
	struct dg g;
	dg_init(&g, 0, 0);
	dg_finish(&g, 0);
	save(&g, "good-empty");

	begin(&g, 0, 0);
	rounds(&g);
	dg_finish(&g, 3);
	save(&g, "good-one-thread");

	begin(&g, 0, 0);
	g.codec = LTF_CODEC_PLAIN;
	rounds(&g);
	dg_finish(&g, 0);
	save(&g, "good-plain");

	begin(&g, 0, 0);
	dg_res(&g, LTF_RES_THREAD_CREATE, 2, 2, (uint64_t[]){0x7f1000000000, 0});
	dg_res(&g, LTF_RES_TIMER_CREATE, 3, 4, (uint64_t[]){1, 1, 0, 0});
	g.numbered = true;
	for (g.now = 2; g.now <= 4; g.now++) {
		dg_named(&g, g.now, 1300 + g.now, "worker");
		rounds(&g);
	}
	g.now = 1;
	dg_release(&g, LTF_W_FREE, 0x10000 + 2 * 0x1000000 + 0x200, LTF_API_NEW);
	dg_finish(&g, 0);
	save(&g, "good-threads");

	begin(&g, 0, 0);
	g.codec = LTF_CODEC_PLAIN;
	g.numbered = true;
	for (g.now = 1; g.now <= 3; g.now++) {
		rounds(&g);
		dg_res(&g, LTF_RES_MMAP, 3, 3, (uint64_t[]){0x7f2000000000 + g.now, 8192, 3});
		dg_alloc(&g, 0x7ffffffffff8, 1ULL << 50, 4, LTF_API_MEMALIGN);
		dg_release(&g, LTF_W_FREE, 0x7ffffffffff8, LTF_API_MALLOC);
	}
	g.now = 1;
	dg_finish(&g, LTF_STATUS_UNKNOWN);
	save(&g, "good-plain-threads");

	begin(&g, 8192, 2);
	rounds(&g);
	dg_drain(&g, 1);
	dg_seal(&g);
	g.now = 2;
	rounds(&g);
	dg_leave(&g);
	save(&g, "good-unfinished");

	for (int i = 0; i < 2; i++) {
		begin(&g, LTF_HEADER_SIZE, 2);
		g.pos = g.header.stream_start = LTF_HEADER_SIZE + 2 * LTF_BLOCK_SIZE;
		rounds(&g);
		g.header.state = LTF_STATE_FINISHED;
		g.header.exit_status = 0;
		dg_leave(&g);
		if (i == 1)
			g.size -= LTF_BLOCK_SIZE + 100;
		save(&g, i ? "bad-left-cut" : "good-left");
	}

	begin(&g, 4608, 1);
	for (int i = 0; i < 8; i++) {
		g.now = 1 + (uint32_t)i;
		rounds(&g);
		dg_drain(&g, 0);
		dg_seal(&g);
	}
	dg_finish(&g, 0);
	save(&g, "good-hop");

	begin(&g, 0, 0);
	g.header.origin = LTF_ORIGIN_FORK;
	g.header.parent_pid = 1000;
	dg_release(&g, LTF_W_FREE, 0x777000, LTF_API_MALLOC);
	rounds(&g);
	dg_finish(&g, 0);
	save(&g, "good-fork");

	begin(&g, 0, 0);
	rounds(&g);
	dg_drain(&g, 0);
	dg_record(&g, LTF_REC_LIVE, "\x01\x14\xfd\x50", 4); /* 20 blocks, 10365 bytes */
	dg_finish(&g, 0);
	save(&g, "good-live");

	begin(&g, 0, 0);
	dg_record(&g, 77, "from the future", 15);
	rounds(&g);
	dg_finish(&g, 0);
	save(&g, "good-unknown-record");

	begin(&g, 0, 0);
	dg_meta(&g, "cmdline", nasty, sizeof(nasty) - 1);
	dg_named(&g, 1, 1, "\r\nname\x7f");
	rounds(&g);
	memcpy(g.header.program, "\033[31mred", 9);
	dg_finish(&g, 0);
	save(&g, "good-control-characters");
}

static void bad_headers(void)
{
	struct dg g;
	dg_init(&g, 0, 0);
	save(&g, "bad-empty-file");

	begin(&g, 0, 0);
	dg_finish(&g, 0);
	g.size = 3000;
	save(&g, "bad-header-cut");

	begin(&g, 0, 0);
	rounds(&g);
	dg_finish(&g, 0);
	g.file[150] ^= 1;
	save(&g, "bad-header-checksum");

	begin(&g, 0, 0);
	dg_finish(&g, 0);
	memcpy(g.file, "#!/bin/sh\n", 10);
	save(&g, "bad-not-a-dump");

	begin(&g, 0, 0);
	dg_finish(&g, 0);
	((struct ltf_header *)g.file)->version = 2;
	reseal(&g);
	save(&g, "unsupported-version");

	begin(&g, 0, 0);
	dg_finish(&g, 0);
	((struct ltf_header *)g.file)->block_size = 8192;
	reseal(&g);
	save(&g, "unsupported-layout");
}

static void bad_streams(void)
{
	struct dg g;
	for (int i = 0; i < 4; i++) {
		static const char *const names[] = {
			"bad-cut", "bad-chunk-checksum", "bad-no-finish", "unsupported-codec"};
		begin(&g, 0, 0);
		for (int k = 0; k < 3; k++) {
			rounds(&g);
			g.now++;
			dg_drain(&g, 0);
			if (i == 3 && k == 1)
				g.codec = 9;
			dg_seal(&g);
		}
		if (i == 2) {
			g.header.state = LTF_STATE_FINISHED;
			dg_leave(&g);
		} else {
			dg_finish(&g, 0);
		}
		if (i == 0)
			g.size -= 100;
		if (i == 1)
			g.file[LTF_HEADER_SIZE + 100] ^= 4;
		save(&g, names[i]);
	}

	/* The chunks are sound, what is in them is not. */
	begin(&g, 0, 0);
	rounds(&g);
	dg_drain(&g, 0);
	dg_record(&g, LTF_REC_EVENTS, "\x05\x01\x00\x00\x00\x00\x00\x02\x0a\x00\x10\x10\x8d", 13);
	dg_record(&g, LTF_REC_EVENTS, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12);
	dg_finish(&g, 0);
	save(&g, "bad-run");

	begin(&g, 0, 0);
	rounds(&g);
	dg_drain(&g, 0);
	dg_record(&g, LTF_REC_EVENTS, NULL, 0);
	g.chunk[g.chunk_used - 1] = 0x7f; /* the record's length */
	dg_seal(&g);
	dg_finish(&g, 0);
	save(&g, "bad-record-length");

	begin(&g, 0, 0);
	rounds(&g);
	dg_drain(&g, 0);
	g.codec = LTF_CODEC_PLAIN;
	dg_seal(&g);
	struct ltf_chunk *c = (struct ltf_chunk *)(g.file + LTF_HEADER_SIZE);
	ltf_chunk_seal(c, LTF_CODEC_ZSTD, 0, c->raw_len, c + 1, c->stored_len);
	g.codec = LTF_CODEC_ZSTD;
	dg_finish(&g, 0);
	save(&g, "bad-zstd");
}

/* What rounds() leaves of thread 1: pairs of a block of 1000 bytes and more, and one of 32. */
enum { PAIRS = 10, ROOTS = 2 };
static const uint64_t roots[ROOTS][LTF_ROOT_COLUMNS] = {
	{0x555500008000, 0x2000, 0, 0}, {0x7ffd00000000, 0x1000, 1, 1234}};
static const uint64_t words[1][LTF_WORD_COLUMNS] = {{0x1013200, 3, 1234, 6}};
static const uint64_t threads[1][LTF_THREAD_COLUMNS] = {
	{1234, 0x7ffd00000100, LTF_THREAD_IS_SCANNING}};
static const uint64_t frames[2][LTF_FRAME_COLUMNS] = {
	{1234, 0x7ffc00001000, 0x7f0000004321, LTF_NODE_SIGNAL},
	{1234, 0x7ffc00001080, 0x555500001234, 0}};

static void judge(struct dg_block *b, unsigned verdict, unsigned in, uint32_t holder, uint64_t at)
{
	b->verdict = verdict;
	b->in = in;
	b->holder = holder;
	b->offset = at;
}

/* Pair 0: definite, and what it owns. Pair 1: a cycle. Pair 2: possible. Pair 3: held by a word,
 * and ignored. The rest: reachable, one from the other, from a root. */
static struct dg_scan pairs(struct dg_block b[2 * PAIRS], uint32_t number)
{
	for (uint32_t i = 0; i < 2 * PAIRS; i++) {
		b[i] = (struct dg_block){
			.addr = 0x1010000 + i / 2 * 0x1000 + (i % 2 ? 0x900 : 0x200),
			.size = i % 2 ? 32 : 1000 + i / 2,
			.site = i % 2 ? 4 : 3,
			.birth = 10 * i};
		judge(&b[i], LTF_VERDICT_REACHABLE, i < 10 ? LTF_IN_ROOT : LTF_IN_BLOCK,
			i < 10 ? 0 : i - 2, 8 * i);
	}
	judge(&b[0], LTF_VERDICT_DEFINITE, LTF_IN_NOTHING, 0, 0);
	judge(&b[1], LTF_VERDICT_INDIRECT, LTF_IN_BLOCK, 0, 64);
	judge(&b[2], LTF_VERDICT_DEFINITE, LTF_IN_NOTHING, 0, 0);
	b[2].flags = LTF_SCANNED_CYCLE;
	judge(&b[3], LTF_VERDICT_INDIRECT, LTF_IN_BLOCK, 2, 0);
	b[3].leader = 2;
	judge(&b[4], LTF_VERDICT_POSSIBLE, LTF_IN_ROOT, 1, 256);
	b[4].by = 1;
	judge(&b[6], LTF_VERDICT_REACHABLE, LTF_IN_WORD, 0, 0);
	b[7].flags = LTF_SCANNED_IGNORED;
	return (struct dg_scan){.number = number,
		.blocks = b,
		.n_blocks = 2 * PAIRS,
		.per_table = 7,
		.roots = roots,
		.n_roots = ROOTS,
		.words = words,
		.n_words = 1,
		.threads = threads,
		.n_threads = 1,
		.frames = frames,
		.n_frames = 2,
		.figure = {[LTF_SCAN_REASON] = number == 1 ? LTF_SCAN_REQUESTED : LTF_SCAN_AT_EXIT,
			[LTF_SCAN_TIME_US] = 40000,
			[LTF_SCAN_PAUSE_US] = 150,
			[LTF_SCAN_THREADS] = 1}};
}

/* A pointer to each block that has a holder, and one more from each to the next; in two records,
 * the second of which says what comes behind. */
static void add_graph(struct dg *g, const struct dg_scan *s, enum ltf_graph_more last)
{
	static const enum ltf_graph_kind kinds[] = {
		LTF_GRAPH_WORD, LTF_GRAPH_ROOT, LTF_GRAPH_BLOCK};
	static const unsigned in[] = {LTF_IN_WORD, LTF_IN_ROOT, LTF_IN_BLOCK};
	for (int part = 0; part < 2; part++) {
		uint8_t body[8 * PAIRS * LTF_GRAPH_EDGE_MAX], *p = ltf_put(body, s->number);
		struct ltf_graph_state state = {0};
		*p++ = part ? last : LTF_GRAPH_MORE;
		for (int k = part ? 2 : 0; k < (part ? 3 : 2); k++)
			for (uint32_t from = 0; from < s->n_blocks; from++) {
				struct ltf_graph_edge e = {.kind = kinds[k], .from = from};
				for (e.to = 0; e.to < s->n_blocks; e.to++) {
					const struct dg_block *b = &s->blocks[e.to];
					e.offset = b->offset;
					if (b->in == in[k] && b->holder == from)
						p = ltf_graph_put(&state, p, &e);
				}
				e.to = from + 1;
				e.offset = 990 + from % 3;
				if (part && from % 2 == 0)
					p = ltf_graph_put(&state, p, &e);
			}
		dg_record(g, LTF_REC_GRAPH, body, (size_t)(p - body));
	}
}

static void good_scans(void)
{
	struct dg g;
	struct dg_block b[2 * PAIRS];
	struct dg_scan s = pairs(b, 1);
	begin(&g, 0, 0);
	g.codec = LTF_CODEC_PLAIN;
	rounds(&g);
	judge(&b[0], LTF_VERDICT_REACHABLE, LTF_IN_ROOT, 0, 16);
	judge(&b[1], LTF_VERDICT_REACHABLE, LTF_IN_BLOCK, 0, 64);
	dg_scan(&g, &s);
	dg_seal(&g);
	s = pairs(b, 2);
	dg_record(&g, 99, "\x02 a record of a scan from the future", 34);
	dg_scan_open(&g, &s);
	add_graph(&g, &s, LTF_GRAPH_LAST);
	dg_scan_close(&g, &s);
	dg_finish(&g, 0);
	save(&g, "good-scan");

	begin(&g, 0, 0);
	rounds(&g);
	s = pairs(b, 1);
	dg_scan_open(&g, &s);
	s.number = 2;
	dg_scan_open(&g, &s);
	add_graph(&g, &s, LTF_GRAPH_CUT);
	dg_scan_close(&g, &s);
	dg_finish(&g, 0);
	save(&g, "good-scan-unfinished");
}

/* What descriptors were open, with names in two records, one of them not to be found. */
static void good_fds(void)
{
	static const uint64_t fds[][LTF_FDS_COLUMNS] = {{0, 0, 1},
		{3, LTF_FDS_CLOEXEC | LTF_FDS_LISTENING, 2, 2, 1, 3},
		{7, LTF_FDS_CLOEXEC, 4, 2, 1, 3, 5}, {8, 0, 6, 0, 0, 0, 0, 1500000000, 250},
		{9, LTF_FDS_NOT_READ}, {10, 0, 99}};
	static const char more[] = "\x01\x14\x61non_inode:[timerfd]"; /* of scan 1; 20 bytes */
	static const char *const texts[] = {
		"/dev/null", "socket:[4711]", "127.0.0.1:80", "socket:[4712]", "[::1]:4242"};
	struct dg g;
	struct dg_block b[2 * PAIRS];
	struct dg_scan s = pairs(b, 1);
	s.fds = fds;
	s.n_fds = sizeof(fds) / sizeof(*fds);
	s.texts = texts;
	s.n_texts = sizeof(texts) / sizeof(*texts);
	s.figure[LTF_SCAN_FDS] = s.n_fds + 1;
	s.figure[LTF_SCAN_FD_LIMIT] = 1024;
	begin(&g, 0, 0);
	g.codec = LTF_CODEC_PLAIN;
	rounds(&g);
	dg_scan_open(&g, &s);
	dg_record(&g, LTF_REC_TEXTS, more, sizeof(more) - 1);
	dg_scan_close(&g, &s);
	dg_finish(&g, 0);
	save(&g, "good-scan-fds");
}

/* Threads: the first, one that has ended, one that waits for ever; and timers. */
static void good_pthreads(void)
{
	static const uint64_t pthreads[][LTF_PTHREAD_COLUMNS] = {
		{0x7f0000001740, 0, LTF_PTHREAD_ENDED, 0x7f0000000000, 8 << 20, 8192},
		{0x7f0000801740, 4713, LTF_PTHREAD_HELPER, 0x7f0000800000, 8 << 20, 12288, 203,
			LTF_PTHREAD_WAITS_FOREVER, 0x601040},
		{0x7f0001001740, 4714, LTF_PTHREAD_DETACHED, 0x7f0001000000, 8 << 20, 8192, 1,
			LTF_PTHREAD_WAITS_FOREVER, 5},
		{0x7f0002000740, 4711, LTF_PTHREAD_MAIN}};
	static const uint64_t timers[][LTF_TIMER_COLUMNS] = {
		{1, 0, 2, 1, 0, 4711}, {0x602011, 7, 11, 4, 32, 4714}};
	struct dg g;
	struct dg_block b[2 * PAIRS];
	struct dg_scan s = pairs(b, 1);
	s.pthreads = pthreads;
	s.n_pthreads = sizeof(pthreads) / sizeof(*pthreads);
	s.timers = timers;
	s.n_timers = sizeof(timers) / sizeof(*timers);
	s.figure[LTF_SCAN_TASKS] = 3;
	s.figure[LTF_SCAN_TIMERS] = 3;
	begin(&g, 0, 0);
	g.codec = LTF_CODEC_PLAIN;
	rounds(&g);
	dg_scan(&g, &s);
	dg_finish(&g, 0);
	save(&g, "good-scan-pthreads");
}

#define RES(kind, site, ...)                                                                       \
	dg_res(&g, LTF_RES_##kind, site, sizeof((uint64_t[]){__VA_ARGS__}) / 8,                    \
		(uint64_t[]){__VA_ARGS__})

/* Every kind of resource, most of them left open; and a scan that has found some more, and misses
 * one. */
static void good_resources(void)
{
	static const uint64_t fds[][LTF_FDS_COLUMNS] = {
		{0, 0, 1}, {1, 0, 1}, {2, 0, 1}, {4, 0, 2}, {5, LTF_FDS_CLOEXEC, 3}, {9, 0, 3}};
	static const char *const texts[] = {"/dev/pts/0", "/tmp/log", "socket:[4711]"};
	static const uint64_t timers[][LTF_TIMER_COLUMNS] = {{1, 1, 2, 1, 0, 4711}};
	struct dg g;
	struct dg_block b[2 * PAIRS];
	struct dg_scan s = pairs(b, 1);
	s.fds = fds;
	s.n_fds = s.figure[LTF_SCAN_FDS] = sizeof(fds) / sizeof(*fds);
	s.texts = texts;
	s.n_texts = sizeof(texts) / sizeof(*texts);
	s.timers = timers;
	s.n_timers = 1;
	s.figure[LTF_SCAN_TIMERS] = 2;
	s.figure[LTF_SCAN_TASKS] = 1;
	s.figure[LTF_SCAN_TIME_US] = 1000000;
	begin(&g, 0, 0);
	g.codec = LTF_CODEC_PLAIN;
	RES(FD_INHERITED, 0, 0, 2);
	rounds(&g);
	for (uint64_t n = 3; n < 20; n++)
		RES(FD_OPEN, 2, n, n % LTF_FD_KINDS, n == 4 ? 0x7000 : 0, n % 2);
	RES(FD_STREAM, 2, 5, 0x8000);
	RES(FD_CLOSE, 3, 3, LTF_FD_BY_CLOSE, 0);
	RES(FD_CLOSE, 3, 99, LTF_FD_BY_CLOSE, 0);
	RES(FD_CLOSE_FAILED, 3, 99, LTF_FD_BY_CLOSE, 9);
	RES(FD_CLOSE, 3, 4, LTF_FD_BY_FCLOSE, 0x7000);
	RES(FD_CLOSE_RANGE, 3, 7, 0xffffffff);
	RES(FD_OPEN, 2, 4, LTF_FD_FILE, 0x7000, 0);
	RES(FD_OPEN, 2, 2, LTF_FD_DUP, 5, LTF_FD_REPLACES);
	RES(THREAD_CREATE, 2, 0x7f1000000000, 0);
	RES(THREAD_CREATE, 2, 0x7f1000001000, 1);
	RES(TIMER_CREATE, 3, 1, 1, 0, 0);
	RES(TIMER_SET, 3, 1, 1500000000, 250000000, 0);
	RES(TIMER_CREATE, 3, 2, 0, 2, 0x4000);
	RES(TIMER_DELETE, 3, 2);
	RES(ITIMER_SET, 4, 0, 5000000000, 0);
	RES(MMAP, 3, 0x7f2000000000, 65536, 3ULL << 32 | 0x22);
	RES(MMAP, 3, 0x7f3000000000, 65536, 1ULL << 32 | 1);
	RES(MREMAP, 0, 0x7f2000000000, 65536, 0x7f4000000000, 131072);
	RES(MUNMAP, 3, 0x7f3000000000, 4096);
	RES(BRK, 3, 0x555500200000, 0x555500300000);
	RES(SEGMENT_CREATE, 3, 17, 4096);
	RES(SHM_ATTACH, 3, 0x7f5000000000, 4096, 17);
	RES(PAIR_CREATE, 4, 0x30000, 0, 0);
	RES(PAIR_CREATE, 4, 0x31000, 1, 4096);
	RES(PAIR_RELEASE, 4, 0x31000, 1);
	dg_drain(&g, 0);
	dg_scan(&g, &s);
	RES(FD_CLOSE, 3, 5, LTF_FD_BY_CLOSE, 0);
	RES(SEGMENT_REMOVE, 3, 17);
	RES(SHM_DETACH, 3, 0x7f5000000000);
	dg_finish(&g, 0);
	save(&g, "good-resources");
}

static void tell(struct dg *g, unsigned type, uint64_t number, const char *text)
{
	uint8_t buf[64], *p = ltf_put(buf, number);
	memcpy(p, text, strlen(text));
	dg_blob(g, type, buf, (size_t)(p - buf) + strlen(text));
}

static void region(struct dg *g, unsigned kind, uint64_t name, uint64_t inherited)
{
	const uint64_t args[] = {name, inherited};
	dg_res(g, kind, 2, inherited ? 2 : 1, args);
}

/* Names before and behind their use, and none; recursion; begins and ends that do not go together.
 */
static void good_regions(void)
{
	struct dg g;
	begin(&g, 0, 0);
	region(&g, LTF_RES_REGION_BEGIN, 1, 1);
	rounds(&g);
	region(&g, LTF_RES_REGION_END, 1, 0);
	tell(&g, LTF_BLOB_NAME, 1, "load/all");
	tell(&g, LTF_BLOB_NAME, 2, "\033[31mparse\n\xff");
	tell(&g, LTF_BLOB_CALLED, 1, "\tloader");
	region(&g, LTF_RES_MARK, 3, 0);
	for (uint64_t i = 0; i < 3; i++) {
		region(&g, LTF_RES_REGION_BEGIN, 1, 0);
		region(&g, LTF_RES_REGION_BEGIN, 2, 0);
		dg_alloc(&g, 0x9000000 + i * 64, 10 + i, 2, LTF_API_MALLOC);
		region(&g, LTF_RES_REGION_BEGIN, 1, 0);
		dg_alloc(&g, 0x9100000 + i * 64, 10 + i, 3, LTF_API_MALLOC);
		if (i)
			dg_release(&g, LTF_W_FREE, 0x9000000 + i * 64 - 64, LTF_API_MALLOC);
		region(&g, LTF_RES_REGION_END, i == 1 ? 1 : 2, 0);
		region(&g, LTF_RES_REGION_END, 0, 0);
	}
	region(&g, LTF_RES_REGION_END, 9, 0);
	tell(&g, LTF_BLOB_NAME, 3, "turn");
	region(&g, LTF_RES_MARK, 3, 0);
	region(&g, LTF_RES_MARK, 77, 0);
	region(&g, LTF_RES_REGION_BEGIN, 88, 0);
	dg_alloc(&g, 0x9200000, 1, 4, LTF_API_MALLOC);
	dg_finish(&g, 0);
	save(&g, "good-regions");
}

static void bad_scans(void)
{
	static const char *const names[] = {"bad-scan-cut", "bad-scan-count", "bad-scan-holder",
		"bad-scan-leader", "bad-scan-order"};
	for (int i = 0; i < 5; i++) {
		struct dg g;
		struct dg_block b[2 * PAIRS];
		struct dg_scan s = pairs(b, 1);
		begin(&g, 0, 0);
		rounds(&g);
		if (i == 1)
			s.figure[LTF_SCAN_BLOCKS] = 2 * PAIRS + 1;
		if (i == 2)
			b[5].holder = ROOTS;
		if (i == 3)
			b[1].leader = 6; /* which is reachable */
		if (i == 4)
			b[8].addr = b[7].addr;
		dg_scan_open(&g, &s);
		dg_seal(&g);
		dg_scan_close(&g, &s);
		dg_finish(&g, 0);
		if (i == 0)
			g.size -= 90;
		save(&g, names[i]);
	}
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: make-samples DIRECTORY\n", stderr);
		return 2;
	}
	directory = argv[1];
	good_ones();
	bad_headers();
	bad_streams();
	good_scans();
	good_fds();
	good_pthreads();
	good_resources();
	good_regions();
	bad_scans();
	return 0;
}
