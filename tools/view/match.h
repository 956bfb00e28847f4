/* Which sites a query selects. */
#ifndef LR_MATCH_H
#define LR_MATCH_H

#include "tools/view/names.h"
#include "tools/view/query.h"

struct lr_match;

/* All three must outlive it. */
struct lr_match *lr_match_new(
	const struct lr_model *m, struct lr_names *names, const struct lr_query *q);
void lr_match_free(struct lr_match *x);
bool lr_match_site(struct lr_match *x, const struct lr_site *s);
/* A stack, and a thread (index plus 1; 0: any). Of a region that the program has begun it is only
 * known whether blocks of that stack were allocated in it, some or all. */
bool lr_match_stack(struct lr_match *x, uint32_t frame, uint32_t thread);
/* Resources of that kind and site: of any of their threads. */
bool lr_match_resource(struct lr_match *x, unsigned kind, uint32_t frame);
/* Whether the pattern (NULL: any) means the thread: its index plus 1; 0: not known, which it does.
 */
bool lr_match_thread(const struct lr_model *m, const char *pattern, uint32_t thread);

/* What a thread is called in reports. The caller frees it. */
char *lr_thread_label(const struct lr_model *m, const struct lr_thread *t);

#endif
