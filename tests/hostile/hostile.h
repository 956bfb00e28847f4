/* What the hostile programs share: blocks that the program counts itself, in memory that outlives
 * it and is shared with its children; output without stdio; a list of descriptors. The counted
 * functions can be told from all other callers by their names, so the report can be asked for them
 * alone. */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Blocks of counted functions: got, released, and released by a process that inherited them. */
struct tally {
	long allocs, frees, inherited;
};
extern struct tally *tally;

/* Prints by one write; format as printf's, no floating point. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints the open descriptors and where they lead, without those of the tracer. */
void show_fds(void);

/* The number that a newly opened descriptor gets. */
int next_fd(void);

/* Resident pages. */
long resident(void);

void pause_ms(long ms);

/* Waits for pid and prints how it ended. */
void reap(const char *what, pid_t pid);

/* Ends the program with 99 when something that is not under test fails. */
void must(bool ok, const char *what);

void *counted_malloc(size_t n);
void *counted_calloc(size_t n, size_t size);
void *counted_realloc(void *p, size_t n);
void *counted_memalign(size_t align, size_t n);
void counted_free(void *p);
/* A block that another process got before its fork. */
void inherited_free(void *p);

/* n rounds: three blocks got, two released (one is kept). */
void churn(int n);

/* main(): const char *how */
#define IS(name) (strcmp(how, name) == 0)

#endif
