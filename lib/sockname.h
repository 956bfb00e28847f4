/* A socket's address as text: 127.0.0.1:80, [::1]:80, /run/x.sock, @abstract. Pure. */
#ifndef LT_SOCKNAME_H
#define LT_SOCKNAME_H

#include <stddef.h>

enum { LT_SOCKNAME_MAX = 128 };

/* addr: len bytes as getsockname gives them, at any alignment. Returns the length; 0: it has no
 * name, or one of a family that we do not know. */
size_t lt_sockname(char out[LT_SOCKNAME_MAX], const void *addr, size_t len);

#endif
