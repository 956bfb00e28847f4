#include "lib/live_room.h"

#include <stddef.h>
#include <string.h>
#include "lib/sys.h"

enum {
	SLAB = 1 << 16, /* aligned to its size */
	HEAD = 64,
	ARENA = 2 << 20, /* as huge pages have */
	ARENAS = 4096,
	SPARE = 4, /* arenas that are kept though they are empty */
};

const uint16_t lt_live_bytes[LT_LIVE_SIZES] = {64, 128, 192, 256, 320, 384, 448, 512, 640, 768, 896,
	1088, 1280, 1536, 1792, 2048, 2304, 2560, 3072, 4096, 5120, 6144, 8192, 9216};

struct piece {
	struct piece *next;
};

struct slab {
	struct slab *next, *prev; /* of those that have room, or of the idle ones */
	struct piece *free;
	uint32_t fresh; /* where what has never been taken begins */
	uint32_t used;
	uint32_t arena;
};
_Static_assert(sizeof(struct slab) <= HEAD, "a slab's head fits");

static struct {
	struct slab *open[LT_LIVE_SIZES]; /* with room for more */
	struct slab *idle;
	char *fresh; /* in the newest arena: where slabs that have never been taken begin */
	uint32_t fresh_slabs, newest, empty;
	uint32_t arenas; /* up to here; some may be gone */
	struct {
		char *base; /* as mapped; it may begin before the first slab */
		uint32_t slabs, used;
	} arena[ARENAS];
} room;

static void link_slab(struct slab **list, struct slab *s)
{
	s->prev = NULL;
	s->next = *list;
	if (*list)
		(*list)->prev = s;
	*list = s;
}

static void unlink_slab(struct slab **list, struct slab *s)
{
	if (s->prev)
		s->prev->next = s->next;
	else
		*list = s->next;
	if (s->next)
		s->next->prev = s->prev;
}

static char *first_slab(char *base)
{
	return base + (-(uintptr_t)base & (SLAB - 1));
}

/* A huge page, if the kernel has one. */
static char *map_huge(void)
{
	char *p = lt_sys_map(2 * ARENA, false);
	if (!p)
		return NULL;
	size_t before = -(uintptr_t)p & (ARENA - 1);
	if (before)
		lt_sys_unmap(p, before);
	lt_sys_unmap(p + before + ARENA, ARENA - before);
	lt_sys_huge(p + before, ARENA);
	return p + before;
}

static bool new_arena(void)
{
	uint32_t i = 0;
	while (i < room.arenas && room.arena[i].base)
		i++;
	if (i == ARENAS)
		return false;
	char *base = i > 0 ? map_huge() : lt_sys_map(ARENA, false); /* small sets need no more */
	if (!base)
		return false;
	room.fresh = first_slab(base);
	room.fresh_slabs = (uint32_t)((size_t)(base + ARENA - room.fresh) / SLAB);
	room.arena[i].base = base;
	room.arena[i].slabs = room.fresh_slabs;
	room.arena[i].used = 0;
	room.arenas = i < room.arenas ? room.arenas : i + 1;
	room.newest = i;
	room.empty++;
	return true;
}

static struct slab *open_slab(unsigned size)
{
	struct slab *s = room.idle;
	if (s) {
		unlink_slab(&room.idle, s);
	} else {
		if (!room.fresh_slabs && !new_arena())
			return NULL;
		s = (struct slab *)room.fresh;
		s->arena = room.newest;
		room.fresh += SLAB;
		room.fresh_slabs--;
	}
	room.empty -= room.arena[s->arena].used++ == 0;
	s->free = NULL;
	s->fresh = HEAD;
	s->used = 0;
	link_slab(&room.open[size], s);
	return s;
}

static void end_arena(uint32_t i)
{
	char *base = room.arena[i].base;
	for (uint32_t k = 0; k < room.arena[i].slabs; k++)
		unlink_slab(&room.idle, (struct slab *)(first_slab(base) + (size_t)k * SLAB));
	lt_sys_unmap(base, ARENA);
	room.arena[i].base = NULL;
	room.empty--;
}

static void close_slab(struct slab *s)
{
	uint32_t i = s->arena;
	link_slab(&room.idle, s);
	room.empty += --room.arena[i].used == 0;
	if (room.arena[i].used == 0 && room.empty > SPARE &&
		!(i == room.newest && room.fresh_slabs))
		end_arena(i);
}

static bool is_full(const struct slab *s, size_t len)
{
	return !s->free && s->fresh + len > SLAB;
}

void *lt_live_take(unsigned size)
{
	size_t len = lt_live_bytes[size];
	struct slab *s = room.open[size] ? room.open[size] : open_slab(size);
	if (!s)
		return NULL;
	struct piece *p = s->free;
	if (p) {
		s->free = p->next;
	} else {
		p = (struct piece *)((char *)s + s->fresh);
		s->fresh += (uint32_t)len;
	}
	s->used++;
	if (is_full(s, len))
		unlink_slab(&room.open[size], s);
	return memset(p, 0, len);
}

void lt_live_give(void *piece, unsigned size)
{
	size_t len = lt_live_bytes[size];
	struct piece *p = piece;
	struct slab *s = (struct slab *)((uintptr_t)p & ~(uintptr_t)(SLAB - 1));
	if (is_full(s, len))
		link_slab(&room.open[size], s);
	p->next = s->free;
	s->free = p;
	if (--s->used == 0) {
		unlink_slab(&room.open[size], s);
		close_slab(s);
	}
}

void lt_live_room_clear(bool unmap)
{
	for (uint32_t i = 0; i < room.arenas; i++) {
		if (unmap && room.arena[i].base)
			lt_sys_unmap(room.arena[i].base, ARENA);
		room.arena[i].base = NULL;
	}
	memset(&room, 0, offsetof(__typeof__(room), arena));
}
