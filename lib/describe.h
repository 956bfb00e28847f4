/* What a dump says of its process: metadata records at the start. */
#ifndef LT_DESCRIBE_H
#define LT_DESCRIBE_H

/* argv may be NULL (a forked child: its command line is its parent's). */
void lt_describe(int argc, char **argv, const char *exe, char **envp);

#endif
