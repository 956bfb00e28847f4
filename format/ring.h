/* The ring: events as a hook writes them.
 *
 * A block is LTF_BLOCK_SIZE bytes of a file-backed shared mapping: a header, then 64-bit words. The
 * top four bits of a word are its tag; a zero word is "not written". An event is one lead word and
 * any number of LTF_W_CONT words behind it. The lead word is stored last, by one release store, so
 * an event whose lead word is there is whole, at whatever instant the process died.
 *
 * This header is pure: shapes and shifts, usable on both sides of the dump. */
#ifndef LTF_RING_H
#define LTF_RING_H

#include <stddef.h>
#include <stdint.h>

enum {
	LTF_BLOCK_SIZE = 4096,  /* bytes; blocks are aligned to it in memory and in the file */
	LTF_BLOCK_HEADER = 128, /* bytes of header before the first word */
	LTF_BLOCK_WORDS = (LTF_BLOCK_SIZE - LTF_BLOCK_HEADER) / 8,
	LTF_EVENT_WORDS_MAX = 6,    /* the longest event that is not a blob */
	LTF_BLOB_BYTES_PER_WORD = 7 /* payload of one CONT word of a blob */
};

/* Block header as it lies in the file. A block whose magic is not LTF_BLOCK_MAGIC holds nothing. */
struct ltf_block {
	uint64_t magic;    /* LTF_BLOCK_MAGIC while owned, 0 while free; written last */
	uint32_t thread;   /* the owner's own id (monotonic, from 1) */
	uint32_t reserved; /* 0 */
	uint64_t number;   /* this is the owner's number-th block, from 0 */
	uint64_t unused[13];
	uint64_t words[LTF_BLOCK_WORDS];
};
_Static_assert(sizeof(struct ltf_block) == LTF_BLOCK_SIZE, "a block fills its size");

#define LTF_BLOCK_MAGIC 0x314b4c4252544cULL /* "LTRBLK1" */

/* Tags. Readers MUST skip a lead word of an unknown tag together with its CONT words. */
enum ltf_tag {
	LTF_W_EMPTY = 0,
	LTF_W_CONT = 1,
	LTF_W_ALLOC = 2,     /* an allocation that succeeded */
	LTF_W_FREE = 3,      /* a release, stamped before the real one */
	LTF_W_RELEASE = 4,   /* the releasing half of a realloc, stamped before the real one */
	LTF_W_RESTORE = 5,   /* the realloc failed: the block of the last RELEASE lives on */
	LTF_W_NODE = 6,      /* a new frame of the stack tree */
	LTF_W_TIME = 7,      /* the coarse clock has moved */
	LTF_W_BLOB = 8,      /* a record of bytes (module, thread name, metadata ...) */
	LTF_W_RES = 9,       /* a resource: thread, timer, mapping */
	LTF_W_WITHDRAWN = 10 /* a number that no event has, perhaps several times */
};

/* Which function handed a block out or took it back. Part of the format: append only. */
enum ltf_api {
	LTF_API_MALLOC = 0, /* malloc, free */
	LTF_API_CALLOC = 1,
	LTF_API_REALLOC = 2,  /* realloc, reallocarray of a block: its ALLOC belongs to the thread's
				 innermost open RELEASE. realloc(NULL, n) is LTF_API_MALLOC */
	LTF_API_MEMALIGN = 3, /* posix_memalign, aligned_alloc, memalign, valloc, pvalloc */
	LTF_API_NEW = 4,      /* operator new, operator delete */
	LTF_API_NEW_ARRAY = 5,  /* operator new[], operator delete[] */
	LTF_API_FREE_SIZED = 6, /* free_sized, free_aligned_sized */
	LTF_API_STRDUP = 7,     /* reserved */
	LTF_API_COUNT
};

/* Layout, from the high bits:
 *   ALLOC    tag4 addr44 api4 size_low12 | CONT: site30 size_high28 flags2 [| CONT number32 in the
 *            low bits] [| CONT full size60, when LTF_ALLOC_HUGE]
 *   FREE, RELEASE, RESTORE
 *            tag4 addr44 api4 unused8 stacked1(bit3) numbered1(bit2) unused2 [| CONT number32]
 *            [| CONT site30]   (number first)
 *   NODE     tag4 id30 parent30 | CONT: pc48 flags12 | CONT: module28
 *   TIME     tag4 microseconds60 since the dump's start
 *   BLOB     tag4 type8 unused8 length16 unused28 | CONT: 7 bytes each, first byte lowest
 *   RES      tag4 kind8 nargs4 numbered1 unused15 number32 | CONT args, 60 bits each: site, then
 *            as the kind says
 *   WITHDRAWN tag4 unused18 region10 number32
 * addr44 is the address divided by 8 (user space is 47 bits wide). */
