/* What the hard cases share. Each case allocates a block of a size that nobody else uses, from a
 * stack that its comment names:
 *
 *   // stack SIZE: innermost caller caller ... outermost
 *
 * where "..." stands for any number of frames, a trailing "|" for the root, and @NAME for a
 * function of libc's that has its name only where libc's symbols are installed. The test checks
 * each such line against leakreport's stack of that block. */
#ifndef HARD_H
#define HARD_H

#include <stddef.h>
#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif
extern void *volatile kept;
#ifdef __cplusplus
}
#endif

#define FRAME __attribute__((noinline, noclone))
#ifdef __clang__
#undef FRAME
#define FRAME __attribute__((noinline))
#endif

/* Keeps a call from being the function's last act. */
#define NOT_LAST() __asm__ volatile("" ::: "memory")
/* Allocates in the calling function itself. */
#define ALLOCATE(size)                                                                             \
	do {                                                                                       \
		kept = malloc(size);                                                               \
		NOT_LAST();                                                                        \
	} while (0)

#endif
