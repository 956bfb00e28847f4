/* What the unwinder tells of modules, as records. */
#include <string.h>
#include "format/file.h"
#include "format/varint.h"
#include "lib/dump.h"
#include "lib/modules.h"
#include "lib/onstack.h"
#include "lib/ring.h"
#include "lib/thread.h"

enum { PATH_BYTES_MAX = 3000 };

/* On a stack of ours: the path is long. */
static long announce(void *arg)
{
	const struct lt_module *m = arg;
	uint8_t blob[5 * LTF_VARINT_MAX + LT_BUILD_ID_MAX + PATH_BYTES_MAX], *p = blob;
	size_t n = strnlen(m->path, PATH_BYTES_MAX);
	p = ltf_put(p, m->number);
	p = ltf_put(p, m->bias);
	p = ltf_put(p, m->start);
	p = ltf_put(p, m->end);
	p = ltf_put(p, m->build_id_len);
	memcpy(p, m->build_id, m->build_id_len);
	p += m->build_id_len;
	memcpy(p, m->path, n);
	lt_ring_blob(lt_self, LTF_BLOB_MODULE, blob, (size_t)(p - blob) + n);
	return 0;
}

void lt_modules_announce(const struct lt_module *m)
{
	if (lt_self && lt_slowly(announce, (void *)m) == LT_SLOW_BUSY)
		lt_lost(LTF_LOST_BLOBS, 1);
}

void lt_modules_announce_unload(const struct lt_module *m)
{
	uint8_t blob[LTF_VARINT_MAX];
	struct lt_thread *t = lt_self;
	if (t)
		lt_ring_blob(t, LTF_BLOB_UNLOAD, blob, (size_t)(ltf_put(blob, m->number) - blob));
}
