/* Programs that the traced one starts and that cannot have us in them: those built with a sanitizer
 * bring an allocator of their own, and end themselves, or crash, when another library stands before
 * its runtime. They are started without us, and a dump that is a header alone tells of them. */
#ifndef LT_FOREIGN_H
#define LT_FOREIGN_H

#include <stdbool.h>

/* Whether envp would preload us into such a program: path, seen from dir; a name that is looked for
 * in PATH (search); or what dir itself is open on (path empty). Then it has been told. */
bool lt_foreign(int dir, const char *path, bool search, char *const envp[]);

/* Whether an open file is one, or a script for one. Some 20 KiB of stack. */
bool lt_foreign_file(int fd);

/* envp without us, in room for as many pointers, and for the rest of LD_PRELOAD in text. */
char **lt_foreign_environment(char *const envp[], char **room, char *text);

#endif
