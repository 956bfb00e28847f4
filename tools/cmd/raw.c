/* A dump's records as they are, one a line, without making sense of them. */
#include "tools/cmd/command.h"

#include <inttypes.h>
#include <string.h>
#include "format/varint.h"
#include "tools/cmd/raw_scan.h"
#include "tools/util/text.h"

static const char *const api_names[LTF_API_COUNT] = {[LTF_API_MALLOC] = "malloc",
	[LTF_API_CALLOC] = "calloc",
	[LTF_API_REALLOC] = "realloc",
	[LTF_API_MEMALIGN] = "memalign",
	[LTF_API_NEW] = "new",
	[LTF_API_NEW_ARRAY] = "new[]",
	[LTF_API_FREE_SIZED] = "free_sized",
	[LTF_API_STRDUP] = "strdup"};

static const char *const blob_names[] = {[LTF_BLOB_META] = "meta",
	[LTF_BLOB_MODULE] = "module",
	[LTF_BLOB_UNLOAD] = "unload",
	[LTF_BLOB_THREAD] = "thread",
	[LTF_BLOB_THREAD_END] = "thread-end",
	[LTF_BLOB_RSS] = "rss",
	[LTF_BLOB_NAME] = "name",
	[LTF_BLOB_CALLED] = "called"};

static const char *const res_names[LTF_RES_KIND_COUNT] = {[LTF_RES_THREAD_CREATE] = "thread-create",
	[LTF_RES_THREAD_JOIN] = "thread-join",
	[LTF_RES_THREAD_DETACH] = "thread-detach",
	[LTF_RES_TIMER_CREATE] = "timer-create",
	[LTF_RES_TIMER_DELETE] = "timer-delete",
	[LTF_RES_TIMER_SET] = "timer-set",
	[LTF_RES_ITIMER_SET] = "itimer-set",
	[LTF_RES_MMAP] = "mmap",
	[LTF_RES_MUNMAP] = "munmap",
	[LTF_RES_MREMAP] = "mremap",
	[LTF_RES_MAP] = "mmap",
	[LTF_RES_UNMAP] = "munmap",
	[LTF_RES_REMAP] = "mremap",
	[LTF_RES_IGNORE] = "ignore",
	[LTF_RES_REGION_BEGIN] = "region-begin",
	[LTF_RES_REGION_END] = "region-end",
	[LTF_RES_MARK] = "mark",
	[LTF_RES_FD_OPEN] = "fd-open",
	[LTF_RES_FD_CLOSE] = "fd-close",
	[LTF_RES_FD_CLOSE_FAILED] = "fd-close-failed",
	[LTF_RES_FD_CLOSE_RANGE] = "fd-close-range",
	[LTF_RES_FD_STREAM] = "fd-stream",
	[LTF_RES_FD_INHERITED] = "fd-inherited",
	[LTF_RES_PAIR_CREATE] = "pair-create",
	[LTF_RES_PAIR_RELEASE] = "pair-release",
	[LTF_RES_PAIR_MOVE] = "pair-move",
	[LTF_RES_BRK] = "brk",
	[LTF_RES_SHM_ATTACH] = "shm-attach",
	[LTF_RES_SHM_DETACH] = "shm-detach",
	[LTF_RES_SEGMENT_CREATE] = "segment-create",
	[LTF_RES_SEGMENT_REMOVE] = "segment-remove",
	[LTF_RES_MREMAP_BEGIN] = "mremap-begin",
	[LTF_RES_UNMAP_FAILED] = "unmap-failed"};

/* How many numbers a blob begins with; what follows is text. */
static const uint8_t blob_numbers[] = {[LTF_BLOB_MODULE] = 5,
	[LTF_BLOB_UNLOAD] = 1,
	[LTF_BLOB_THREAD] = 2,
	[LTF_BLOB_THREAD_END] = 1,
	[LTF_BLOB_RSS] = 2,
	[LTF_BLOB_NAME] = 1,
	[LTF_BLOB_CALLED] = 1};

#define NAME_IN(names, i) ((i) < sizeof(names) / sizeof(*(names)) ? (names)[i] : NULL)

static void print_name(const char *name, uint32_t number)
{
	if (name)
		printf(" %s", name);
	else
		printf(" %" PRIu32, number);
}

static void print_block(const char *what, const struct ltf_event *ev)
{
	printf("%s 0x%" PRIx64, what, ev->addr);
	if (ev->tag == LTF_W_ALLOC)
		printf(" size %" PRIu64, ev->size);
	if (ev->site != LTF_SITE_NONE)
		printf(" site %" PRIu32, ev->site);
	print_name(NAME_IN(api_names, ev->api), ev->api);
}

static void print_blob(const struct ltf_event *ev)
{
	const uint8_t *p = ev->blob, *end = p + ev->blob_len;
	uint64_t build_id = 0;
	printf("blob");
	print_name(NAME_IN(blob_names, ev->id), ev->id);
	unsigned numbers = ev->id < sizeof(blob_numbers) ? blob_numbers[ev->id] : 0;
	for (unsigned i = 0; i < numbers; i++) {
		const uint8_t *next = ltf_get(p, end, &build_id);
		if (!next)
			break;
		p = next;
		printf(" 0x%" PRIx64, build_id);
	}
	putchar(' ');
	if (ev->id == LTF_BLOB_MODULE)
		for (; build_id > 0 && p < end; build_id--)
			printf("%02x", *p++);
	putchar(' ');
	lr_put_safe_n(stdout, (const char *)p, (size_t)(end - p));
}

