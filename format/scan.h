/* A scan of the live memory, as records: one that begins it, tables (blocks, roots, words,
 * threads), and one that ends it. Each names its scan. What a reader does not know of them, it
 * skips: figures, columns, and whole records. Pure. */
#ifndef LTF_SCAN_H
#define LTF_SCAN_H

#include <stdint.h>
#include "format/context.h"
#include "format/varint.h"

/* What the first and the last record tell, as pairs of number and value; those that are 0 are left
 * out. name: as `leakreport raw` prints it. Append; never renumber. */
#define LTF_SCAN_FIGURES(X)                                                                        \
	X(REASON, "reason", 1)                     /* enum ltf_scan_reason */                      \
	X(TIME_US, "time_us", 2)                   /* since the dump's start */                    \
	X(BLOCKS, "blocks", 3)                     /* how many there are in the tables */          \
	X(REACHABLE_BLOCKS, "reachable_blocks", 4) /* these sums: without inherited and ignored */ \
	X(REACHABLE_BYTES, "reachable_bytes", 5)                                                   \
	X(POSSIBLE_BLOCKS, "possible_blocks", 6)                                                   \
	X(POSSIBLE_BYTES, "possible_bytes", 7)                                                     \
	X(INDIRECT_BLOCKS, "indirect_blocks", 8)                                                   \
	X(INDIRECT_BYTES, "indirect_bytes", 9)                                                     \
	X(DEFINITE_BLOCKS, "definite_blocks", 10)                                                  \
	X(DEFINITE_BYTES, "definite_bytes", 11)                                                    \
	X(INHERITED_BLOCKS, "inherited_blocks", 12)                                                \
	X(INHERITED_BYTES, "inherited_bytes", 13)                                                  \
	X(IGNORED_BLOCKS, "ignored_blocks", 14)                                                    \
	X(IGNORED_BYTES, "ignored_bytes", 15)                                                      \
	X(PAUSE_US, "pause_us", 16)               /* how long the program stood still */           \
	X(WALL_US, "wall_us", 17)                 /* from the begin to the last record */          \
	X(CPU_US, "cpu_us", 18)                   /* of the scanning copy */                       \
	X(THREADS, "threads", 19)                 /* of the process */                             \
	X(UNKNOWN_THREADS, "unknown_threads", 20) /* of these: whose registers are not known */    \
	X(COVERAGE, "coverage", 21)               /* a set of enum ltf_scan_coverage */            \
	X(WORDS_READ, "words_read", 22)                                                            \
	X(POINTERS, "pointers", 23) /* of these, into the range of the blocks */                   \
	X(ROOT_BYTES, "root_bytes", 24)                                                            \
	X(FD_LIMIT, "fd_limit", 25)         /* RLIMIT_NOFILE, the soft one */                      \
	X(FDS, "fds", 26)                   /* descriptors of the process, but the tracer's own */ \
	X(TASKS, "tasks", 27)               /* threads, as the kernel has them */                  \
	X(TIMERS, "timers", 28)             /* so, too, plus 1; 0: it does not tell of them */     \
	X(MAPPED_BYTES, "mapped_bytes", 29) /* of the program's own mappings */

#define LTF_SCAN_FIGURE_ENUM(id, name, number) LTF_SCAN_##id = number,
enum ltf_scan_figure { LTF_SCAN_FIGURES(LTF_SCAN_FIGURE_ENUM) LTF_SCAN_FIGURE_COUNT };

enum ltf_scan_reason {
	LTF_SCAN_AT_EXIT = 1,
	LTF_SCAN_REQUESTED = 2, /* from outside */
	LTF_SCAN_CALLED = 3,    /* by the program, leaktrace_scan() */
	LTF_SCAN_INTERVAL = 4,  /* it was time, or the memory had grown */
	LTF_SCAN_SIGNAL = 5     /* one that ends the process */
};

