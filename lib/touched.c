#include "lib/touched.h"

#include <fcntl.h>
#include "lib/say.h"
#include "lib/sys.h"

enum { PAGE = 4096, WORDS = 512 };

/* As in <linux/fs.h> from Linux 6.7 on. */
struct region {
	uint64_t start, end, categories;
};
struct request {
	uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
	uint64_t inverted, mask, anyof, returned;
};
_Static_assert(sizeof(struct request) == 96, "as the kernel has it");
#define SCAN UINT64_C(0xc0606610) /* _IOWR('f', 16, struct request) */
enum { IS_PRESENT = 1 << 3, IS_SWAPPED = 1 << 4, IS_ZERO = 1 << 5 };

/* Of a page's word. */
#define PRESENT_OR_SWAPPED (UINT64_C(3) << 62)

/* Present or swapped out, and not the page of zeros that reading leaves. */
static long ask(int fd, struct request *r, uintptr_t start, uintptr_t end, struct region *out,
	uint64_t room)
{
	*r = (struct request){.size = sizeof(*r),
		.start = start,
		.end = end,
		.vec = (uintptr_t)out,
		.vec_len = room,
		.inverted = IS_ZERO,
		.mask = IS_ZERO,
		.anyof = IS_PRESENT | IS_SWAPPED,
		.returned = IS_PRESENT};
	return lt_sys3(SYS_ioctl, fd, SCAN, r);
}

static void open_path(struct lt_touched *t, const char *path)
{
	struct region none[1];
	struct request r;
	uintptr_t here = (uintptr_t)&r & ~(uintptr_t)(PAGE - 1);
	*t = (struct lt_touched){0};
	t->fd = (int)lt_sys4(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	t->by_ranges = t->fd >= 0 && ask(t->fd, &r, here, here + PAGE, none, 1) == 1;
}

void lt_touched_open(struct lt_touched *t)
{
	open_path(t, "/proc/self/pagemap");
}

void lt_touched_open_of(struct lt_touched *t, long pid)
{
	char path[64];
	if (pid == 0) {
		lt_touched_open(t);
		return;
	}
	lt_format(path, sizeof(path), "/proc/%d/pagemap", (int)pid);
	open_path(t, path);
	if (t->fd < 0)
		lt_touched_open(t);
}

void lt_touched_close(struct lt_touched *t)
{
	if (t->fd >= 0)
		lt_sys1(SYS_close, t->fd);
	t->fd = -1;
}

void lt_touched_begin(struct lt_touched *t, uintptr_t start, uintptr_t end)
{
	t->at = start;
	t->end = end;
	t->n = t->next = 0;
}

static void add(struct lt_touched *t, uintptr_t start, uintptr_t end)
{
	if (t->n && t->run[t->n - 1].end == start)
		t->run[t->n - 1].end = end;
	else
		t->run[t->n++] = (struct lt_scan_range){start, end};
}

static bool read_ranges(struct lt_touched *t)
{
	enum { ROOM = 128 };
	struct region r[ROOM];
	struct request q;
	long n = ask(t->fd, &q, t->at, t->end, r, ROOM);
	for (long i = 0; i < n; i++)
		add(t, r[i].start, r[i].end);
	if (n < 0 || q.walk_end <= t->at)
		return false;
	t->at = q.walk_end;
	return true;
}

static bool read_words(struct lt_touched *t)
{
	uint64_t word[WORDS];
	uintptr_t most = (t->end - t->at) / PAGE;
	uint64_t want = (most < WORDS ? most : WORDS) * sizeof(*word);
	long n = lt_sys4(SYS_pread64, t->fd, word, want, t->at / PAGE * sizeof(*word));
	for (long i = 0; i < n / (long)sizeof(*word); i++, t->at += PAGE)
		if (word[i] & PRESENT_OR_SWAPPED)
			add(t, t->at, t->at + PAGE);
	return n >= (long)sizeof(*word);
}

/* As much as there is room for. */
static void look_further(struct lt_touched *t)
{
	t->n = t->next = 0;
	while (t->n == 0 && t->at < t->end) {
		if (t->fd >= 0 && (t->by_ranges ? read_ranges(t) : read_words(t)))
			continue;
		add(t, t->at, t->end); /* not known */
		t->at = t->end;
	}
}

bool lt_touched_next(struct lt_touched *t, struct lt_scan_range *run)
{
	if (t->next == t->n)
		look_further(t);
	if (t->next == t->n)
		return false;
	*run = t->run[t->next++];
	return true;
}
