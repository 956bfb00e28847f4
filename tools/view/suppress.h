/* Sites and the rules that suppress them. */
#ifndef LR_SUPPRESS_VIEW_H
#define LR_SUPPRESS_VIEW_H

#include "tools/suppress/rules.h"
#include "tools/view/names.h"

struct lr_suppressor;

/* All three must outlive it; rules may be NULL: nothing is suppressed. */
struct lr_suppressor *lr_suppressor_new(
	const struct lr_model *m, struct lr_names *names, const struct lr_rules *rules);
void lr_suppressor_free(struct lr_suppressor *x);

/* The rule that suppresses blocks of that site (its innermost frame) and kind (LR_SUPPRESS_..);
 * NULL: none does. */
struct lr_rule *lr_suppressor_rule(struct lr_suppressor *x, uint32_t frame, unsigned kind);
/* The same for a resource that was opened or closed there. */
struct lr_rule *lr_suppressor_resource(struct lr_suppressor *x, uint32_t frame, unsigned kind);
/* The same for a release (enum ltf_api) at that site. */
struct lr_rule *lr_suppressor_release(struct lr_suppressor *x, uint32_t frame, unsigned api);

/* The rule was used for so much of that site. Counts once, however often it is told. */
void lr_suppressor_use(struct lr_suppressor *x, struct lr_rule *rule, uint32_t frame, unsigned kind,
	const struct lr_scan_sum *sum);
/* And what blocks of that site alone lead to, of another site, went with them. */
void lr_suppressor_lead(struct lr_suppressor *x, struct lr_rule *rule, uint32_t owner,
	uint32_t frame, const struct lr_scan_sum *sum);

/* The stack of a site as rules see it; *count lines, to be freed. */
struct lr_rule_frame *lr_rule_frames(
	const struct lr_model *m, struct lr_names *names, uint32_t frame, size_t *count);
/* By which functions a site's blocks were handed out: 1 << LTF_API_.. */
unsigned lr_suppressor_apis(const struct lr_suppressor *x, uint32_t frame);

#endif
