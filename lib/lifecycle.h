/* Start, fork, exec and end of the traced process: what state the tracer is in. */
#ifndef LT_LIFECYCLE_H
#define LT_LIFECYCLE_H

#include <stdbool.h>
#include <stdint.h>
#include "lib/own.h"

enum lt_mode {
	LT_MODE_EARLY,   /* the constructor has not run: the originals are not known */
	LT_MODE_OFF,     /* forward only, for good */
	LT_MODE_ON,      /* record */
	LT_MODE_PAUSED,  /* forward only, until resumed */
	LT_MODE_STOPPED, /* given up: forward, count what is missed */
	LT_MODE_ENDED    /* after the finish mark: as stopped */
};
extern LT_OWN enum lt_mode lt_mode;
void lt_mode_set(enum lt_mode mode);

/* A word that the kernel zeroes in a forked child; 0 also before the start. */
extern LT_OWN volatile uint32_t *lt_alive;

/* A forked child, at its first event: a dump of its own, or none. Returns true when it records. */
bool lt_child_start(void);
/* And its metadata, once its first thread can record. */
void lt_child_describe(void);

/* The process ends: drains, marks, cuts. Only in the process that the record is of (a vfork child's
 * _exit is not its end). */
void lt_finish(uint32_t status);

/* The same where a signal does it. */
struct lt_moment_thread;
void lt_finish_by_signal(int sig, const struct lt_moment_thread *self);

/* Around an exec: before leaves the record complete, failed takes it up again. */
void lt_exec_before(const char *path);
/* A program is about to be started that cannot be traced: leaves a dump that says so. */
void lt_tell_untraced(const char *path);
void lt_exec_failed(void);

/* $TMPDIR as it was at the start, absolute. */
const char *lt_temporary_dir(void);
/* "LEAKTRACE_RUN=..." for programs that this process starts; NULL when they are not traced. */
char *lt_run_variable(void);

/* Recording stops until lt_resume. */
void lt_pause(void);
void lt_resume(void);

/* seccomp is about to forbid system calls: maps ahead, then makes no more. */
void lt_seal(void);

/* pid of the process that the record is of. */
extern LT_OWN int lt_pid;

/* The environment is complete (libc has been initialised): passes LEAKTRACE_RUN on. Called just
 * before main. */
void lt_before_main(void);
/* What the program has from us as its environment: as long as it lives it may keep pointers there,
 * also when it has turned to another array. False: it has its own. */
bool lt_environment_given(uintptr_t range[2]);

#endif
