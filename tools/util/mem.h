/* Memory for the tools. There is no way on without it, so running out ends the program with one
 * line and status 3; callers never see NULL. What a hostile dump may claim is bounded before. */
#ifndef LR_MEM_H
#define LR_MEM_H

#include <stddef.h>

/* For what allocates by itself: open_memstream and the like. */
_Noreturn void lr_no_memory(void);
void *lr_calloc(size_t count, size_t size);
/* Room for count elements, as realloc; new bytes are not cleared. */
void *lr_resize(void *p, size_t count, size_t size);
/* Zeroed memory for big tables that are looked into everywhere, in huge pages where there are any.
 */
void *lr_big_alloc(size_t bytes);
void lr_big_free(void *p, size_t bytes);
/* A copy of n bytes with a terminator. */
char *lr_strndup(const char *s, size_t n);
char *lr_strdup(const char *s);
__attribute__((format(printf, 1, 2))) char *lr_format(const char *fmt, ...);

/* Makes room for one more element in a growing array; doubles. */
#define LR_GROW(array, used, room)                                                                 \
	do {                                                                                       \
		if ((used) == (room)) {                                                            \
			(room) = (room) ? (room)*2 : 16;                                           \
			(array) = lr_resize((array), (room), sizeof(*(array)));                    \
		}                                                                                  \
	} while (0)

#endif
