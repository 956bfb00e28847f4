/* C++ and Rust names for people. */
#ifndef LR_DEMANGLE_H
#define LR_DEMANGLE_H

/* Returns the readable form of a linkage name, to be freed; NULL when it is not mangled, or its
 * readable form would be unreasonably long, or there is no memory: then show it as it is. */
char *lr_demangle(const char *mangled);

#endif
