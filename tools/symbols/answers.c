#include "tools/symbols/answers.h"

#include <stdlib.h>

static struct lr_answer *slot_of(
	struct lr_answer *slots, size_t count, const struct lr_object *object, uint64_t addr)
{
	const uint64_t key[2] = {(uintptr_t)object, addr};
	size_t i = lr_hash_bytes(key, sizeof(key)) & (count - 1);
	while (slots[i].object && (slots[i].object != object || slots[i].addr != addr))
		i = (i + 1) & (count - 1);
	return &slots[i];
}

struct lr_answer *lr_answers_find(
	const struct lr_answers *a, const struct lr_object *object, uint64_t addr)
{
	if (!a->used)
		return NULL;
	struct lr_answer *slot = slot_of(a->slots, a->slot_count, object, addr);
	return slot->object ? slot : NULL;
}

static bool more_slots(struct lr_answers *a)
{
	size_t count = a->slot_count ? 2 * a->slot_count : 4096;
	struct lr_answer *slots = calloc(count, sizeof(*slots));
	if (!slots)
		return false;
	for (size_t i = 0; i < a->slot_count; i++)
		if (a->slots[i].object)
			*slot_of(slots, count, a->slots[i].object, a->slots[i].addr) = a->slots[i];
	free(a->slots);
	a->slots = slots;
	a->slot_count = count;
	return true;
}

static bool more_frames(struct lr_answers *a, size_t n)
{
	if (a->frame_count + n <= a->frame_room)
		return true;
	size_t room = 2 * a->frame_room + n + 1024;
	void *bigger = realloc(a->frames, room * sizeof(*a->frames));
	if (!bigger)
		return false;
	a->frames = bigger;
	a->frame_room = room;
	return true;
}

struct lr_answer *lr_answers_add(
	struct lr_answers *a, const struct lr_object *object, uint64_t addr, size_t n)
{
	if ((4 * a->used >= 3 * a->slot_count && !more_slots(a)) || !more_frames(a, n)) {
		a->poor = true;
		return NULL;
	}
	struct lr_answer *slot = slot_of(a->slots, a->slot_count, object, addr);
	*slot = (struct lr_answer){object, addr, a->frame_count, (uint32_t)n, false};
	a->frame_count += n;
	a->used++;
	return slot;
}

void lr_answers_free(struct lr_answers *a)
{
	lr_strings_free(&a->strings);
	free(a->frames);
	free(a->slots);
	*a = (struct lr_answers){.used = 0};
}
