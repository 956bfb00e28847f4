/* What a rule counts: "allocations", "descriptors.peak", "churn.*" .. */
#ifndef LR_QUANTITY_H
#define LR_QUANTITY_H

#include "tools/util/error.h"
#include "tools/view/measure.h"

enum lr_quantity_kind {
	LR_QUANTITY_METRIC,
	LR_QUANTITY_LEAKS,             /* blocks definitely, indirectly or possibly lost */
	LR_QUANTITY_LEAK_BYTES,        /* their bytes */
	LR_QUANTITY_NEW_LEAKS,         /* those of sites without any in the baseline */
	LR_QUANTITY_ENTRIES,           /* of regions */
	LR_QUANTITY_ENTRY_ALLOCATIONS, /* the most of any one entry */
	LR_QUANTITY_ENTRY_BYTES,
	LR_QUANTITY_FINDINGS, /* how many there are of the kinds that name matches */
	LR_QUANTITY_RESOURCE
};
enum lr_resource_field { LR_RESOURCE_OPEN, LR_RESOURCE_CREATED, LR_RESOURCE_PEAK };

struct lr_quantity {
	enum lr_quantity_kind kind;
	enum lr_metric metric;
	enum lr_resource_field field;
	const char *resource; /* its key; static */
	char *findings;       /* a pattern of kinds, or NULL: all */
	int severity;         /* of findings: enum lr_severity; -1: any */
};

/* False: text is none, which *err says in one line. */
bool lr_quantity_parse(struct lr_quantity *q, const char *text, struct lr_error *err);
void lr_quantity_free(struct lr_quantity *q);
/* As lr_quantity_parse reads it. To be freed. */
char *lr_quantity_text(const struct lr_quantity *q);
/* For people: "blocks definitely lost", "descriptors open in the end". To be freed. */
char *lr_quantity_words(const struct lr_quantity *q, uint64_t count);
/* "allocations", "bytes", "blocks", "descriptors" .. Stays as long as the quantity. */
const char *lr_quantity_unit(const struct lr_quantity *q, bool several);
bool lr_quantity_is_bytes(const struct lr_quantity *q);
/* It needs verdicts on blocks. */
bool lr_quantity_is_verdict(const struct lr_quantity *q);
bool lr_quantity_is_region(const struct lr_quantity *q);

#endif