enum { LTF_ALLOC_NUMBERED = 1, LTF_ALLOC_HUGE = 2 };
enum { LTF_FREE_NUMBERED = 4, LTF_FREE_STACKED = 8 };
enum { LTF_SIZE_BITS = 40 };

#define LTF_TAG(w)     ((unsigned)((w) >> 60))
#define LTF_LEAD(t)    ((uint64_t)(t) << 60)
#define LTF_MASK60     ((1ULL << 60) - 1)
#define LTF_CONT(bits) (LTF_LEAD(LTF_W_CONT) | ((uint64_t)(bits)&LTF_MASK60))
#define LTF_ADDR_MASK  ((1ULL << 44) - 1)
#define LTF_ADDR44(p)  (((uint64_t)(p) >> 3) & LTF_ADDR_MASK)

/* Writes a blob as words, the lead word last (readers elsewhere see it whole or not at all). Room:
 * 1 + ceil(len / 7) words. Returns how many. */
static inline uint32_t ltf_blob_words(uint64_t *at, unsigned type, const uint8_t *bytes, size_t len)
{
	uint32_t n = 1;
	for (size_t i = 0; i < len; i += LTF_BLOB_BYTES_PER_WORD, n++) {
		uint64_t w = 0;
		for (size_t b = 0; b < LTF_BLOB_BYTES_PER_WORD && i + b < len; b++)
			w |= (uint64_t)bytes[i + b] << (8 * b);
		at[n] = LTF_CONT(w);
	}
	__atomic_store_n(at, LTF_LEAD(LTF_W_BLOB) | (uint64_t)type << 52 | (uint64_t)len << 28,
		__ATOMIC_RELEASE);
	return n;
}

/* Site 0 is "no stack". Node ids are given from 1; a node's parent is nearer to the root, 0 above
 * the root. A site is the id of its innermost frame's node. */
enum { LTF_SITE_NONE = 0, LTF_SITE_MAX = (1 << 30) - 1 };

/* Flags of a node (pc48 flags12). */
enum {
	LTF_NODE_SIGNAL = 1,    /* pc is exact, not a return address: the frame was interrupted */
	LTF_NODE_CUT = 2,       /* frames beyond (towards the root) were cut at the depth limit */
	LTF_NODE_UNCERTAIN = 4, /* the walk ended here for want of unwind information */
	LTF_NODE_GUESSED = 8    /* reached by a guess (frame pointer), not by unwind tables */
};

/* Resources. Args behind the site; "handle" is what the program holds. Append only. */
enum ltf_res {
	LTF_RES_THREAD_CREATE = 1, /* handle (pthread_t), detached (0 or 1) */
	LTF_RES_THREAD_JOIN = 2,   /* handle */
	LTF_RES_THREAD_DETACH = 3, /* handle */
	LTF_RES_TIMER_CREATE = 4,  /* handle (timer_t), clock id, sigev_notify, sigev_value */
	LTF_RES_TIMER_DELETE = 5,  /* handle */
	/* 6 to 8 are no longer written: a mapping is more than its first MiB. */
	LTF_RES_MMAP = 6,   /* address, length, prot << 32 | flags, and LTF_MAPPED_BY_.. */
	LTF_RES_MUNMAP = 7, /* address, length */
	LTF_RES_MREMAP = 8, /* old address, old length, new address, new length, flags of
			     * mremap, and LTF_MAPPED_BY_.. */
	LTF_RES_IGNORE = 9, /* address: the program says that this block is held */
	LTF_RES_TIMER_SET =
		10, /* handle, ns to the first expiry (0: disarmed), ns between, flags */
	LTF_RES_ITIMER_SET = 11, /* which (setitimer), ns to the first expiry, ns between */
	/* What the program says of itself. Names are numbers of LTF_BLOB_NAME. */
	LTF_RES_REGION_BEGIN = 12, /* name: of this thread, within those that are begun; and 1
				    * where it was begun before the fork */
	LTF_RES_REGION_END = 13,   /* name; 0: the innermost */
	LTF_RES_MARK = 14,         /* name: of the whole process */
	/* Descriptors. */
	LTF_RES_FD_OPEN = 16, /* number, enum ltf_fd, its detail, set of enum ltf_fd_flag */
	LTF_RES_FD_CLOSE =
		17, /* number, enum ltf_fd_closer, address of the FILE or DIR or 0: before */
	LTF_RES_FD_CLOSE_FAILED = 18, /* number, enum ltf_fd_closer, errno: after */
	LTF_RES_FD_CLOSE_RANGE = 19,  /* first, last: before */
	LTF_RES_FD_STREAM = 20,    /* number, address of the FILE or DIR that owns it from now on */
	LTF_RES_FD_INHERITED = 21, /* first, last: open when the dump began */
	/* Mappings and shared memory. */
	LTF_RES_BRK = 32,            /* old end, new end: by the program, not its allocator */
	LTF_RES_SHM_ATTACH = 33,     /* address, length, segment */
	LTF_RES_SHM_DETACH = 34,     /* address */
	LTF_RES_SEGMENT_CREATE = 35, /* segment (shmget's), length */
	LTF_RES_SEGMENT_REMOVE = 36, /* segment */
	LTF_RES_MREMAP_BEGIN = 37,   /* old address, old length: before an mremap */
	LTF_RES_UNMAP_FAILED = 38,   /* address, length: after the thread's last 41, 34 or 37 */
	LTF_RES_MAP = 40,            /* as 6 */
	LTF_RES_UNMAP = 41,          /* as 7 */
	LTF_RES_REMAP = 42,          /* as 8 */
	/* What has a call of its own to release it (format/pairs.def). */
	LTF_RES_PAIR_CREATE = 48,  /* handle, number of the pair, bytes or 0 */
	LTF_RES_PAIR_RELEASE = 49, /* handle, number of the pair */
	LTF_RES_PAIR_MOVE = 50,    /* old handle, number of the pair, new handle */
	LTF_RES_KIND_COUNT
};

