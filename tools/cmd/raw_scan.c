#include "tools/cmd/raw_scan.h"

#include <inttypes.h>
#include <stdio.h>
#include "tools/util/text.h"

static const char *const verdicts[LTF_VERDICTS] = {
	"unknown", "reachable", "possible", "indirect", "definite"};
static const char *const holders[] = {"nothing", "root", "word", "block"};

static void print_figures(const struct lr_scan *s)
{
	static const char *const names[LTF_SCAN_FIGURE_COUNT] = {
#define FIGURE_NAME(id, name, number) [number] = name,
		LTF_SCAN_FIGURES(FIGURE_NAME)};
	printf("scan %" PRIu32, s->number);
	for (unsigned i = 0; i < LTF_SCAN_FIGURE_COUNT; i++)
		if (names[i] && s->figure[i])
			printf(" %s %" PRIu64, names[i], s->figure[i]);
	putchar('\n');
}

static void print_text(const struct lr_scan *s, const char *what, uint32_t number)
{
	const char *text = lr_scan_text(s, number);
	if (!*text)
		return;
	printf(" %s ", what);
	lr_put_safe(stdout, text);
}

static void print_fd(const struct lr_scan *s, const struct lr_scan_fd *fd)
{
	printf("  fd %" PRIu32 " flags %" PRIu32, fd->number, fd->flags);
	if (fd->family)
		printf(" family %" PRIu32 " type %" PRIu32, fd->family, fd->type);
	if (fd->expires || fd->interval)
		printf(" expires %" PRIu64 " interval %" PRIu64, fd->expires, fd->interval);
	print_text(s, "local", fd->local);
	print_text(s, "peer", fd->peer);
	print_text(s, "name", fd->name);
	putchar('\n');
}

static void print_map(const struct lr_scan *s, const struct lr_scan_map *m)
{
	static const char *const kinds[LTF_MAPPING_KINDS] = {[LTF_MAPPING_UNKNOWN] = "unknown",
		[LTF_MAPPING_OWN] = "own",
		[LTF_MAPPING_INHERITED] = "inherited",
		[LTF_MAPPING_ALLOCATOR] = "allocator",
		[LTF_MAPPING_OBJECT] = "object",
		[LTF_MAPPING_STACK] = "stack",
		[LTF_MAPPING_BRK] = "brk",
		[LTF_MAPPING_TRACER] = "tracer",
		[LTF_MAPPING_KERNEL] = "kernel"};
	printf("  mapping 0x%" PRIx64 " length %" PRIu64 " %s access %u flags %u", m->start,
		m->length, m->kind < LTF_MAPPING_KINDS ? kinds[m->kind] : "?", (unsigned)m->access,
		(unsigned)m->flags);
	if (m->resident)
		printf(" resident %" PRIu64, (uint64_t)m->resident);
	print_text(s, "name", m->name);
	putchar('\n');
}

static void print_block(const struct lr_scan *s, size_t i)
{
	const struct lr_scan_block *b = &s->blocks[i];
	printf("  block %zu 0x%" PRIx64 " size %" PRIu64 " site %" PRIu32 " birth %" PRIu32
	       " %s by %u flags %u in %s",
		i, (uint64_t)b->addr, (uint64_t)b->size, b->site, b->birth, verdicts[b->verdict],
		(unsigned)b->by, (unsigned)b->flags, holders[b->in]);
	if (b->in)
		printf(" %" PRIu32 "+%" PRIu64, b->holder, (uint64_t)b->offset);
	if (b->inside)
		printf(" to +%" PRIu32, b->inside);
	if (b->untouched)
		printf(" untouched %" PRIu32 " pages", b->untouched);
	if (b->leader != i)
		printf(" of %" PRIu32, b->leader);
	putchar('\n');
}

