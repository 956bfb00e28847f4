/* retention.interior: large blocks to which nothing leads but pointers far into them. Of those in
 * roots and reachable blocks the scan has noted the one that leads lowest; where the pointers are
 * not all known, or others lead there, too, nothing is told. */
#include <stdlib.h>
#include "tools/util/mem.h"
#include "tools/util/text.h"
#include "tools/view/findings.h"
#include "tools/view/match.h"

enum { BY_INTERIOR = 1 }; /* enum lt_scan_by of lib/scan.h */

struct held {
	uint32_t frame;
	struct lr_scan_sum sum;
	uint64_t meant; /* bytes from where the pointers lead to the ends */
	uint64_t addr;  /* of the largest */
	uint64_t largest;
	bool several; /* places with pointers to one block */
	const struct lr_dump *dump;
};

struct held_list {
	struct held *all;
	size_t used, room;
	const struct lr_thresholds *thresholds;
};

static bool is_candidate(
	const struct lr_scans *s, const struct lr_scan_block *b, const struct lr_thresholds *t)
{
	return b->verdict == LTF_VERDICT_POSSIBLE && b->by == BY_INTERIOR && b->site &&
	       !(b->flags & (LTF_SCANNED_INHERITED | LTF_SCANNED_IGNORED)) &&
	       b->inside >= lr_threshold(t, LR_THRESHOLD_RETENTION_INTERIOR_BYTES) &&
	       b->inside < b->size &&
	       lr_threshold_reached(t, LR_THRESHOLD_RETENTION_INTERIOR_SHARE, b->inside, b->size) &&
	       b->size >= s->min_size && b->size <= s->max_size;
}

/* Of a block. */
struct pointers {
	uint8_t places; /* that have some, up to two */
	bool doubtful; /* some of them are not reachable themselves: where they lead is not known */
};

/* By block. NULL: not all are known. */
static struct pointers *find_pointers(const struct lr_scan *s)
{
	struct lr_graph g;
	struct pointers *of = NULL;
	lr_graph_read(&g, &s->graph, (uint32_t)s->blocks_used, (uint32_t)s->roots_used,
		(uint32_t)s->words_used);
	if (g.whole)
		of = lr_calloc(s->blocks_used, sizeof(*of));
	for (uint32_t from = 0; g.whole && from < g.blocks; from++)
		for (uint32_t i = g.first[from]; i < g.first[from + 1]; i++) {
			struct pointers *p = &of[g.to[i]];
			p->places += p->places < 2;
			p->doubtful |= s->blocks[from].verdict != LTF_VERDICT_REACHABLE;
		}
	for (size_t i = 0; g.whole && i < g.roots_used; i++) {
		struct pointers *p = &of[g.roots[i].to];
		p->places += p->places < 2;
	}
	lr_graph_free(&g);
	return of;
}

static void look_at(struct held_list *to, const struct lr_dump *d, const struct lr_scan *s)
{
	struct pointers *of = NULL;
	size_t first = 0;
	while (first < s->blocks_used &&
		!is_candidate(&d->scans, &s->blocks[first], to->thresholds))
		first++;
	if (first < s->blocks_used)
		of = find_pointers(s);
	for (size_t i = first; of && i < s->blocks_used; i++) {
		const struct lr_scan_block *b = &s->blocks[i];
		if (of[i].doubtful || !is_candidate(&d->scans, b, to->thresholds))
			continue;
		LR_GROW(to->all, to->used, to->room);
		to->all[to->used++] = (struct held){.frame = b->site,
			.sum = {1, b->size},
			.meant = b->size - b->inside,
			.addr = b->addr,
			.largest = b->size,
			.several = of[i].places > 1,
			.dump = d};
	}
	free(of);
}

static int by_frame(const void *pa, const void *pb)
{
	const struct held *a = pa, *b = pb;
	if (a->frame != b->frame)
		return a->frame < b->frame ? -1 : 1;
	if (a->largest != b->largest)
		return a->largest > b->largest ? -1 : 1;
	return a->addr < b->addr ? -1 : a->addr > b->addr;
}

/* One for each site, that of the largest block. */
static void merge(struct held_list *l)
{
	size_t put = 0;
	if (l->used)
		qsort(l->all, l->used, sizeof(*l->all), by_frame);
	for (size_t i = 0; i < l->used; i++) {
		const struct held *x = &l->all[i];
		if (!put || l->all[put - 1].frame != x->frame) {
			l->all[put++] = *x;
			continue;
		}
		l->all[put - 1].sum.blocks += x->sum.blocks;
		l->all[put - 1].sum.bytes += x->sum.bytes;
		l->all[put - 1].meant += x->meant;
		l->all[put - 1].several |= x->several;
	}
	l->used = put;
}

static bool is_silenced(const struct lr_findings_input *in, uint32_t frame)
{
	return in->suppressor && lr_suppressor_rule(in->suppressor, frame, LR_SUPPRESS_POSSIBLE);
}

static void find(struct lr_findings *f, const struct lr_findings_input *in)
{
	struct held_list list = {.thresholds = in->thresholds};
	for (size_t i = 0; i < in->leaks->scans_used; i++) {
		const struct lr_leak_scan *s = &in->leaks->scans[i];
		if (s->scan && !s->doubtful && !s->scan->cut)
			look_at(&list, s->dump, s->scan);
	}
	merge(&list);
	struct lr_match *match = lr_match_new(in->model, in->names, in->sites);
	for (size_t i = 0; i < list.used; i++) {
		const struct held *h = &list.all[i];
		if (!lr_match_stack(match, h->frame, 0) || is_silenced(in, h->frame))
			continue;
		struct lr_finding *x = lr_finding_add(
			f, &lr_findings_interior, "retention.interior", LR_SEVERITY_LOW, h->frame);
		x->count = h->sum.blocks;
		x->bytes = x->weight = h->sum.bytes;
		x->of = lr_findings_keep(f, h, sizeof(*h));
	}
	lr_match_free(match);
	free(list.all);
}

static void explain(struct lr_finding *x, const struct lr_findings_input *in)
{
	const struct held *h = x->of;
	const char *blocks = h->sum.blocks == 1 ? "it" : "each";
	(void)in;
	char *held = lr_leak_amount(&h->sum);
	lr_finding_title(x, "%s held by %s into %s that can mean %s at the most", held,
		h->several ? "pointers" : "one pointer", blocks, lr_show_bytes(h->meant).text);
	free(held);
	lr_finding_say(x,
		"%s lie before where %s %s leads, and nothing leads there (unless the program goes "
		"back from it); they stay as long as it does",
		lr_show_bytes(h->sum.bytes - h->meant).text, h->several ? "the lowest" : "the one",
		h->sum.blocks == 1 ? "pointer" : "pointer into each");
	lr_finding_count(x, "held_bytes", h->sum.bytes);
	lr_finding_count(x, "meant_bytes", h->meant);
	lr_finding_next(x,
		"copy what is needed and release the rest; who has the pointer: leakreport why %s "
		"0x%llx",
		h->dump->path, (unsigned long long)h->addr);
}

const struct lr_finding_producer lr_findings_interior = {.find = find, .explain = explain};
