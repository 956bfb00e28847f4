/* What programs find by leaktrace.h, for the table of it. */
#ifndef LT_TOLD_H
#define LT_TOLD_H

#include <stddef.h>

void leaktrace_tracer_pause(void);
void leaktrace_tracer_resume(void);
void leaktrace_tracer_scan(void);
void leaktrace_tracer_ignore(const void *p);
void leaktrace_tracer_root(const void *p, size_t len);
void leaktrace_tracer_unroot(const void *p);

struct leaktrace_counts;
/* What was counted so far; as much of it as fits into its size. */
void lt_stats(struct leaktrace_counts *s);

#endif
