/* The dump file: a header page, extents that hold the ring, and a stream of chunks.
 * Byte by byte in doc/FORMAT; this header is the same in C. All integers are little-endian. */
#ifndef LTF_FILE_H
#define LTF_FILE_H

#include <stddef.h>
#include <stdint.h>

#define LTF_MAGIC "LEAKTRC\x01"
enum {
	LTF_VERSION = 1,
	LTF_HEADER_SIZE = 4096,
	LTF_EXTENTS = 120, /* ring extents that a header has room for */
	LTF_NAME_MAX = 64
};

/* How the traced image ended, as far as it could say itself. */
enum ltf_state {
	LTF_STATE_RUNNING = 1,  /* or ended without a word: a signal, the OOM killer */
	LTF_STATE_FINISHED = 2, /* all events are in the stream; or all in the ring, without any */
	LTF_STATE_EXEC = 3,     /* replaced by another image; the ring may still hold events */
	LTF_STATE_STOPPED = 4   /* tracing was given up; stop_reason says why */
};

enum ltf_stop {
	LTF_STOP_NONE,
	LTF_STOP_DISK,
	LTF_STOP_MEMORY,
	LTF_STOP_LIMIT,
	LTF_STOP_FD,
	LTF_STOP_SANITIZER /* never begun: built with a sanitizer; written by who started it */
};

/* Counters of what was missed. They live in the mapped header, so they survive any death. */
enum ltf_lost {
	LTF_LOST_EVENTS,        /* events dropped: no room in the ring, or tracing had stopped */
	LTF_LOST_STACKS,        /* events recorded without their stack */
	LTF_LOST_NESTED,        /* calls from signal handlers that could not be recorded */
	LTF_LOST_LATE,          /* events of other threads after the finish mark */
	LTF_LOST_ADDRESSES,     /* blocks at addresses beyond 47 bits */
	LTF_LOST_BLOBS,         /* metadata records dropped */
	LTF_LOST_STACKS_CUT,    /* stacks cut at the depth limit */
	LTF_LOST_STACKS_UNSURE, /* stacks that ended without reaching a root */
	/* With LEAKTRACE_UNWIND=verify. */
	LTF_LOST_VERIFIED,       /* stacks that were compared */
	LTF_LOST_VERIFIED_OTHER, /* of these: a walk anew finds another stack */
	LTF_LOST_LIBGCC_OTHER,   /* of these: libgcc finds another stack */
	LTF_LOST_UNCONFIRMED,    /* of these: libgcc does not come to their end */
	LTF_LOST_COUNT = 16
};

struct ltf_extent {
	uint64_t offset; /* bytes from the start of the file, a multiple of 4096 */
	uint64_t length; /* bytes, a multiple of LTF_BLOCK_SIZE */
};

/* How a process answers who asks for a scan. Append only. */
enum ltf_scan_answer {
	LTF_SCAN_NO_ANSWER,
	LTF_SCAN_BEGUN,
	LTF_SCAN_AGAIN,   /* the thread that was asked cannot just now: ask again soon */
	LTF_SCAN_RUNNING, /* the last one has not ended */
	LTF_SCAN_OFF,     /* the live blocks are not known, or nothing is recorded */
	LTF_SCAN_SEALED,  /* the program may make no new system calls (seccomp) */
	LTF_SCAN_NO_COPY, /* the process could not be copied */
	LTF_SCAN_FOREIGN  /* who asks is another user */
};

/* What became of the scan at the end. Append only. */
enum ltf_scan_end {
	LTF_END_NONE,       /* it was not wanted, or the process did not come to it */
	LTF_END_NOTHING,    /* no block was live that is the process's own: there are no records */
	LTF_END_SCANNED,    /* the records are in the stream */
	LTF_END_SEALED,     /* seccomp might not have allowed it */
	LTF_END_BLOCKS,     /* the live blocks are not known, for want of memory */
	LTF_END_NO_COPY,    /* no memory for it, or no copy of the process could be made */
	LTF_END_UNFINISHED, /* it was begun: the copy did not end, or the disk said no */
	LTF_END_INHERITED   /* a forked child has inherited many blocks and has few of its own */
};

