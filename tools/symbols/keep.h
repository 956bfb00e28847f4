/* Keeping answers from one report to the next, under the object's build-id. */
#ifndef LR_KEEP_H
#define LR_KEEP_H

#include "tools/symbols/answers.h"
#include "tools/symbols/object.h"

/* Adds what the cache directory holds about the object, when it comes from the very files that
 * would be read now. */
void lr_keep_load(const char *cache_dir, struct lr_answers *, struct lr_object *,
	struct lr_places *, const struct lr_warning *);

/* Writes what is known about each object of which something new has been found out. */
void lr_keep_save(const char *cache_dir, const struct lr_answers *, struct lr_object *list);

#endif
