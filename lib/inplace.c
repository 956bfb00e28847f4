#include "lib/inplace.h"

#include "lib/cut.h"
#include "lib/guard.h"
#include "lib/sys.h"
#include "lib/tell.h"
#include "lib/tell_fds.h"
#include "lib/tracer.h"

enum {
	BLOCKS = 1 << 15,
	BYTES = 4 << 20, /* of blocks; a millisecond for each MiB */
	ROOTS = 8 << 20  /* bytes */
};

bool lt_inplace_fits(uint64_t blocks, uint64_t bytes)
{
	return blocks < BLOCKS && bytes < BYTES && !lt_numbered && lt_cut_is_alone();
}

struct work {
	struct lt_moment *moment;
	const struct lt_scan *scan;
};

static void judge(void *arg)
{
	struct work *w = arg;
	w->scan = lt_judge(w->moment);
}

enum ltf_scan_end lt_inplace(struct lt_moment *moment, bool whatever_size)
{
	enum ltf_scan_end end = LTF_END_NONE;
	size_t len = lt_sys_pages(sizeof(struct lt_channel));
	struct lt_channel *c = lt_sys_map(len, false);
	struct work w = {.moment = moment};
	moment->root_bytes_most = whatever_size ? 0 : ROOTS;
	if (c)
		lt_tell_fds_read_own(); /* the scan opens some of its own */
	if (c && lt_guarded(judge, &w) && w.scan)
		end = lt_tell(c, w.scan, moment) ? LTF_END_SCANNED : LTF_END_UNFINISHED;
	lt_tell_fds_forget();
	moment->root_bytes_most = 0;
	if (c)
		lt_sys_unmap(c, len);
	return end;
}
