/* A directory of the user's own in which answers are kept from one report to the next: a file for
 * each name, whole or not there. Nothing in it is needed: what cannot be read, written or trusted
 * is left out without a word. */
#ifndef LR_CACHEDIR_H
#define LR_CACHEDIR_H

#include <stddef.h>
#include <stdint.h>

enum { LR_CACHE_FILE_MAX = 16 << 20, LR_CACHE_ALL_MAX = 256 << 20 }; /* bytes */

/* $XDG_CACHE_HOME/leaktrace, or else $HOME/.cache/leaktrace, to be freed; NULL when neither is set
 * to an absolute path. */
char *lr_cachedir_path(void);

/* Returns a descriptor of the directory, made when it is missing and create is 1, or -1: also when
 * it is not ours, or others may write to it. */
int lr_cachedir_open(const char *path, int create);

/* The bytes of the file, to be freed, and their number; NULL when there is none that can be
 * trusted. */
uint8_t *lr_cachedir_read(int dir, const char *name, size_t *size);
/* Puts the file there, at once: who reads sees the old one or the new one. 0, or -1. */
int lr_cachedir_write(int dir, const char *name, const uint8_t *bytes, size_t size);
/* Removes what writers left behind that died, and, when the files have more bytes than that in all,
 * those that were not used for longest. */
void lr_cachedir_trim(int dir, uint64_t max);

#endif
