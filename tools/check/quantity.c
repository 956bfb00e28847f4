#include "tools/check/quantity.h"

#include <stdlib.h>
#include <string.h>
#include "tools/check/pattern.h"
#include "tools/check/wanted.h"
#include "tools/model/resources.h"
#include "tools/util/mem.h"
#include "tools/view/findings.h"

/* Those that are no metric of a measure: key, one, many. */
static const struct {
	const char *key, *one, *many;
	bool bytes;
} others[] = {
	[LR_QUANTITY_LEAKS] = {"leaks", "block lost", "blocks lost", false},
	[LR_QUANTITY_LEAK_BYTES] = {"leaked_bytes", "byte lost", "bytes lost", true},
	[LR_QUANTITY_NEW_LEAKS] = {"new_leaks", "block lost that is new",
		"blocks lost that are new", false},
	[LR_QUANTITY_ENTRIES] = {"entries", "entry", "entries", false},
	[LR_QUANTITY_ENTRY_ALLOCATIONS] = {"allocations/entry", "allocation in one entry",
		"allocations in one entry", false},
	[LR_QUANTITY_ENTRY_BYTES] = {"bytes/entry", "byte in one entry", "bytes in one entry",
		true},
	[LR_QUANTITY_FINDINGS] = {"findings", "finding", "findings", false},
	[LR_QUANTITY_RESOURCE] = {"", "", "", false},
};

static const char *const fields[] = {[LR_RESOURCE_OPEN] = "open",
	[LR_RESOURCE_CREATED] = "created",
	[LR_RESOURCE_PEAK] = "peak"};
enum { FIELDS = sizeof(fields) / sizeof(*fields) };

static bool is_metric(struct lr_quantity *q, const char *text)
{
	for (int i = 0; i < LR_METRIC_COUNT; i++)
		if (strcmp(lr_metrics[i].key, text) == 0) {
			q->metric = (enum lr_metric)i;
			return true;
		}
	for (int i = LR_QUANTITY_LEAKS; i < LR_QUANTITY_RESOURCE; i++)
		if (strcmp(others[i].key, text) == 0) {
			q->kind = (enum lr_quantity_kind)i;
			return true;
		}
	return false;
}

static bool is_severity(struct lr_quantity *q, const char *text)
{
	for (int i = 0; i < LR_SEVERITY_COUNT; i++)
		if (strcmp(lr_severity_names[i], text) == 0) {
			q->kind = LR_QUANTITY_FINDINGS;
			q->severity = i;
			return true;
		}
	return false;
}

/* The key of a kind of resources that a text of n bytes names; NULL none. */
static const char *resource_key(const char *text, size_t n)
{
	if (n == 3 && memcmp(text, "fds", n) == 0)
		return lr_resource_words(LR_RES_DESCRIPTOR)->key;
	for (unsigned kind = 0; kind < LR_RES_KINDS; kind++) {
		const char *key = lr_resource_words(kind)->key;
		if (lr_resource_words(kind)->one && strlen(key) == n && memcmp(key, text, n) == 0)
			return key;
	}
	return NULL;
}

/* 0: no resource; 1: it is one; -1: of one, but what of it? */
static int is_resource(struct lr_quantity *q, const char *text)
{
	size_t n = strcspn(text, ".");
	const char *key = resource_key(text, n);
	if (!key)
		return 0;
	q->kind = LR_QUANTITY_RESOURCE;
	q->resource = key;
	if (!text[n])
		return 1;
	for (int i = 0; i < FIELDS; i++)
		if (strcmp(fields[i], text + n + 1) == 0) {
			q->field = (enum lr_resource_field)i;
			return 1;
		}
	return -1;
}

static bool is_findings(struct lr_quantity *q, const char *text)
{
	for (size_t i = 0; strchr(text, '.') && lr_wanted_kind(i); i++)
		if (lr_pattern_matches(text, lr_wanted_kind(i))) {
			q->kind = LR_QUANTITY_FINDINGS;
			q->findings = lr_strdup(text);
			return true;
		}
	return false;
}

bool lr_quantity_parse(struct lr_quantity *q, const char *text, struct lr_error *err)
{
	*q = (struct lr_quantity){.severity = -1};
	if (is_metric(q, text))
		return true;
	if (strncmp(text, "findings.", 9) == 0 && is_severity(q, text + 9))
		return true;
	int resource = is_resource(q, text);
	if (resource > 0)
		return true;
	if (resource < 0)
		lr_error_set(err,
			"\"%.60s\": of %s there are %s (open in the end), %s.created and %s.peak",
			text, q->resource, q->resource, q->resource, q->resource);
	else if (is_findings(q, text))
		return true;
	else if (strchr(text, '.'))
		lr_error_set(
			err, "no finding is called \"%.60s\"; see leakreport(1), FINDINGS", text);
	else
		lr_error_set(err,
			"\"%.40s\" cannot be counted; there are allocations, bytes, temporary, "
			"peak, live, definite, indirect, possible, reachable, leaks, findings, "
			"threads, descriptors .. (leakreport check --help)",
			text);
	return false;
}

