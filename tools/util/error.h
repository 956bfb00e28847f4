/* What went wrong, in words for a person: "what is wrong; what to do". */
#ifndef LR_ERROR_H
#define LR_ERROR_H

struct lr_error {
	char text[256]; /* "" while nothing is wrong; may hold bytes from a dump: escape to print */
};

/* Keeps the first error; returns -1, so that it can be returned at once. */
__attribute__((format(printf, 2, 3))) int lr_error_set(struct lr_error *e, const char *fmt, ...);

#endif
