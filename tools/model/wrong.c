#include "tools/model/wrong.h"

#include <stdlib.h>
#include "format/ring.h"
#include "tools/util/mem.h"

enum { WRONGS = 1024, WATCHED = 4096 };

static uint64_t key_of(const struct lr_wrong *w)
{
	uint64_t kind = (uint64_t)w->kind | (uint64_t)w->where << 8 | (uint64_t)w->alloc_api << 16 |
			(uint64_t)w->release_api << 24 | (uint64_t)w->first_api << 32;
	return lr_hash_mix(lr_hash_mix(lr_hash_mix(kind + 1, w->alloc), w->release), w->first);
}

struct lr_wrong *lr_wrongs_add(struct lr_wrongs *l, const struct lr_wrong *w)
{
	bool fresh;
	uint64_t key = key_of(w);
	uint32_t *at = lr_map_find(&l->of, key);
	if (!at && l->used == WRONGS) {
		l->left_out += w->count;
		return NULL;
	}
	at = lr_map_put(&l->of, key, &fresh);
	if (fresh) {
		*at = (uint32_t)l->used;
		LR_GROW(l->list, l->used, l->room);
		l->list[l->used++] = *w;
		return &l->list[*at];
	}
	l->list[*at].count += w->count;
	l->list[*at].bytes += w->bytes;
	return &l->list[*at];
}

void lr_wrongs_free(struct lr_wrongs *l)
{
	lr_map_free(&l->of);
	free(l->list);
	*l = (struct lr_wrongs){0};
}

enum lr_family lr_family_of(unsigned api)
{
	return api == LTF_API_NEW         ? LR_FAMILY_NEW
	       : api == LTF_API_NEW_ARRAY ? LR_FAMILY_NEW_ARRAY
					  : LR_FAMILY_C;
}

void lr_watch_add(struct lr_watch *w, uint64_t addr)
{
	bool fresh;
	if (lr_map_find(&w->of, addr >> 3))
		return;
	if (w->used == WATCHED) {
		w->left_out++;
		return;
	}
	*lr_map_put(&w->of, addr >> 3, &fresh) = (uint32_t)w->used;
	LR_GROW(w->list, w->used, w->room);
	w->list[w->used++] = (struct lr_watched){.state = LR_NEVER};
}

struct lr_watched *lr_watch_find(const struct lr_watch *w, uint64_t addr)
{
	const uint32_t *at = lr_map_find(&w->of, addr >> 3);
	return at ? &w->list[*at] : NULL;
}

void lr_watch_free(struct lr_watch *w)
{
	lr_map_free(&w->of);
	free(w->list);
	*w = (struct lr_watch){0};
}
