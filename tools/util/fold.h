/* Names of C++ functions, short enough to be read. */
#ifndef LR_FOLD_H
#define LR_FOLD_H

#include <stddef.h>
#include <stdio.h>

/* Names of more bytes than this are folded. */
enum { LR_FOLD_ABOVE = 72 };

/* Writes the name, made safe to show (util/text.h). Of a long one template arguments and parameters
 * are left out: `a::b<..>::c(..)`. Returns the columns used. */
size_t lr_put_function(FILE *f, const char *name);

#endif
