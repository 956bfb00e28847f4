/* Making JSON of texts and numbers, whatever they hold. */
#ifndef LR_JSON_H
#define LR_JSON_H

#include <jansson.h>
#include <stdint.h>

json_t *lr_json_number(uint64_t v);
/* Any bytes: what is no UTF-8 becomes U+FFFD. */
json_t *lr_json_text_n(const char *s, size_t n);
/* NULL becomes null. */
json_t *lr_json_text(const char *s);
void lr_json_set(json_t *o, const char *key, json_t *value);

#endif
