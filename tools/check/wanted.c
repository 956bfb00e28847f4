#include "tools/check/wanted.h"

#include <string.h>
#include "tools/view/leaks.h"

static const struct {
	const char *word;
	enum lr_leak_class class;
} classes[] = {{"definite", LR_LEAK_DEFINITE}, {"possible", LR_LEAK_POSSIBLE},
	{"indirect", LR_LEAK_INDIRECT}, {"reachable", LR_LEAK_REACHABLE}};
enum { CLASSES = sizeof(classes) / sizeof(*classes) };

/* Of findings; those of leaks are classes. */
static const char *const kinds[] = {"free.double", "free.unknown", "free.mismatch",
	"growth.unbounded", "churn.large", "churn.quadratic", "churn.realloc", "churn.small",
	"churn.temporary", "fd.double", "fd.foreign", "fd.pileup", "fd.unclosed", "heap.peak",
	"heap.unreleased", "mapping.unreleased", "resource.unreleased", "retention.interior",
	"segment.unremoved", "thread.blocked", "thread.unjoined", "timer.undeleted",
	"waste.untouched"};
enum { KINDS = sizeof(kinds) / sizeof(*kinds) };

static bool is(const char *w, size_t n, const char *text)
{
	return strlen(text) == n && memcmp(w, text, n) == 0;
}

static bool is_class(const char *w, size_t n, const char *class)
{
	size_t area = n > 5 && memcmp(w, "leak.", 5) == 0 ? 5 : 0;
	return is(w + area, n - area, class) || is(w, n, "all");
}

/* A kind, or what stands in front of its dot. */
static bool is_kind(const char *w, size_t n, const char *kind)
{
	return is(w, n, kind) || (n == strcspn(kind, ".") && memcmp(w, kind, n) == 0);
}

static bool is_known(const char *w, size_t n)
{
	for (int i = 0; i < CLASSES; i++)
		if (is_class(w, n, classes[i].word))
			return true;
	for (int i = 0; i < KINDS; i++)
		if (is_kind(w, n, kinds[i]))
			return true;
	return false;
}

bool lr_wanted_understood(const char *wanted, const char **wrong)
{
	for (const char *w = wanted;; w++) {
		size_t n = strcspn(w, ",");
		*wrong = w;
		if (!is_known(w, n))
			return false;
		w += n;
		if (!*w)
			return true;
	}
}

unsigned lr_wanted_classes(const char *wanted)
{
	unsigned set = 0;
	for (const char *w = wanted; *w;) {
		size_t n = strcspn(w, ",");
		for (int i = 0; i < CLASSES; i++)
			if (is_class(w, n, classes[i].word))
				set |= 1U << classes[i].class;
		w += n + (w[n] == ',');
	}
	return set;
}

bool lr_wanted_finding(const char *wanted, const char *kind)
{
	for (const char *w = wanted; *w;) {
		size_t n = strcspn(w, ",");
		if (is_kind(w, n, kind))
			return true;
		w += n + (w[n] == ',');
	}
	return false;
}

const char *lr_wanted_kind(size_t i)
{
	static const char *const leaks[] = {"leak.definite", "leak.possible"};
	enum { LEAKS = sizeof(leaks) / sizeof(*leaks) };
	return i < LEAKS ? leaks[i] : i < LEAKS + KINDS ? kinds[i - LEAKS] : NULL;
}
