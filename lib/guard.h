/* A call that may fault: memory is read of which it is not known whether all of it can be. Only
 * where no other thread runs. */
#ifndef LT_GUARD_H
#define LT_GUARD_H

#include <stdbool.h>

/* Calls fn, which must leave nothing that cannot be left where it is. False: it came upon a fault
 * and was left there. The program's handlers are not called, and are what they were afterwards. */
bool lt_guarded(void (*fn)(void *arg), void *arg);

#endif
