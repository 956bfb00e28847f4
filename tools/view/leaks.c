/* Sites of all dumps are put together by their frames, then parted into rows by class. */
#include "tools/view/leaks.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/map.h"
#include "tools/util/mem.h"
#include "tools/view/leaks_parts.h"
#include "tools/view/match.h"

#define CLASS_KEY(name, key, text)  key,
#define CLASS_TEXT(name, key, text) text,
const char *const lr_leak_keys[LR_LEAK_CLASS_COUNT] = {LR_LEAK_CLASSES(CLASS_KEY)};
const char *const lr_leak_texts[LR_LEAK_CLASS_COUNT] = {LR_LEAK_CLASSES(CLASS_TEXT)};

static const char *reason_text(uint64_t reason)
{
	static const char *const texts[] = {[LTF_SCAN_AT_EXIT] = "at exit",
		[LTF_SCAN_REQUESTED] = "asked for from outside",
		[LTF_SCAN_CALLED] = "asked for by the program",
		[LTF_SCAN_INTERVAL] = "when it was time",
		[LTF_SCAN_SIGNAL] = "on a fatal signal"};
	return reason < sizeof(texts) / sizeof(*texts) && texts[reason] ? texts[reason]
									: "for a reason unknown";
}

static const char *why_none(const struct lr_dump *d, uint32_t number)
{
	if (d->scans.used)
		return number == LR_SCANS_LAST ? NULL : "no scan of that number";
	if (d->scans.damaged)
		return "its scan is damaged";
	if (d->scans.unfinished)
		return "its scan was not finished";
	switch (d->header.scan.at_end) {
	case LTF_END_SEALED:
		return "no scan: the program allows no new system calls (seccomp)";
	case LTF_END_BLOCKS:
		return "no scan: not all live blocks were known";
	case LTF_END_NO_COPY:
		return "no scan: the process could not be copied";
	case LTF_END_INHERITED:
		return "it has few blocks of its own among very many inherited ones";
	case LTF_END_UNFINISHED:
		return "its scan was not finished";
	default:
		break;
	}
	return d->header.state == LTF_STATE_FINISHED
		       ? "no scan of its memory was asked for (LEAKTRACE_SCAN)"
		       : "no scan of its memory: it did not end by itself";
}

static void choose_scans(struct lr_leaks *l, const struct lr_model *m, uint32_t number)
{
	l->scans = lr_calloc(m->dumps_used, sizeof(*l->scans));
	l->scans_used = m->dumps_used;
	for (size_t i = 0; i < m->dumps_used; i++) {
		const struct lr_dump *d = &m->dumps[i];
		const struct lr_scan *scan = lr_scans_get(&d->scans, number);
		l->scans[i] = (struct lr_leak_scan){.dump = d, .scan = scan};
		if (!scan) {
			l->scans[i].why_none = why_none(d, number);
			continue;
		}
		l->scans[i].reason = reason_text(scan->figure[LTF_SCAN_REASON]);
		l->scans[i].doubtful = lr_scan_doubtful(scan);
		l->judged++;
		l->doubtful += l->scans[i].doubtful;
		l->cut += scan->cut;
		lr_leak_sum_add(&l->inherited, &scan->inherited);
	}
}

/* Where registers of threads are not known, what looks lost may be held by one of them. */
static void doubt(struct lr_scan_site *s)
{
	struct lr_scan_sum none = {0};
	lr_leak_sum_add(&s->of[LTF_VERDICT_POSSIBLE], &s->of[LTF_VERDICT_DEFINITE]);
	lr_leak_sum_add(&s->of[LTF_VERDICT_POSSIBLE], &s->of[LTF_VERDICT_INDIRECT]);
	s->of[LTF_VERDICT_DEFINITE] = s->of[LTF_VERDICT_INDIRECT] = none;
	s->owned = s->in_cycles = none;
	s->cycles = 0;
}

/* All sites of the scans that are shown, each once. */
static void gather(struct lr_leak_sites *to, const struct lr_leaks *l)
{
	size_t sites_room = 0, owned_room = 0;
	for (size_t i = 0; i < l->scans_used; i++) {
		const struct lr_scan *scan = l->scans[i].scan;
		bool doubtful = l->scans[i].doubtful;
		for (size_t k = 0; scan && k < scan->sites_used; k++) {
			LR_GROW(to->sites, to->sites_used, sites_room);
			to->sites[to->sites_used] = scan->sites[k];
			if (doubtful)
				doubt(&to->sites[to->sites_used]);
			to->sites_used++;
		}
		for (size_t k = 0; scan && !doubtful && k < scan->owned_used; k++) {
			LR_GROW(to->owned, to->owned_used, owned_room);
			to->owned[to->owned_used++] = scan->owned[k];
		}
	}
}

static void merge(struct lr_leak_sites *s)
{
	size_t n = 0;
	if (s->sites_used)
		qsort(s->sites, s->sites_used, sizeof(*s->sites), lr_scan_by_site);
	for (size_t i = 0; i < s->sites_used; i++) {
		if (n && s->sites[n - 1].site == s->sites[i].site)
			lr_scan_site_merge(&s->sites[n - 1], &s->sites[i]);
		else
			s->sites[n++] = s->sites[i];
	}
	s->sites_used = n;
	n = 0;
	if (s->owned_used)
		qsort(s->owned, s->owned_used, sizeof(*s->owned), lr_scan_by_owner);
	for (size_t i = 0; i < s->owned_used; i++) {
		if (n && lr_scan_by_owner(&s->owned[n - 1], &s->owned[i]) == 0)
			lr_leak_sum_add(&s->owned[n - 1].sum, &s->owned[i].sum);
		else
			s->owned[n++] = s->owned[i];
	}
	s->owned_used = n;
}

struct lr_leaks *lr_leaks_make(
	const struct lr_model *m, struct lr_names *names, const struct lr_leak_query *q)
{
	struct lr_leaks *l = lr_calloc(1, sizeof(*l));
	struct lr_leak_sites sites = {0};
	l->group = q->sites->group;
	l->classes = q->classes;
	choose_scans(l, m, q->scan);
	gather(&sites, l);
	merge(&sites);
	lr_leak_rows(l, &sites, m, names, q);
	free(sites.sites);
	free(sites.owned);
	return l;
}

struct lr_leaks *lr_leaks_bare(
	const struct lr_model *m, struct lr_names *names, const struct lr_leak_query *q)
{
	struct lr_query sites = *q->sites;
	struct lr_leak_query bare = *q;
	sites.group = LR_GROUP_SITE;
	bare.sites = &sites;
	bare.bare = true;
	return lr_leaks_make(m, names, &bare);
}

static void free_row(struct lr_leak_row *r)
{
	for (size_t i = 0; i < r->owns_used; i++)
		free(r->owns[i].stack);
	for (size_t i = 0; i < r->releases_used; i++)
		free(r->releases[i].stack);
	free(r->owns);
	free(r->releases);
	free(r->stack);
	free(r->title);
}

void lr_leaks_free(struct lr_leaks *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->all_rows; i++)
		free_row(&l->rows[i]);
	free(l->rows);
	free(l->scans);
	free(l);
}