/* In an argument beside what the call was given: the program's allocator has mapped it, where that
 * is not the C library's. */
#define LTF_MAPPED_BY_ALLOCATOR (1ULL << 58)

/* The bytes that a mapping takes, by the length and the flags that the call was given. */
static inline uint64_t ltf_mapped_length(uint64_t length, uint64_t flags)
{
	enum { HUGETLB = 0x40000, HUGE_SHIFT = 26, HUGE_MASK = 63, HUGE_DEFAULT = 21, PAGE = 12 };
	unsigned huge = (unsigned)(flags >> HUGE_SHIFT) & HUGE_MASK;
	unsigned shift = !(flags & HUGETLB) ? PAGE : huge >= PAGE ? huge : HUGE_DEFAULT;
	uint64_t page = 1ULL << (shift < 48 ? shift : PAGE);
	return (length + page - 1) & ~(page - 1);
}

/* What a descriptor is. Append only. */
enum ltf_fd {
	LTF_FD_OTHER,
	LTF_FD_FILE,      /* detail: address of the FILE where it was opened as a stream */
	LTF_FD_DIRECTORY, /* detail: address of the DIR, or 0 */
	LTF_FD_SOCKET,    /* socket, socketpair */
	LTF_FD_ACCEPTED,  /* detail: the listening descriptor */
	LTF_FD_PIPE,      /* detail: the other end, plus 1; 0 for popen and fifos */
	LTF_FD_DUP,       /* detail: the old descriptor */
	LTF_FD_EVENT,
	LTF_FD_TIMER,
	LTF_FD_SIGNAL,
	LTF_FD_INOTIFY, /* and fanotify */
	LTF_FD_EPOLL,
	LTF_FD_MEMORY, /* memfd_create, shm_open */
	LTF_FD_PROCESS,
	LTF_FD_TERMINAL,
	LTF_FD_QUEUE,
	LTF_FD_RECEIVED, /* over a socket; detail: that socket */
	LTF_FD_KINDS
};
enum ltf_fd_flag {
	LTF_FD_CLOEXEC = 1,
	LTF_FD_REPLACES = 2, /* what was open by this number is closed by the same call (dup2) */
	LTF_FD_POPEN = 4
};
enum ltf_fd_closer {
	LTF_FD_BY_CLOSE,
	LTF_FD_BY_FCLOSE,
	LTF_FD_BY_CLOSEDIR,
	LTF_FD_BY_PCLOSE,
	LTF_FD_BY_FREOPEN,
	LTF_FD_BY_QUEUE
};

/* Order between threads. A numbered event carries the next value (low 32 bits) of the counter of
 * its address's region; LTF_REGION maps an address to its counter. For resources the address is the
 * handle. Within a thread the ring is the order. */
enum { LTF_REGION_SHIFT = 20, LTF_REGION_COUNT = 1024 };
#define LTF_REGION(addr)                                                                           \
	((unsigned)((((uint64_t)(addr) >> LTF_REGION_SHIFT) * 0x9e3779b97f4a7c15ULL) >> 54))

/* The address by which a resource's event is ordered. Mappings and memory that is mapped are all in
 * one region: one reaches over many, and the next may begin anywhere within it. */
enum { LTF_RES_MAPS_FIRST = 32, LTF_RES_MAPS_END = 48 };
static inline uint64_t ltf_res_order(unsigned kind, uint64_t handle)
{
	return kind >= LTF_RES_MAPS_FIRST && kind < LTF_RES_MAPS_END ? 0 : handle;
}

/* Regions are of their thread alone: its order is enough, and no counter is shared. */
static inline int ltf_res_is_ordered(unsigned kind)
{
	return kind != LTF_RES_REGION_BEGIN && kind != LTF_RES_REGION_END;
}

#endif