static void print_event(const struct ltf_event *ev)
{
	switch (ev->tag) {
	case LTF_W_ALLOC:
		print_block("alloc", ev);
		break;
	case LTF_W_FREE:
		print_block("free", ev);
		break;
	case LTF_W_RELEASE:
		print_block("release", ev);
		break;
	case LTF_W_RESTORE:
		print_block("restore", ev);
		break;
	case LTF_W_NODE:
		printf("node %" PRIu32 " parent %" PRIu32 " pc 0x%" PRIx64 " module %" PRIu32
		       " flags 0x%" PRIx32,
			ev->id, ev->parent, ev->pc, ev->module, ev->flags);
		break;
	case LTF_W_TIME:
		printf("time %" PRIu64 " us", ev->time);
		break;
	case LTF_W_BLOB:
		print_blob(ev);
		break;
	case LTF_W_RES:
		printf("resource");
		print_name(NAME_IN(res_names, ev->id), ev->id);
		printf(" site %" PRIu32, ev->site);
		for (unsigned i = 0; i < ev->nargs; i++)
			printf(" 0x%" PRIx64, ev->args[i]);
		break;
	case LTF_W_WITHDRAWN:
		printf("withdrawn #%" PRIu32 "/%" PRIu32 "\n", ev->id, ev->number);
		return;
	default:
		printf("unknown event %u", ev->tag);
	}
	if (ev->numbered)
		printf(" #%u/%" PRIu32,
			LTF_REGION(
				ev->tag == LTF_W_RES ? ltf_res_order(ev->id, ev->addr) : ev->addr),
			ev->number);
	putchar('\n');
}

static void print_header(const char *path, const struct ltf_header *h)
{
	fputs("dump ", stdout);
	lr_put_safe(stdout, path);
	printf(" version %" PRIu32 " pid %" PRIu32 " parent %" PRIu32 " image %" PRIu32
	       " origin %" PRIu32 " run %016" PRIx64 " program ",
		h->version, h->pid, h->parent_pid, h->image, h->origin, h->run_id);
	lr_put_safe_n(stdout, h->program, strnlen(h->program, LTF_NAME_MAX));
	printf("\nstate %" PRIu32 " stop %" PRIu32 " stream %" PRIu64 "..%" PRIu64 " end %" PRIu64
	       " status %" PRIu32 "\n",
		h->state, h->stop_reason, h->stream_start, h->stream_end, h->end_mono,
		h->exit_status);
	for (int i = 0; i < LTF_LOST_COUNT; i++)
		if (h->lost[i])
			printf("lost %d %" PRIu64 "\n", i, h->lost[i]);
	for (uint32_t i = 0; i < h->extent_count && i < LTF_EXTENTS; i++)
		printf("extent %" PRIu64 " length %" PRIu64 "\n", h->extents[i].offset,
			h->extents[i].length);
}

static int print_dump(const char *path)
{
	struct lr_error err = {{0}};
	struct lr_source *s = lr_source_open(path, &lr_limits_default, &err);
	struct lr_run run;
	struct ltf_event ev;
	if (!s) {
		lr_say(path, err.text);
		return LR_EXIT_DAMAGED;
	}
	lr_source_scans(s)->keep = LR_SCANS_ALL;
	print_header(path, lr_source_header(s));
	while (lr_source_next(s, &run) > 0) {
		printf("run thread %" PRIu32 " block %" PRIu64 " words %" PRIu32 "+%" PRIu32 "%s\n",
			run.run.thread, run.run.block, run.run.first, run.run.words,
			run.from_ring ? " in the ring" : "");
		while (lr_run_next(&run, &ev) > 0) {
			printf("  ");
			print_event(&ev);
		}
	}
	const struct lr_source_status *status = lr_source_status(s);
	const struct lr_scans *scans = lr_source_scans(s);
	for (size_t i = 0; i < scans->used; i++)
		lr_raw_scan(&scans->scan[i]);
	if (scans->unfinished)
		printf("scans not finished %" PRIu64 "\n", scans->unfinished);
	if (status->live_known)
		printf("live %" PRIu64 " blocks %" PRIu64 " bytes\n", status->live_blocks,
			status->live_bytes);
	if (status->finish_seen)
		printf("finish %" PRIu64 " events\n", status->finish_events);
	int result = status->damage.text[0] ? LR_EXIT_DAMAGED : LR_EXIT_DONE;
	if (result)
		lr_say(path, status->damage.text);
	lr_source_close(s);
	return result;
}

static int run(const struct lr_command *c, const struct lr_options *o, char **dumps, size_t count)
{
	int worst = LR_EXIT_DONE;
	(void)c;
	(void)o;
	for (size_t i = 0; i < count; i++) {
		int result = print_dump(dumps[i]);
		worst = result > worst ? result : worst;
	}
	return worst;
}

const struct lr_command lr_command_raw = {.name = "raw",
	.does = "the dump's records as they are",
	.help = "For looking at the format itself; leaktrace-dump(5) explains the records.",
	.options = 0,
	.run = run};
