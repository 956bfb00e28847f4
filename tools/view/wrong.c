#include "tools/view/wrong.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "format/ring.h"
#include "tools/util/mem.h"

static const char *const finding_names[LR_WRONG_KINDS] = {[LR_WRONG_DOUBLE] = "free.double",
	[LR_WRONG_UNKNOWN] = "free.unknown",
	[LR_WRONG_MISMATCH] = "free.mismatch"};

static const char *const makers[LTF_API_COUNT] = {[LTF_API_MALLOC] = "malloc",
	[LTF_API_CALLOC] = "calloc",
	[LTF_API_REALLOC] = "realloc",
	[LTF_API_MEMALIGN] = "an aligned allocation",
	[LTF_API_NEW] = "operator new",
	[LTF_API_NEW_ARRAY] = "operator new[]"};
static const char *const releasers[LTF_API_COUNT] = {[LTF_API_MALLOC] = "free",
	[LTF_API_REALLOC] = "realloc",
	[LTF_API_NEW] = "operator delete",
	[LTF_API_NEW_ARRAY] = "operator delete[]",
	[LTF_API_FREE_SIZED] = "free_sized"};

static const char *named(const char *const *names, unsigned api)
{
	return api < LTF_API_COUNT && names[api] ? names[api] : "an unknown function";
}

/* Whether the site's innermost function, or one inlined there, is called so. */
static bool stands_in(struct lr_names *names, uint32_t frame, const char *begin)
{
	size_t count;
	if (!frame)
		return false;
	const struct lr_location *at = lr_names_at(names, frame, &count);
	for (size_t i = 0; i < count; i++)
		if (at[i].function && strncmp(at[i].function, begin, strlen(begin)) == 0)
			return true;
	return false;
}

/* A program may have operators of its own, made of malloc and free, and not all of them. */
static bool own_operators(struct lr_names *names, const struct lr_wrong *w)
{
	return stands_in(names, w->alloc, "operator new") ||
	       stands_in(names, w->release, "operator delete");
}

/* Allocators may be at work that the tracer does not see: what lies elsewhere, and did no harm, may
 * be theirs. */
static bool is_sure(struct lr_names *names, const struct lr_wrong *w)
{
	switch (w->kind) {
	case LR_WRONG_UNKNOWN:
		return w->where != LR_WRONG_ELSEWHERE || w->ended;
	case LR_WRONG_MISMATCH:
		return !own_operators(names, w);
	default:
		return true;
	}
}

static char *evidence_of(const struct lr_wrong *w)
{
	const char *release = named(releasers, w->release_api);
	const char *then = w->ended ? "; the process died in it" : "";
	switch (w->kind) {
	case LR_WRONG_DOUBLE:
		return lr_format("%s of a block that %s had released%s", release,
			named(releasers, w->first_api), then);
	case LR_WRONG_MISMATCH:
		return lr_format("%s of a block from %s", release, named(makers, w->alloc_api));
	default:
		break;
	}
	if (w->where == LR_WRONG_IN_BLOCK)
		return lr_format("%s of an address %" PRIu64 " bytes into a block of %" PRIu64 "%s",
			release, w->offset, w->bytes / (w->count ? w->count : 1), then);
	if (w->where == LR_WRONG_IN_MODULE)
		return lr_format("%s of an address in the program's or a library's own data%s",
			release, then);
	return lr_format("%s of 0x%" PRIx64 ", which never was a block%s", release, w->addr, then);
}

static const char *next_for(const struct lr_wrong *w)
{
	if (!w->release)
		return "the release's stack was not recorded: run it again with "
		       "--free-stacks=all";
	switch (w->kind) {
	case LR_WRONG_DOUBLE:
		return "find out which of the two releases owns the block, and take the other "
		       "out";
	case LR_WRONG_MISMATCH:
		return "release it by the function that belongs to its allocation";
	default:
		return "release only what an allocation has returned";
	}
}

struct lr_wrong_view *lr_wrong_views(
	const struct lr_model *m, struct lr_names *names, size_t *count)
{
	struct lr_wrong_view *list = NULL;
	size_t room = 0;
	*count = 0;
	for (size_t i = 0; i < m->wrongs.used; i++) {
		const struct lr_wrong *w = &m->wrongs.list[i];
		if (!is_sure(names, w))
			continue;
		LR_GROW(list, *count, room);
		list[(*count)++] = (struct lr_wrong_view){.name = finding_names[w->kind],
			.severity = w->kind == LR_WRONG_MISMATCH ? "warning" : "error",
			.wrong = w,
			.frame = w->release ? w->release : w->alloc,
			.evidence = evidence_of(w),
			.next = next_for(w)};
	}
	return list;
}

void lr_wrong_views_free(struct lr_wrong_view *v, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(v[i].evidence);
	free(v);
}
