/* What the process does before it forks, so that its child knows which blocks it inherits. Only for
 * forks that run the C library's handlers (fork, daemon, forkpty); a child that was made by a bare
 * system call does not know them. */
#ifndef LT_FORK_H
#define LT_FORK_H

/* At the start, once: then its handler is the last before the fork and the first after it. */
void lt_fork_watch(void);

#endif
