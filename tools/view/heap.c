#include "tools/view/heap.h"

#include <stdlib.h>
#include "tools/util/mem.h"
#include "tools/view/heap_parts.h"

#define KIND_KEY(name, key, words)   key,
#define KIND_WORDS(name, key, words) words,
const char *const lr_holder_keys[LR_HOLDER_KIND_COUNT] = {LR_HOLDER_KINDS(KIND_KEY)};
const char *const lr_holder_words[LR_HOLDER_KIND_COUNT] = {LR_HOLDER_KINDS(KIND_WORDS)};

static void read_graph(struct lr_heap *h)
{
	const struct lr_scan *s = h->scan;
	lr_graph_read(&h->graph, &s->graph, (uint32_t)s->blocks_used, (uint32_t)s->roots_used,
		(uint32_t)s->words_used);
	if (h->graph.whole)
		return;
	lr_graph_free(&h->graph);
	lr_graph_of_scan(&h->graph, s);
}

struct lr_heap *lr_heap_open(const struct lr_model *m, struct lr_names *names,
	const struct lr_dump *d, const struct lr_scan *scan)
{
	struct lr_heap *h = lr_calloc(1, sizeof(*h));
	*h = (struct lr_heap){.model = m, .dump = d, .scan = scan, .names = names};
	h->sizes = lr_calloc(scan->blocks_used, sizeof(*h->sizes));
	h->sites = lr_calloc(scan->blocks_used, sizeof(*h->sites));
	for (size_t i = 0; i < scan->blocks_used; i++) {
		h->sizes[i] = scan->blocks[i].size;
		h->sites[i] = scan->blocks[i].site;
		h->all.bytes += h->sizes[i];
	}
	h->all.blocks = scan->blocks_used;
	read_graph(h);
	lr_heap_find_holders(h);
	lr_retained_make(&h->retained, &h->graph, &h->held, h->sizes);
	return h;
}

void lr_heap_close(struct lr_heap *h)
{
	if (!h)
		return;
	lr_retained_free(&h->retained);
	lr_graph_free(&h->graph);
	for (size_t i = 0; i < h->owned_used; i++)
		free(h->owned[i]);
	free(h->owned);
	free(h->holders);
	free(h->passing);
	free(h->holds);
	free(h->sizes);
	free(h->sites);
	free(h);
}

uint32_t lr_heap_block_at(const struct lr_heap *h, uint64_t addr)
{
	const struct lr_scan_block *b = h->scan->blocks;
	size_t low = 0, high = h->scan->blocks_used;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (b[mid].addr <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	if (low && (addr == b[low - 1].addr || addr - b[low - 1].addr < b[low - 1].size))
		return (uint32_t)low - 1;
	return LR_NO_NODE;
}
