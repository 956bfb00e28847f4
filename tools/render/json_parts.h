/* What the JSON renderers share. Not for others. */
#ifndef LR_JSON_PARTS_H
#define LR_JSON_PARTS_H

#include "tools/render/render.h"
#include "tools/util/json.h"

json_t *lr_json_stack(const struct lr_line *lines, size_t n);

json_t *lr_json_counts(const struct lr_counts *c);

/* Parts of a report. */
json_t *lr_json_why(const struct lr_why *w);
json_t *lr_json_holders(const struct lr_holders_view *v);
json_t *lr_json_growth(const struct lr_growth_view *v, const struct lr_unreachable *u);
json_t *lr_json_changes(const struct lr_changes *v);
json_t *lr_json_diff(const struct lr_diff *d);
json_t *lr_json_regions(const struct lr_regions_view *v);
json_t *lr_json_resources(const struct lr_resources_view *v);
json_t *lr_json_resource_changes(const struct lr_resources_view *v);
/* By kind: what was open at a scan, by the events and in the process; null: not known. */
json_t *lr_json_open_at(const struct lr_open_at *at);
/* Of a kind. */
json_t *lr_json_resource_total(const struct lr_resource_total *t);
json_t *lr_json_check(const struct lr_check *c);
json_t *lr_json_errors(const struct lr_errors *e);
json_t *lr_json_rules(const struct lr_rules *rules);

#endif