/* Scans: the first in a running process, for who asks for one, and waits. */
struct ltf_scan_state {
	uint32_t asked;               /* requests that have been answered */
	uint32_t answer;              /* enum ltf_scan_answer: to the last */
	uint32_t begun;               /* scans */
	uint32_t ended;               /* of these */
	uint32_t failed;              /* of these, without a result */
	uint32_t threads;             /* of the last begun: that the process had */
	uint32_t unknown;             /* of these, their registers are not known */
	uint32_t at_end;              /* enum ltf_scan_end */
	uint64_t pause_ns;            /* for which the threads stood still */
	uint64_t wall_ns;             /* from the request to the end of the copy's work */
	uint64_t cpu_ns;              /* of the copy */
	uint64_t room_used;           /* where its records end in the file */
	uint64_t blocks[4], bytes[4]; /* reachable, possible, indirect, definite */
	uint64_t words;               /* read */
	uint64_t pad;
	uint64_t more[2];
};

struct ltf_header {
	char magic[8];
	uint32_t version;     /* LTF_VERSION; a reader refuses a greater one */
	uint32_t header_size; /* LTF_HEADER_SIZE */
	uint32_t crc;         /* CRC-32C of bytes 0..255 with this field zero */
	uint32_t pid;         /* in the namespace of the process */
	uint64_t run_id;      /* shared by all dumps of one process tree; random */
	uint64_t start_real;  /* ns since the epoch */
	uint64_t start_mono;  /* ns, CLOCK_MONOTONIC_COARSE; event times count from here */
	uint32_t parent_pid;  /* the process that forked or exec'd into this one; 0: first */
	uint32_t image;       /* 0 for the first image of this pid in the run, 1 after an exec .. */
	uint32_t origin;      /* enum ltf_origin */
	uint32_t region_shift;      /* LTF_REGION_SHIFT */
	uint32_t region_count;      /* LTF_REGION_COUNT */
	uint32_t block_size;        /* LTF_BLOCK_SIZE */
	uint64_t stream_start;      /* offset of the first chunk */
	char program[LTF_NAME_MAX]; /* base name of the executable, NUL-padded */
	uint8_t pad0[256 - 80 - LTF_NAME_MAX];

	/* From here on the header is live: written while the program runs, covered by no checksum.
	 */
	uint32_t state;       /* enum ltf_state */
	uint32_t stop_reason; /* enum ltf_stop */
	uint64_t stream_end;  /* chunks before this offset were written completely */
	uint64_t end_mono;    /* ns, CLOCK_MONOTONIC_COARSE, at the finish; 0 unknown */
	uint32_t exit_status; /* as given to exit(), when known; else LTF_STATUS_UNKNOWN */
	uint32_t extent_count;
	uint64_t lost[LTF_LOST_COUNT];
	struct ltf_extent extents[LTF_EXTENTS];
	struct ltf_scan_state scan;
	uint32_t left; /* 1: finished, and all events are in the ring, whatever the stream has */
	uint8_t pad1[LTF_HEADER_SIZE - 256 - 32 - 8 * LTF_LOST_COUNT - 16 * LTF_EXTENTS -
		     sizeof(struct ltf_scan_state) - 4];
};
_Static_assert(sizeof(struct ltf_scan_state) == 160, "scans in the header");
_Static_assert(sizeof(struct ltf_header) == LTF_HEADER_SIZE, "the header is one page");
_Static_assert(offsetof(struct ltf_header, state) == 256, "the live half starts at 256");

enum ltf_origin { LTF_ORIGIN_FIRST, LTF_ORIGIN_FORK, LTF_ORIGIN_EXEC };
#define LTF_STATUS_UNKNOWN 0xffffffffu

/* A chunk: this header, then stored_len bytes, then zero bytes up to a multiple of 8. The stream is
 * the chunks one behind the other; where a zero word stands instead of a magic, the stream goes on
 * behind the next ring extent. */
