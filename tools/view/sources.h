/* Source files by the names that a repository has for them: relative to its top. A compiler records
 * the place where it was run; who reads a report is somewhere else. */
#ifndef LR_SOURCES_H
#define LR_SOURCES_H

#include <stddef.h>

struct lr_sources;

/* dirs: tops, the first that a file lies in counts. With none it is GITHUB_WORKSPACE, when the
 * working directory lies in it; else the nearest directory above the working directory that has a
 * .git; else the working directory itself. */
struct lr_sources *lr_sources_open(const char *const *dirs, size_t count);
void lr_sources_close(struct lr_sources *s);

/* The file's name from the top, for the caller to free; NULL: it lies in none. dir: what it is
 * relative to, or NULL. A name that stays relative even so (-ffile-prefix-map) counts when there is
 * such a file: those of distributions' libraries are relative as well. */
char *lr_sources_name(const struct lr_sources *s, const char *dir, const char *file);
/* The two as one name. The caller frees it. */
char *lr_path_join(const char *dir, const char *file);

/* The same name without ".", "..", and slashes that stand twice; NULL: it leads out of where it is
 * relative to. The caller frees it. */
char *lr_path_normal(const char *path);

#endif