/* As far as they fit together: roots and words first. */
static void print_graph(const struct lr_scan *s)
{
	struct lr_graph g;
	if (!s->graph.used)
		return;
	lr_graph_read(&g, &s->graph, (uint32_t)s->blocks_used, (uint32_t)s->roots_used,
		(uint32_t)s->words_used);
	for (size_t i = 0; i < g.roots_used; i++)
		printf("  edge %s %" PRIu32 "+%" PRIu64 " to %" PRIu32 "\n",
			g.roots[i].word ? "word" : "root", g.roots[i].from, g.roots[i].offset,
			g.roots[i].to);
	for (uint32_t i = 0; i < g.blocks; i++)
		for (uint32_t k = g.first[i]; k < g.first[i + 1]; k++)
			printf("  edge block %" PRIu32 "+%" PRIu32 " to %" PRIu32 "\n", i,
				g.offset[k], g.to[k]);
	if (!g.whole)
		puts("  edges are missing");
	lr_graph_free(&g);
}

/* The last line has the sums over all blocks, as of the table. */
static void print_sums(const struct lr_scan *s)
{
	struct lr_scan_sum of[LTF_VERDICTS] = {{0}};
	for (size_t i = 0; i < s->sites_used; i++)
		for (unsigned v = 0; v < LTF_VERDICTS; v++) {
			of[v].blocks += s->sites[i].of[v].blocks;
			of[v].bytes += s->sites[i].of[v].bytes;
		}
	printf("scan %" PRIu32 " %" PRIu64 " blocks", s->number, s->figure[LTF_SCAN_BLOCKS]);
	for (unsigned v = 1; v < LTF_VERDICTS; v++)
		printf(" %s %" PRIu64 "/%" PRIu64, verdicts[v], of[v].blocks, of[v].bytes);
	putchar('\n');
}

static void print_pthread(const struct lr_scan_pthread *t)
{
	printf("  pthread 0x%" PRIx64 " tid %" PRIu32 " flags %" PRIu32 " stack 0x%" PRIx64
	       " length %" PRIu64 " touched %" PRIu64 " call %" PRIu32 " waits %" PRIu32
	       " for 0x%" PRIx64 "\n",
		t->handle, t->tid, t->flags, t->stack, t->stack_length, t->stack_touched, t->call,
		t->waits, t->call_arg);
}

static void print_timer(const struct lr_scan_timer *t)
{
	printf("  timer %" PRIu32 " clock %" PRId32 " notify %" PRIu32 " signal %" PRIu32
	       " value 0x%" PRIx64 " to %" PRIu32 "\n",
		t->id, t->clock, t->notify, t->signal, t->value, t->task);
}

void lr_raw_scan(const struct lr_scan *s)
{
	print_figures(s);
	for (size_t i = 0; i < s->roots_used; i++)
		printf("  root %zu 0x%" PRIx64 " length %" PRIu64 " kind %" PRIu32 " id %" PRIu32
		       "\n",
			i, s->roots[i].start, s->roots[i].length, s->roots[i].kind, s->roots[i].id);
	for (size_t i = 0; i < s->words_used; i++)
		printf("  word %zu 0x%" PRIx64 " kind %" PRIu32 " id %" PRIu32 " number %" PRIu32
		       "\n",
			i, s->words[i].value, s->words[i].kind, s->words[i].id, s->words[i].number);
	for (size_t i = 0; i < s->threads_used; i++)
		printf("  thread %" PRIu32 " sp 0x%" PRIx64 " flags %" PRIu32 "\n",
			s->threads[i].tid, s->threads[i].sp, s->threads[i].flags);
	for (size_t i = 0; i < s->frames_used; i++)
		printf("  frame of %" PRIu32 " sp 0x%" PRIx64 " pc 0x%" PRIx64 " flags %" PRIu32
		       "\n",
			s->frames[i].tid, s->frames[i].sp, s->frames[i].pc, s->frames[i].flags);
	for (size_t i = 0; i < s->fds_used; i++)
		print_fd(s, &s->fds[i]);
	for (size_t i = 0; i < s->pthreads_used; i++)
		print_pthread(&s->pthreads[i]);
	for (size_t i = 0; i < s->timers_used; i++)
		print_timer(&s->timers[i]);
	for (size_t i = 0; i < s->maps_used; i++)
		print_map(s, &s->maps[i]);
	for (size_t i = 0; i < s->blocks_used; i++)
		print_block(s, i);
	print_graph(s);
	print_sums(s);
}