#define LTF_CHUNK_MAGIC 0x4b484354u /* "TCHK" */
enum ltf_codec { LTF_CODEC_PLAIN = 0, LTF_CODEC_ZSTD = 1 };
enum { LTF_CHUNK_RAW_MAX = 4 << 20 }; /* a reader refuses a larger raw_len */

struct ltf_chunk {
	uint32_t magic;
	uint32_t codec;      /* enum ltf_codec */
	uint32_t stored_len; /* bytes behind this header */
	uint32_t raw_len;    /* bytes once decoded */
	uint32_t number;     /* 0, 1, 2 .. within the dump */
	uint32_t crc; /* CRC-32C of the stored bytes, started with that of the header (crc 0) */
};
_Static_assert(sizeof(struct ltf_chunk) == 24, "chunk header");

/* A room in the stream, for what another process writes while the stream goes on behind it: a
 * header like a chunk's, with codec and raw_len 0 and a checksum of its own alone, and stored_len
 * bytes (a multiple of 8) that hold chunks, numbered from 0, up to a zero word or the room's end.
 */
#define LTF_ROOM_MAGIC 0x4d4f5254u /* "TROM" */

/* Decoded, a chunk is records: varint type, varint length, body. Unknown types are skipped. */
enum ltf_record {
	LTF_REC_EVENTS = 1, /* runs of blocks' words, see format/events.h */
	LTF_REC_FINISH = 2, /* last record of a finished dump; body: varint events written */
	LTF_REC_LIVE = 3,   /* the tracer's own live set; v 1 when it is known, v blocks, v bytes */
	/* Of a scan, see format/scan.h; the body begins with v the scan's number. */
	LTF_REC_SCAN = 4,     /* it begins: figures */
	LTF_REC_BLOCKS = 5,   /* a table */
	LTF_REC_ROOTS = 6,    /* a table */
	LTF_REC_WORDS = 7,    /* a table */
	LTF_REC_THREADS = 8,  /* a table */
	LTF_REC_SCAN_END = 9, /* figures */
	LTF_REC_GRAPH = 10,   /* a byte: enum ltf_graph_more; edges, see format/graph.h */
	LTF_REC_FRAMES = 11,  /* a table */
	LTF_REC_FDS = 12,     /* a table: descriptors */
	LTF_REC_TEXTS = 13,   /* names that tables refer to: v length, bytes, one after the other */
	LTF_REC_PTHREADS = 14, /* a table: threads, as the C library has them */
	LTF_REC_MAPS = 15,     /* a table: mappings */
	LTF_REC_TIMERS = 16    /* a table: timers, as the kernel has them */
};

/* What comes behind a record of a graph. CUT: nothing, and edges are missing. */
enum ltf_graph_more { LTF_GRAPH_MORE, LTF_GRAPH_LAST, LTF_GRAPH_CUT };

/* Blobs (LTF_W_BLOB). Strings are bytes without a terminator. "v" is a varint. */
enum ltf_blob {
	LTF_BLOB_META = 1,   /* key, one zero byte, value (any bytes) */
	LTF_BLOB_MODULE = 2, /* v module, v load bias, v map start, v map end, v build-id length,
				build-id, path */
	LTF_BLOB_UNLOAD = 3, /* v module: no longer loaded */
	LTF_BLOB_THREAD = 4, /* v thread, v kernel tid, name: at its start and when it is renamed */
	LTF_BLOB_THREAD_END = 5, /* v thread */
	LTF_BLOB_RSS = 6,        /* v resident bytes, 0 unknown, v peak resident bytes */
	LTF_BLOB_NAME = 7,       /* v number, text: a region's or a mark's name, from 1 */
	LTF_BLOB_CALLED = 8      /* v thread, text: what the program calls it */
};
/* Keys of LTF_BLOB_META: cmdline (arguments joined by zero bytes), exe, cwd, host, kernel, uid,
 * limits ("as=.. fsize=.. stack=.. nofile=.. data=.. core=.."), settings, allocator (paths of the
 * objects that define malloc behind us), unhooked (allocators seen but not hooked), exec (path of
 * the next image), exec_failed, signal. */

#endif