/* Why a scan may be wrong, or less than it could be. */
enum ltf_scan_coverage {
	LTF_SCAN_ALLOCATORS_READ = 1,   /* there may be unknown blocks, so all memory that may be
					 * theirs counted as roots */
	LTF_SCAN_EVENTS_MISSED = 2,     /* blocks known from before count as inherited */
	LTF_SCAN_REGISTERS_UNKNOWN = 4, /* of threads: no block is surely lost */
	LTF_SCAN_ROOTS_CUT = 8,         /* more roots than there was room for */
	LTF_SCAN_STACK_UNKNOWN = 16,    /* where a thread's stack ends: all of it was read */
	LTF_SCAN_INHERITED_HELD = 32    /* inherited blocks were taken for reachable, not judged */
};

/* Verdicts: 0 unknown. The numbers are those of lib/scan.h. */
enum ltf_verdict {
	LTF_VERDICT_REACHABLE = 1,
	LTF_VERDICT_POSSIBLE,
	LTF_VERDICT_INDIRECT,
	LTF_VERDICT_DEFINITE,
	LTF_VERDICTS
};

enum ltf_scanned_flag {
	LTF_SCANNED_CYCLE = 1,     /* leads a cycle */
	LTF_SCANNED_INHERITED = 2, /* never this process's leak: its parent's, or of before a gap */
	LTF_SCANNED_IGNORED = 4,   /* the program has said so: leaktrace_ignore() */
	LTF_SCANNED_HELD = 8       /* reachable without any pointer */
};

/* Where the pointer lies by which a block was found. */
enum ltf_holder { LTF_IN_NOTHING, LTF_IN_ROOT, LTF_IN_WORD, LTF_IN_BLOCK };

/* Tables stand column by column. A column is as many varints as there are rows, or nothing at all
 * where all are 0; the first is never left out. Append; never renumber. */
