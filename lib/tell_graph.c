/* The graph of a scan, in records of a bounded size. It can be longer than all else in a dump, so
 * there is an end to it: of some fifty million pointers nobody reads chains. */
#include "format/file.h"
#include "lib/dump.h"
#include "lib/scan_graph.h"
#include "lib/tell.h"

enum {
	BYTES_MAX = 256 << 20,
	ROOM = 512 << 10,
	LEAST_LEFT = 128 << 10 /* bytes of the stream's room, for what comes behind */
};
_Static_assert((int)ROOM <= (int)LTF_TABLE_COLUMNS * LT_TELL_COLUMN, "the tables are done with");

struct graph_records {
	struct lt_channel *channel;
	uint64_t bytes;
};

static bool take(void *context, size_t len, bool last)
{
	struct graph_records *r = context;
	uint8_t *body = r->channel->column[0];

	r->bytes += len;
	bool full = lt_dump_room_left() < len + LEAST_LEFT;
	bool cut = full || (!last && r->bytes > BYTES_MAX);
	if (full)
		len = last = 0;
	body[0] = last ? LTF_GRAPH_LAST : cut ? LTF_GRAPH_CUT : LTF_GRAPH_MORE;
	lt_tell_record(r->channel, LTF_REC_GRAPH, body, 1 + len);
	return !cut;
}

void lt_tell_graph(struct lt_channel *c, const struct lt_scan *s)
{
	struct graph_records r = {.channel = c};
	struct lt_scan_graph g = {
		.room = c->column[0] + 1, .size = ROOM - 1, .take = take, .context = &r};

	lt_scan_graph(s, &g);
}
