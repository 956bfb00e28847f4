/* Any bytes as a dump: read, replayed, and reported in every form. Nothing may crash, hang, or need
 * memory out of proportion.
 *
 * With libFuzzer (clang -fsanitize=fuzzer) this is a fuzz target; built otherwise it runs the files
 * and folders that it is given, and with FUZZ_MUTATE=N also N mutations of each. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "format/chunk.h"
#include "tools/model/model.h"
#include "tools/render/render.h"
#include "tools/replay.h"

/* Small, so that the limits are met too. */
static const struct lr_limits limits = {.live_blocks = 5000,
	.nodes = 1000,
	.cells = 500,
	.threads = 50,
	.modules = 20,
	.regions = 40,
	.resources = 100,
	.pending = 3000,
	.blocks = 500,
	.meta = 10000,
	.scans = 20,
	.scan_blocks = 5000,
	.graph = 5000};

struct bytes {
	const uint8_t *data;
	size_t n;
};

static ssize_t read_at(void *ctx, void *buf, size_t n, uint64_t off)
{
	const struct bytes *b = ctx;
	if (off >= b->n)
		return 0;
	n = n < b->n - off ? n : b->n - off;
	memcpy(buf, b->data + off, n);
	return (ssize_t)n;
}

static uint64_t size_of(void *ctx)
{
	return ((const struct bytes *)ctx)->n;
}

static FILE *nowhere;

/* Of the last scan, what holds its blocks. */
static void report_holders(
	const struct lr_model *m, struct lr_names *names, const struct lr_summary *summary)
{
	struct lr_style style = {0};
	const struct lr_dump *d = &m->dumps[0];
	const struct lr_scan *scan = lr_scans_get(&d->scans, LR_SCANS_LAST);
	if (!scan)
		return;
	struct lr_heap *heap = lr_heap_open(m, names, d, scan);
	struct lr_report r = {.command = "fuzz",
		.summary = summary,
		.why = lr_why_make(heap, "*", 10, 10),
		.holders = lr_holders_make(heap, 10, 10)};
	lr_render_text(nowhere, &r, &style);
	lr_render_json(nowhere, &r, &style);
	lr_why_free((struct lr_why *)r.why);
	lr_holders_free((struct lr_holders_view *)r.holders);
	lr_heap_close(heap);
}

/* In each form that there is. */
static void report_errors(
	const struct lr_model *m, struct lr_names *names, const struct lr_summary *summary)
{
	struct lr_style style = {0};
	struct lr_query q = {.limit = 10, .stack_max = 10};
	struct lr_leak_query asked = {.sites = &q};
	struct lr_rules *rules = lr_rules_new();
	struct lr_errors *errors =
		lr_errors_find(m, names, &asked, "all,free,fd,timer,thread,churn,growth");
	errors->rules = rules;
	struct lr_sources *sources = lr_sources_open(NULL, 0);
	struct lr_report r = {
		.command = "fuzz", .summary = summary, .errors = errors, .sources = sources};
	for (int i = 0; i < LR_FORMAT_COUNT; i++)
		lr_formats[i].render(nowhere, &r, &style);
	lr_sources_close(sources);
	lr_errors_free(errors);
	lr_rules_free(rules);
}

static void report(const struct lr_model *m)
{
	struct lr_symbol_options none = {.sysroot = "/nonexistent"};
	struct lr_names *names = lr_names_open(m, &none);
	struct lr_summary *summary = lr_summary_make(m);
	struct lr_details *details = lr_details_make(m, 10);
	struct lr_style style = {0};
	for (int group = 0; group < LR_GROUP_COUNT; group++) {
		struct lr_query q = {.group = (enum lr_group)group,
			.sort = (enum lr_sort)(group % LR_SORT_COUNT),
			.limit = 10,
			.stack_max = 10,
			.module = group == LR_GROUP_FILE ? "*demo*" : NULL,
			.function = group == LR_GROUP_MODULE ? "*" : NULL};
		struct lr_table *table = lr_table_make(m, names, &q);
		struct lr_leak_query lost = {.sites = &q,
			.classes = (1u << LR_LEAK_CLASS_COUNT) - 1,
			.scan = group ? LR_SCANS_LAST : 1};
		struct lr_leaks *leaks = lr_leaks_make(m, names, &lost);
		struct lr_findings *findings = lr_findings_make(m, names, &lost, NULL, NULL);
		struct lr_resource_query asked = {.sites = &q,
			.sort = (enum lr_resource_sort)(group % LR_RESOURCE_SORT_COUNT),
			.at = group == LR_GROUP_MODULE ? LR_SCANS_LAST
			      : group                  ? LR_OPEN_END
						       : 1,
			.all = group % 2,
			.open_max = 5};
		struct lr_resources_view *resources = lr_resources_view_make(m, names, &asked);
		struct lr_query in = q;
		in.region = group == LR_GROUP_FUNCTION ? "*a*" : NULL;
		struct lr_region_query each = {.sites = &in,
			.sort = (enum lr_region_sort)(group % LR_REGION_SORT_COUNT),
			.sites_max = 3};
		struct lr_regions_view *regions = lr_regions_view_make(m, names, &each);
		struct lr_report r = {.command = "fuzz",
			.summary = summary,
			.resources = resources,
			.regions = regions,
			.headline = group % 2,
			.table = table,
			.leaks = leaks,
			.findings = findings,
			.details = group % 2 ? details : NULL};
		lr_render_text(nowhere, &r, &style);
		lr_render_json(nowhere, &r, &style);
		lr_render_collapsed(nowhere, table);
		lr_findings_free(findings);
		lr_leaks_free(leaks);
		lr_resources_view_free(resources);
		lr_regions_view_free(regions);
		lr_table_free(table);
	}
	report_holders(m, names, summary);
	report_errors(m, names, summary);
	lr_details_free(details);
	lr_summary_free(summary);
	lr_names_close(names);
}

