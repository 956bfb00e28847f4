#include "tools/symbols/keep.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "tools/symbols/cache.h"
#include "tools/symbols/cachedir.h"

enum { FRAMES_MAX = 256 };

struct name {
	char text[2 * LR_BUILD_ID_MAX + 1];
};

static struct name name_of(const struct lr_build_id *id)
{
	struct name n = {""};
	for (size_t i = 0; i < id->len; i++)
		sprintf(n.text + 2 * i, "%02x", id->bytes[i]);
	return n;
}

/* The reader's strings, kept, by their numbers; [0] is NULL. NULL: no memory. */
static const char **keep_strings(struct lr_answers *a, const struct lr_cache_reader *r)
{
	const char **kept = calloc((size_t)r->string_count + 1, sizeof(*kept));
	const char *at = r->strings;
	for (uint32_t i = 1; kept && i <= r->string_count; i++) {
		if (!(kept[i] = lr_strings_keep(&a->strings, at)))
			a->poor = true;
		while (*at++)
			;
	}
	return kept;
}

static void add_all(struct lr_answers *a, struct lr_object *o, struct lr_cache_reader *r)
{
	struct lr_cached_frame frames[FRAMES_MAX];
	const char **strings = keep_strings(a, r);
	uint64_t addr;
	size_t n;
	while (strings && lr_cache_next(r, &addr, frames, FRAMES_MAX, &n)) {
		struct lr_answer *to =
			lr_answers_find(a, o, addr) ? NULL : lr_answers_add(a, o, addr, n);
		for (size_t i = 0; to && i < n; i++)
			a->frames[to->first + i] =
				(struct lr_named){.function = strings[frames[i].function],
					.symbol = strings[frames[i].symbol],
					.file = strings[frames[i].file],
					.dir = strings[frames[i].dir],
					.line = frames[i].line,
					.inlined = frames[i].inlined,
					.nearest = frames[i].nearest};
	}
	free(strings);
}

void lr_keep_load(const char *cache_dir, struct lr_answers *a, struct lr_object *o,
	struct lr_places *p, const struct lr_warning *w)
{
	struct lr_cache_reader r;
	size_t size;
	const struct lr_build_id *id = lr_object_id(o, p, w);
	int dir = id ? lr_cachedir_open(cache_dir, 0) : -1;
	if (dir < 0)
		return;
	uint8_t *bytes = lr_cachedir_read(dir, name_of(id).text, &size);
	if (bytes && lr_cache_read(&r, bytes, size, id) && lr_object_has_origin(o, p, &r.from))
		add_all(a, o, &r);
	free(bytes);
	close(dir);
}

static int by_address(const void *x, const void *y)
{
	const struct lr_answer *a = *(const struct lr_answer *const *)x,
			       *b = *(const struct lr_answer *const *)y;
	return a->addr < b->addr ? -1 : a->addr > b->addr;
}

/* The object's answers, by address. */
static const struct lr_answer **answers_of(
	const struct lr_answers *a, const struct lr_object *o, bool asked_only, size_t *count)
{
	const struct lr_answer **some = malloc((a->used + 1) * sizeof(*some));
	*count = 0;
	for (size_t i = 0; some && i < a->slot_count; i++)
		if (a->slots[i].object == o && (a->slots[i].asked || !asked_only))
			some[(*count)++] = &a->slots[i];
	if (some)
		qsort(some, *count, sizeof(*some), by_address);
	return some;
}

/* The file for the object, NULL when it cannot be had. */
static uint8_t *encode(const struct lr_answers *a, const struct lr_object *o,
	const struct lr_build_id *id, bool asked_only, size_t *size)
{
	struct lr_cache_writer w = {.answer_count = 0};
	struct lr_cached_frame frames[FRAMES_MAX];
	size_t count;
	const struct lr_answer **some = answers_of(a, o, asked_only, &count);
	for (size_t i = 0; some && i < count; i++) {
		const struct lr_named *from = a->frames + some[i]->first;
		for (uint32_t k = 0; k < some[i]->count; k++)
			frames[k] = (struct lr_cached_frame){
				.function = lr_cache_string(&w, from[k].function),
				.symbol = lr_cache_string(&w, from[k].symbol),
				.file = lr_cache_string(&w, from[k].file),
				.dir = lr_cache_string(&w, from[k].dir),
				.line = from[k].line,
				.inlined = from[k].inlined,
				.nearest = from[k].nearest};
		lr_cache_answer(&w, some[i]->addr, frames, some[i]->count);
	}
	uint8_t *bytes = some ? lr_cache_finish(&w, id, lr_object_origin(o), size) : NULL;
	lr_cache_writer_free(&w);
	free(some);
	return bytes;
}

void lr_keep_save(const char *cache_dir, const struct lr_answers *a, struct lr_object *list)
{
	int dir = -1;
	for (struct lr_object *o = list; o && !a->poor; o = lr_object_next(o)) {
		size_t size;
		const struct lr_build_id *id =
			lr_object_origin(o) ? lr_object_id(o, NULL, NULL) : NULL;
		if (!id || (dir < 0 && (dir = lr_cachedir_open(cache_dir, 1)) < 0))
			continue;
		uint8_t *bytes = encode(a, o, id, false, &size);
		if (!bytes) /* too much: then what this report needed */
			bytes = encode(a, o, id, true, &size);
		if (bytes)
			lr_cachedir_write(dir, name_of(id).text, bytes, size);
		free(bytes);
	}
	if (dir < 0)
		return;
	lr_cachedir_trim(dir, LR_CACHE_ALL_MAX);
	close(dir);
}
