/* free.double, free.unknown and free.mismatch: releases that are wrong (tools/model/wrong.h). */
#include <inttypes.h>
#include <string.h>
#include "format/ring.h"
#include "tools/util/mem.h"
#include "tools/util/text.h"
#include "tools/view/findings.h"

static const struct {
	const char *kind;
	enum lr_severity severity;
} kinds[LR_WRONG_KINDS] = {[LR_WRONG_DOUBLE] = {"free.double", LR_SEVERITY_HIGH},
	[LR_WRONG_UNKNOWN] = {"free.unknown", LR_SEVERITY_HIGH},
	[LR_WRONG_MISMATCH] = {"free.mismatch", LR_SEVERITY_MEDIUM}};

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

/* Allocators may be at work that the tracer does not see: an address that lies elsewhere, and did
 * no harm, may be theirs. And a program may have operators of its own, made of malloc and free, but
 * not all of them. */
static bool is_sure(struct lr_names *names, const struct lr_wrong *w)
{
	if (w->kind == LR_WRONG_UNKNOWN)
		return w->where != LR_WRONG_ELSEWHERE || w->ended;
	return w->kind != LR_WRONG_MISMATCH ||
	       (!stands_in(names, w->alloc, "operator new") &&
		       !stands_in(names, w->release, "operator delete"));
}

static bool is_suppressed(const struct lr_findings_input *in, const struct lr_wrong *w)
{
	struct lr_rule *rule =
		in->suppressor ? lr_suppressor_release(in->suppressor, w->release, w->release_api)
			       : NULL;
	if (rule)
		lr_suppressor_use(in->suppressor, rule, w->release, LR_SUPPRESS_RELEASE,
			&(struct lr_scan_sum){w->count, w->bytes});
	return rule != NULL;
}

static void find(struct lr_findings *f, const struct lr_findings_input *in)
{
	for (size_t i = 0; i < in->model->wrongs.used; i++) {
		const struct lr_wrong *w = &in->model->wrongs.list[i];
		if (!is_sure(in->names, w) || is_suppressed(in, w))
			continue;
		struct lr_finding *x = lr_finding_add(f, &lr_findings_frees, kinds[w->kind].kind,
			kinds[w->kind].severity, w->release ? w->release : w->alloc);
		x->count = w->count;
		x->bytes = w->bytes;
		x->weight = UINT64_MAX / 2 + w->count; /* what is lost comes behind what breaks */
		if (w->kind == LR_WRONG_MISMATCH)
			x->weight = w->bytes;
		x->of = w;
	}
}

static void title(struct lr_finding *x, const struct lr_wrong *w)
{
	struct lr_short n = lr_show_count(w->count);
	const char *release = named(releasers, w->release_api), *s = w->count == 1 ? "" : "s";
	if (w->kind == LR_WRONG_DOUBLE)
		lr_finding_title(x, "%s release%s of blocks that were released already, by %s",
			n.text, s, release);
	else if (w->kind == LR_WRONG_MISMATCH)
		lr_finding_title(x, "%s block%s of %s released by %s", n.text, s,
			named(makers, w->alloc_api), release);
	else
		lr_finding_title(x, "%s release%s by %s of what is no block", n.text, s, release);
}

static void say_where(struct lr_finding *x, const struct lr_wrong *w)
{
	struct lr_short at = lr_show_count(w->offset);
	if (w->kind == LR_WRONG_DOUBLE)
		lr_finding_say(x, "the block, of %s, had been released by %s",
			named(makers, w->alloc_api), named(releasers, w->first_api));
	else if (w->kind == LR_WRONG_UNKNOWN && w->where == LR_WRONG_IN_BLOCK)
		lr_finding_say(x, "the address lies %s bytes into a block of %s", at.text,
			named(makers, w->alloc_api));
	else if (w->kind == LR_WRONG_UNKNOWN && w->where == LR_WRONG_IN_MODULE)
		lr_finding_say(x, "the address lies in the program or a library");
	else if (w->kind == LR_WRONG_UNKNOWN)
		lr_finding_say(x, "0x%" PRIx64 " never was a block", w->addr);
	if (w->ended)
		lr_finding_say(x, "the process died of it");
}

static void explain(struct lr_finding *x, const struct lr_findings_input *in)
{
	const struct lr_wrong *w = x->of;
	title(x, w);
	say_where(x, w);
	if (w->alloc)
		lr_finding_place(x, in, "allocated", w->alloc, 0, lr_strdup("allocated here"));
	if (w->first)
		lr_finding_place(
			x, in, "released_first", w->first, 0, lr_strdup("first released here"));
	if (!w->release)
		lr_finding_next(x, "record where it is released: --free-stacks=all");
	else if (w->kind == LR_WRONG_DOUBLE)
		lr_finding_next(x, "keep the release that belongs to the block's owner, and take "
				   "the other out");
	else if (w->kind == LR_WRONG_MISMATCH)
		lr_finding_next(x, "release it by the function that belongs to its allocation");
	else
		lr_finding_next(x, "release only what an allocation has returned");
}

const struct lr_finding_producer lr_findings_frees = {.find = find, .explain = explain};
