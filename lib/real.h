/* The functions that stand behind our hooks: found once, as by dlsym(RTLD_NEXT), in the
 * constructor; those of most processes never called (LT_HOOK_LATE) at their first use. */
#ifndef LT_REAL_H
#define LT_REAL_H

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <fts.h>
#include <link.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <termios.h>
#include <threads.h>
#include <time.h>
#include "lib/own.h"

struct lt_real {
#define LT_HOOK(name, ret, params) ret(*name) params;
#define LT_HOOK_MAYBE              LT_HOOK
#define LT_HOOK_LATE(name, ret, params)
#define LT_EXPORT(name)
#include "lib/hooks.def"
#undef LT_HOOK
#undef LT_HOOK_MAYBE
#undef LT_HOOK_LATE
#undef LT_EXPORT
};
extern LT_OWN struct lt_real lt_real;

/* Through LT_LATE(name) only: an original, or NULL where there is none. */
struct lt_late {
#define LT_HOOK(name, ret, params)
#define LT_HOOK_MAYBE(name, ret, params)
#define LT_HOOK_LATE(name, ret, params) ret(*name) params;
#define LT_EXPORT(name)
#include "lib/hooks.def"
#undef LT_HOOK
#undef LT_HOOK_MAYBE
#undef LT_HOOK_LATE
#undef LT_EXPORT
};

/* The tables of the objects that were loaded with the program, in their order. */
enum { LT_OBJECTS = 256 };
struct lt_object {
	const uint32_t *hash; /* DT_GNU_HASH */
	const ElfW(Sym) * symbol;
	const char *names;
	const ElfW(Half) * versions; /* or NULL */
	uintptr_t bias;
};

/* In one page with the first of the tables: each process looks something up. */
struct lt_found {
	struct lt_late late;
	unsigned count, us;
	bool all; /* false: there are objects that could not be looked into */
	struct lt_object object[LT_OBJECTS];
};
extern LT_OWN struct lt_found lt_found;

/* What the program's other objects get by these names: the originals, unless an allocator stands in
 * front of ours (in the program itself, or preloaded before us). Where one of our functions is made
 * of another, as operator new is of malloc, it calls these, as the libraries' own would. */
struct lt_seen {
	void *(*malloc)(size_t);
	void *(*realloc)(void *, size_t);
	void *(*aligned_alloc)(size_t, size_t);
	void (*free)(void *);
	int behind; /* one does stand in front */
};
extern LT_OWN struct lt_seen lt_seen;

/* Fills lt_real and lt_seen. Calls into the loader: not from a hook. */
void lt_real_find(void);

/* True when what stands behind operator new and delete is libstdc++'s or libc++'s own, or nothing:
 * then they are malloc and free. */
extern LT_OWN int lt_new_is_malloc;

/* The loader's own code, [low, low + size): a free() from there may follow an unloading that no
 * hook of ours has seen (the C library closes its own modules by itself). */
extern LT_OWN uintptr_t lt_loader_low, lt_loader_size;

/* The name's original, kept in *slot if there is one; also before lt_real_find. Safe in a hook:
 * asks no loader, takes no lock. */
void *lt_real_late(void **slot, const char *name);

#define LT_LATE(name)                                                                              \
	({                                                                                         \
		void *late_ = __atomic_load_n((void **)&lt_found.late.name, __ATOMIC_RELAXED);     \
		(__typeof__(lt_found.late.name))(late_ ? late_                                     \
						       : lt_real_late(                             \
								 (void **)&lt_found.late.name,     \
								 #name));                          \
	})

/* dlsym(RTLD_DEFAULT, name) among the objects that were loaded with the program. Leaves no message
 * behind when there is none. */
void *lt_real_default(const char *name);

/* A symbol's address in the objects that were loaded with the program, whatever it is; no use of
 * the loader. NULL: it is in none. */
const void *lt_real_data(const char *name);

/* Whether the object exports the name. */
struct link_map;
bool lt_real_in(const struct link_map *l, const char *name);

/* The path of the object that holds the function, "" unknown. */
const char *lt_real_object(const void *function);

#endif