static void one(const uint8_t *data, size_t n, bool by_thread)
{
	struct bytes b = {data, n};
	struct lr_reader reader = {.read_at = read_at, .size = size_of, .ctx = &b};
	struct lr_error err = {{0}};
	struct lr_source *s = lr_source_over(&reader, &limits, &err);
	if (!s)
		return;
	struct lr_selection all = lr_selection_all;
	all.by_thread = by_thread;
	all.by_region = true;
	lr_source_scans(s)->keep = by_thread ? LR_SCANS_ALL : LR_SCANS_LAST;
	struct lr_tally *tally = lr_tally_new(&all, &limits);
	struct lr_model *m = lr_model_new();
	lr_replay_source(s, tally, NULL, NULL);
	lr_model_add(m, "fuzz", s, tally);
	lr_tally_free(tally);
	lr_source_close(s);
	report(m);
	lr_model_free(m);
}

/* Makes the chunk at pos sound again: a mutation that every checksum catches would test little. */
static void mend(uint8_t *data, size_t n, size_t pos)
{
	struct ltf_chunk c;
	while (pos + sizeof(c) <= n) {
		memcpy(&c, data + pos, sizeof(c));
		if (c.magic != LTF_CHUNK_MAGIC || c.stored_len > n - pos - sizeof(c))
			return;
		ltf_chunk_seal(
			&c, c.codec, c.number, c.raw_len, data + pos + sizeof(c), c.stored_len);
		memcpy(data + pos, &c, sizeof(c));
		pos += ltf_chunk_span(&c);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	one(data, n, false);
	if (n < sizeof(struct ltf_header))
		return 0;
	uint8_t *copy = malloc(n);
	if (!copy)
		return 0;
	struct ltf_header h;
	memcpy(copy, data, n);
	memcpy(&h, copy, sizeof(h));
	h.crc = ltf_header_crc(&h);
	memcpy(copy, &h, sizeof(h));
	mend(copy, n, LTF_HEADER_SIZE);
	one(copy, n, true);
	free(copy);
	return 0;
}

#ifndef FUZZ_LIBFUZZER
static void mutate(const uint8_t *data, size_t n, unsigned seed)
{
	uint8_t *copy = malloc(n + 1);
	if (!copy)
		exit(99);
	memcpy(copy, data, n);
	srand(seed);
	/* The header's many zero bytes are dull: most changes are to what follows. */
	for (int i = 1 + rand() % 8; i > 0 && n > 0; i--) {
		size_t from = n > LTF_HEADER_SIZE && rand() % 4 ? LTF_HEADER_SIZE : 0;
		size_t at = from + (size_t)rand() % (n - from);
		switch (rand() % 4) {
		case 0:
			copy[at] = (uint8_t)rand();
			break;
		case 1:
			copy[at] ^= (uint8_t)(1 << rand() % 8);
			break;
		case 2:
			if (n - from > 8)
				memmove(copy + from + (size_t)rand() % (n - from - 4),
					copy + from + (size_t)rand() % (n - from - 4), 4);
			break;
		case 3:
			copy[at] = (uint8_t)(rand() % 2 ? 0xff : 0);
			break;
		}
	}
	if (rand() % 8 == 0)
		n = (size_t)rand() % (n + 1);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static void run_file(const char *path, unsigned mutations)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = malloc(1 << 20);
	if (!f || !data) {
		perror(path);
		exit(99);
	}
	size_t n = fread(data, 1, 1 << 20, f);
	fclose(f);
	LLVMFuzzerTestOneInput(data, n);
	for (unsigned i = 0; i < mutations; i++)
		mutate(data, n, i);
	free(data);
}

int main(int argc, char **argv)
{
	const char *many = getenv("FUZZ_MUTATE");
	for (int i = 1; i < argc; i++)
		run_file(argv[i], many ? (unsigned)strtoul(many, NULL, 10) : 0);
	printf("%d files\n", argc - 1);
	return 0;
}
#endif