enum ltf_scanned_column {
	LTF_SCANNED_ADDR,      /* zigzag(address / 8 less where the block before would end) */
	LTF_SCANNED_SIZE,      /* bytes, as asked for */
	LTF_SCANNED_SITE,      /* a node; 0 unknown */
	LTF_SCANNED_BIRTH,     /* zigzag(less that of the row before), 32 bits */
	LTF_SCANNED_VERDICT,   /* enum ltf_verdict | how << 3, enum lt_scan_by of lib/scan.h */
	LTF_SCANNED_FLAGS,     /* enum ltf_scanned_flag */
	LTF_SCANNED_LEADER,    /* of an indirect one: zigzag(own index less that of its definite) */
	LTF_SCANNED_HOLDER,    /* enum ltf_holder | index << 2; of a block: zigzag(own less its) */
	LTF_SCANNED_OFFSET,    /* of the pointer in what holds it */
	LTF_SCANNED_INSIDE,    /* where in the block it points to */
	LTF_SCANNED_UNTOUCHED, /* pages within the block that were never touched */
	LTF_SCANNED_COLUMNS
};
enum ltf_root_column {
	LTF_ROOT_START, /* an address */
	LTF_ROOT_LENGTH,
	LTF_ROOT_KIND, /* enum lt_scan_kind of lib/scan.h */
	LTF_ROOT_ID,
	LTF_ROOT_COLUMNS
};
enum { LTF_ROOT_IGNORED = 8 }; /* of these kinds */
enum ltf_word_column {
	LTF_WORD_VALUE,
	LTF_WORD_KIND,   /* as a root's */
	LTF_WORD_ID,     /* of registers: the thread's kernel id */
	LTF_WORD_NUMBER, /* of registers: which, as DWARF numbers them */
	LTF_WORD_COLUMNS
};
enum ltf_thread_column {
	LTF_THREAD_TID, /* the kernel's */
	LTF_THREAD_SP,
	LTF_THREAD_FLAGS, /* enum ltf_thread_flag */
	LTF_THREAD_COLUMNS
};
enum ltf_frame_column {
	LTF_FRAME_TID,   /* the kernel's id of the thread */
	LTF_FRAME_SP,    /* where the frame begins: it ends where the next one does */
	LTF_FRAME_PC,    /* a return address, unless flag 1 */
	LTF_FRAME_FLAGS, /* as a node's */
	LTF_FRAME_COLUMNS
};
/* Threads as the C library has them: those of which only a join is still to come, too. */
enum ltf_pthread_column {
	LTF_PTHREAD_HANDLE, /* pthread_t */
	LTF_PTHREAD_TID,    /* the kernel's; 0: it has ended */
	LTF_PTHREAD_FLAGS,  /* enum ltf_pthread_flag */
	LTF_PTHREAD_STACK,  /* address of its mapping; 0 unknown */
	LTF_PTHREAD_STACK_LENGTH,
	LTF_PTHREAD_STACK_TOUCHED, /* bytes of the pages of it that were ever touched */
	LTF_PTHREAD_CALL,          /* the system call that it is in, plus 1 */
	LTF_PTHREAD_WAITS,         /* enum ltf_pthread_waits */
	LTF_PTHREAD_CALL_ARG,      /* the call's first argument: a descriptor, say */
	LTF_PTHREAD_COLUMNS
};
enum ltf_pthread_flag {
	LTF_PTHREAD_ENDED = 1,
	LTF_PTHREAD_DETACHED = 2,
	LTF_PTHREAD_MAIN = 4,
	LTF_PTHREAD_HELPER = 8 /* the C library's own, for timers */
};
enum ltf_pthread_waits {
	LTF_PTHREAD_RUNS,
	LTF_PTHREAD_WAITS_LIMITED, /* until a time */
	LTF_PTHREAD_WAITS_FOREVER
};
/* The kernel's timers of the process, of timer_create. */
enum ltf_timer_column {
	LTF_TIMER_VALUE,  /* what its signal carries, plus 1 */
	LTF_TIMER_ID,     /* the kernel's */
	LTF_TIMER_CLOCK,  /* zigzag(clockid_t) */
	LTF_TIMER_NOTIFY, /* as sigev_notify */
	LTF_TIMER_SIGNAL,
	LTF_TIMER_TASK, /* the thread, or process, that is told */
	LTF_TIMER_COLUMNS
};
enum ltf_thread_flag { LTF_THREAD_REGISTERS_UNKNOWN = 1, LTF_THREAD_IS_SCANNING = 2 };

/* Texts are numbers from 1 in the order of the scan's records TEXTS; 0 is none. */
enum ltf_fds_column {
	LTF_FDS_NUMBER,
	LTF_FDS_FLAGS,    /* a set of enum ltf_fds_flag */
	LTF_FDS_NAME,     /* a text, as /proc/self/fd has it: a path, socket:[5], pipe:[6] .. */
	LTF_FDS_FAMILY,   /* of a socket: AF_.. of Linux */
	LTF_FDS_TYPE,     /* SOCK_.. */
	LTF_FDS_LOCAL,    /* a text: its own address */
	LTF_FDS_PEER,     /* a text: the other's */
	LTF_FDS_EXPIRES,  /* of a timer: ns until it expires, 0: it is not armed */
	LTF_FDS_INTERVAL, /* ns from then on; 0: once */
	LTF_FDS_COLUMNS
};
enum ltf_fds_flag {
	LTF_FDS_CLOEXEC = 1,
	LTF_FDS_LISTENING = 2,
	LTF_FDS_NOT_READ = 4, /* there were too many: nothing but the number is known */
	LTF_FDS_HUNG_UP = 8   /* of a pipe or a connection: nobody is at the other end */
};