void lr_quantity_free(struct lr_quantity *q)
{
	free(q->findings);
	q->findings = NULL;
}

char *lr_quantity_text(const struct lr_quantity *q)
{
	if (q->kind == LR_QUANTITY_METRIC)
		return lr_strdup(lr_metrics[q->metric].key);
	if (q->kind == LR_QUANTITY_RESOURCE)
		return q->field == LR_RESOURCE_OPEN
			       ? lr_strdup(q->resource)
			       : lr_format("%s.%s", q->resource, fields[q->field]);
	if (q->findings)
		return lr_strdup(q->findings);
	if (q->severity >= 0)
		return lr_format("findings.%s", lr_severity_names[q->severity]);
	return lr_strdup(others[q->kind].key);
}

/* "block definitely lost" of "blocks definitely lost": the first word loses its s. */
static char *singular(const char *many)
{
	size_t n = strcspn(many, " ");
	if (strncmp(many, "temporary ", 10) == 0)
		n = strlen(many);
	return lr_format("%.*s%s", (int)n - 1, many, many + n);
}

static const struct lr_resource_words *words_of(const char *key)
{
	unsigned kind = 0;
	while (kind + 1 < LR_RES_KINDS && lr_resource_words(kind)->key != key)
		kind++;
	return lr_resource_words(kind);
}

char *lr_quantity_words(const struct lr_quantity *q, uint64_t count)
{
	static const char *const how[] = {[LR_RESOURCE_OPEN] = "open in the end",
		[LR_RESOURCE_CREATED] = "made",
		[LR_RESOURCE_PEAK] = "open at a time"};
	if (q->kind == LR_QUANTITY_METRIC)
		return count == 1 ? singular(lr_metrics[q->metric].text)
				  : lr_strdup(lr_metrics[q->metric].text);
	if (q->kind == LR_QUANTITY_RESOURCE) {
		const struct lr_resource_words *w = words_of(q->resource);
		return lr_format("%s %s", count == 1 ? w->one : w->many, how[q->field]);
	}
	const char *word = count == 1 ? others[q->kind].one : others[q->kind].many;
	if (q->findings)
		return lr_format("%s of %s", word, q->findings);
	if (q->severity >= 0)
		return lr_format("%s of %s severity", word, lr_severity_names[q->severity]);
	return lr_strdup(word);
}

const char *lr_quantity_unit(const struct lr_quantity *q, bool several)
{
	if (lr_quantity_is_bytes(q))
		return several ? "bytes" : "byte";
	switch (q->kind) {
	case LR_QUANTITY_METRIC:
		if (q->metric != LR_METRIC_ALLOCATIONS && q->metric != LR_METRIC_TEMPORARY)
			break;
		return several ? "allocations" : "allocation";
	case LR_QUANTITY_ENTRY_ALLOCATIONS:
		return several ? "allocations" : "allocation";
	case LR_QUANTITY_ENTRIES:
		return several ? "entries" : "entry";
	case LR_QUANTITY_FINDINGS:
		if (q->findings && !strpbrk(q->findings, "*?"))
			return q->findings;
		return several ? "findings" : "finding";
	case LR_QUANTITY_RESOURCE:
		return several ? words_of(q->resource)->many : words_of(q->resource)->one;
	default:
		break;
	}
	return several ? "blocks" : "block";
}

bool lr_quantity_is_bytes(const struct lr_quantity *q)
{
	if (q->kind == LR_QUANTITY_METRIC)
		return lr_metrics[q->metric].bytes;
	return others[q->kind].bytes;
}

bool lr_quantity_is_verdict(const struct lr_quantity *q)
{
	switch (q->kind) {
	case LR_QUANTITY_METRIC:
		return q->metric >= LR_METRIC_DEFINITE;
	case LR_QUANTITY_LEAKS:
	case LR_QUANTITY_LEAK_BYTES:
	case LR_QUANTITY_NEW_LEAKS:
		return true;
	case LR_QUANTITY_FINDINGS:
		/* Some of them are leaks. */
		return !q->findings || lr_pattern_matches(q->findings, "leak.definite") ||
		       lr_pattern_matches(q->findings, "leak.possible");
	default:
		return false;
	}
}

bool lr_quantity_is_region(const struct lr_quantity *q)
{
	return q->kind == LR_QUANTITY_ENTRIES || q->kind == LR_QUANTITY_ENTRY_ALLOCATIONS ||
	       q->kind == LR_QUANTITY_ENTRY_BYTES;
}
