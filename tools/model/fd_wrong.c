#include "tools/model/fd_wrong.h"

#include <stdlib.h>
#include "tools/util/mem.h"

enum { WRONGS = 1024, SWEEPS = 1024 };

static uint64_t key_of(const struct lr_fd_wrong *w)
{
	uint64_t kind = 1u | (uint64_t)w->kind << 8 | (uint64_t)w->closer << 16 |
			(uint64_t)w->first_closer << 24 | (uint64_t)w->other_thread << 32;
	kind = lr_hash_mix(lr_hash_mix(kind, w->close), w->first);
	return lr_hash_mix(lr_hash_mix(kind, w->opened), w->stream);
}

void lr_fd_wrongs_add(struct lr_fd_wrongs *l, const struct lr_fd_wrong *w)
{
	bool fresh;
	uint64_t key = key_of(w);
	if (!lr_map_find(&l->of, key) && l->used == WRONGS) {
		l->left_out += w->count;
		return;
	}
	uint32_t *at = lr_map_put(&l->of, key, &fresh);
	if (!fresh) {
		l->list[*at].count += w->count;
		return;
	}
	*at = (uint32_t)l->used;
	LR_GROW(l->list, l->used, l->room);
	l->list[l->used++] = *w;
}

bool lr_fd_wrongs_sweeps(const struct lr_fd_wrongs *l, uint32_t site)
{
	for (size_t i = 0; i < l->sweeps_used; i++)
		if (l->sweeps[i] == site)
			return true;
	return l->sweeps_used == SWEEPS;
}

void lr_fd_wrongs_sweep(struct lr_fd_wrongs *l, uint32_t site)
{
	if (lr_fd_wrongs_sweeps(l, site))
		return;
	LR_GROW(l->sweeps, l->sweeps_used, l->sweeps_room);
	l->sweeps[l->sweeps_used++] = site;
}

void lr_fd_wrongs_free(struct lr_fd_wrongs *l)
{
	lr_map_free(&l->of);
	free(l->list);
	free(l->sweeps);
	*l = (struct lr_fd_wrongs){0};
}

void lr_fd_pasts_free(struct lr_fd_pasts *p)
{
	lr_map_free(&p->past_of);
	lr_map_free(&p->stream_of);
	lr_map_free(&p->close_of);
	free(p->past);
	free(p->stream);
	free(p->close);
	*p = (struct lr_fd_pasts){0};
}