/* Mappings, in order of their addresses. */
enum ltf_maps_column {
	LTF_MAPS_START,    /* pages (4 KiB), less where the row before ends */
	LTF_MAPS_PAGES,    /* its length */
	LTF_MAPS_KIND,     /* enum ltf_mapping */
	LTF_MAPS_ACCESS,   /* a set of enum ltf_maps_access */
	LTF_MAPS_FLAGS,    /* a set of enum ltf_maps_flag */
	LTF_MAPS_RESIDENT, /* pages of the program's own that are in memory or swapped out */
	LTF_MAPS_NAME,     /* a text, as /proc/self/maps has it */
	LTF_MAPS_COLUMNS
};
/* What memory is. Append; never renumber. */
enum ltf_mapping {
	LTF_MAPPING_UNKNOWN,   /* nobody is known to have mapped it */
	LTF_MAPPING_OWN,       /* the program, by a call that is recorded */
	LTF_MAPPING_INHERITED, /* the same before a fork */
	LTF_MAPPING_ALLOCATOR,
	LTF_MAPPING_OBJECT, /* a file that is mapped privately: the program, libraries */
	LTF_MAPPING_STACK,
	LTF_MAPPING_BRK,
	LTF_MAPPING_TRACER,
	LTF_MAPPING_KERNEL,
	LTF_MAPPING_KINDS
};
enum ltf_maps_access {
	LTF_MAPS_READ = 1,
	LTF_MAPS_WRITE = 2,
	LTF_MAPS_EXEC = 4,
	LTF_MAPS_SHARED = 8,
	LTF_MAPS_FILE = 16
};
enum ltf_maps_flag {
	LTF_MAPS_HELD = 1,       /* something points to it */
	LTF_MAPS_NOT_JUDGED = 2, /* nobody looked, or pointers to it need not look like any */
	LTF_MAPS_BLOCKS = 4,     /* live blocks lie in it: not judged either */
	LTF_MAPS_NOT_COUNTED = 8 /* how much of it is resident is not known */
};

/* The greatest number of columns that a reader here looks at, and a writer writes. */
enum { LTF_TABLE_COLUMNS = 12 };

/* Where the memory of a block most probably ends, divided by 8: where the next one begins. */
static inline uint64_t ltf_scanned_end(uint64_t addr8, uint64_t size)
{
	return ltf_behind(addr8, ltf_grains(size));
}

/* A table's head: which rows of which scan. Then the columns' lengths, then the columns. */
struct ltf_table {
	uint64_t scan;
	uint64_t first; /* the index of the first row */
	uint64_t rows;
	/* The reader's, as far as the columns have not been read. */
	const uint8_t *at[LTF_TABLE_COLUMNS], *end[LTF_TABLE_COLUMNS];
};
enum { LTF_TABLE_HEAD_MAX = (4 + LTF_TABLE_COLUMNS) * LTF_VARINT_MAX };

/* Writes the head of a table whose columns have these lengths. Returns the next byte. */
uint8_t *ltf_table_head(
	uint8_t *p, const struct ltf_table *t, const uint32_t *lengths, unsigned columns);
/* Returns 0, or -1 when this is no table. */
int ltf_table_open(struct ltf_table *t, const uint8_t *body, size_t len);
/* Reads a row: 1; 0 when there are no more; -1 when it is damaged. Columns that are not there
 * are 0. */
int ltf_table_row(struct ltf_table *t, uint64_t values[LTF_TABLE_COLUMNS]);

/* Writes the scan's number and the figures from..to that are not 0. */
uint8_t *ltf_figures_put(
	uint8_t *p, uint64_t scan, const uint64_t *values, unsigned from, unsigned to);
/* Reads them; those that it does not know are left out. Returns 0, or -1 when damaged. */
int ltf_figures_get(
	const uint8_t *body, size_t len, uint64_t *scan, uint64_t values[LTF_SCAN_FIGURE_COUNT]);
enum { LTF_FIGURES_MAX = (1 + 2 * LTF_SCAN_FIGURE_COUNT) * LTF_VARINT_MAX };

#endif
