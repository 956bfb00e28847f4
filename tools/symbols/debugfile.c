/* See debugfile.h. Every open goes through open_in(), every file through adopt(). */
#include "tools/symbols/debugfile.h"

#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "tools/symbols/debuginfod.h"

#define UNSETTLED 2000000000ULL /* nanoseconds; the clocks of some file systems are coarse */

static const char system_debug_dir[] = "/usr/lib/debug";

int lr_places_init(struct lr_places *p, const struct lr_symbol_options *o)
{
	memset(p, 0, sizeof(*p));
	const char *urls = getenv("DEBUGINFOD_URLS");
	p->debuginfod = o->debuginfod && urls && *urls;
	if (o->sysroot && !(p->sysroot = strdup(o->sysroot)))
		return -1;
	p->debug_dirs = calloc(o->debug_dir_count + 1, sizeof(*p->debug_dirs));
	if (!p->debug_dirs)
		return -1;
	for (size_t i = 0; i < o->debug_dir_count; i++) {
		if (!(p->debug_dirs[i] = strdup(o->debug_dirs[i])))
			return -1;
		p->debug_dir_count++;
	}
	return 0;
}

void lr_places_free(struct lr_places *p)
{
	lr_debuginfod_close(p->server);
	for (size_t i = 0; i < p->debug_dir_count; i++)
		free(p->debug_dirs[i]);
	free(p->debug_dirs);
	free(p->sysroot);
	memset(p, 0, sizeof(*p));
}

/* Opens path, below root unless that is NULL. Kernels before 5.6 cannot keep links inside a root;
 * there the two are just joined. */
static int open_in(const char *root, const char *path)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	if (!root)
		return open(path, flags);
	int dir = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -1;
	struct open_how how = {.flags = (unsigned)flags, .resolve = RESOLVE_IN_ROOT};
	int fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
	if (fd < 0 && (errno == ENOSYS || errno == EPERM)) {
		while (*path == '/')
			path++;
		fd = openat(dir, path, flags);
	}
	close(dir);
	return fd;
}

static uint64_t nanoseconds(struct timespec t)
{
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static bool is_unsettled(uint64_t ctime)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return nanoseconds(now) - ctime < UNSETTLED || nanoseconds(now) < ctime;
}

/* An ELF file of our machine that libelf can read, or NULL; fd is closed. */
static Elf *adopt(int fd, struct lr_file_id *id)
{
	struct stat st;
	*id = (struct lr_file_id){.there = false};
	if (fd < 0)
		return NULL;
	Elf *elf = NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		elf_version(EV_CURRENT);
		elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	}
	if (elf && (elf_kind(elf) != ELF_K_ELF || elf_cntl(elf, ELF_C_FDREAD) != 0)) {
		elf_end(elf);
		elf = NULL;
	}
	close(fd);
	if (elf)
		*id = (struct lr_file_id){.there = true,
			.inode = st.st_ino,
			.size = (uint64_t)st.st_size,
			.mtime = nanoseconds(st.st_mtim),
			.ctime = nanoseconds(st.st_ctim),
			.unsettled = is_unsettled(nanoseconds(st.st_ctim))};
	return elf;
}

bool lr_is_regular(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

struct lr_build_id lr_build_id_of(Elf *elf)
{
	struct lr_build_id id = {.len = 0};
	const void *bytes;
	ssize_t n = dwelf_elf_gnu_build_id(elf, &bytes);
	if (n > 0 && n <= LR_BUILD_ID_MAX) {
		id.len = (size_t)n;
		memcpy(id.bytes, bytes, id.len);
	}
	return id;
}

bool lr_build_id_equal(const struct lr_build_id *a, const struct lr_build_id *b)
{
	return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

Elf *lr_open_module(const struct lr_places *p, const char *path, struct lr_file_id *file)
{
	return adopt(path[0] == '/' ? open_in(p->sysroot, path) : -1, file);
}

/* adopt(fd), when it has the build-id. */
static Elf *adopt_matching(int fd, const struct lr_build_id *id, struct lr_file_id *file)
{
	Elf *elf = adopt(fd, file);
	if (!elf)
		return NULL;
	struct lr_build_id found = lr_build_id_of(elf);
	if (lr_build_id_equal(&found, id))
		return elf;
	*file = (struct lr_file_id){.there = false};
	elf_end(elf);
	return NULL;
}

/* Opens DIR/NAME and keeps it only when it has the build-id that is looked for. */
static Elf *open_matching(const char *root, const char *dir, const char *name,
	const struct lr_build_id *id, struct lr_file_id *file)
{
	char path[PATH_MAX];
	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return NULL;
	return adopt_matching(open_in(root, path), id, file);
}

Elf *lr_open_by_build_id(
	const struct lr_places *p, const struct lr_build_id *id, struct lr_file_id *file)
{
	*file = (struct lr_file_id){.there = false};
	char name[sizeof(".build-id//.debug") + 2 * LR_BUILD_ID_MAX];
	if (id->len < 2)
		return NULL;
	int n = sprintf(name, ".build-id/%02x/", id->bytes[0]);
	for (size_t i = 1; i < id->len; i++)
		n += sprintf(name + n, "%02x", id->bytes[i]);
	strcpy(name + n, ".debug");
	for (size_t i = 0; i < p->debug_dir_count; i++) {
		Elf *elf = open_matching(NULL, p->debug_dirs[i], name, id, file);
		if (elf)
			return elf;
	}
	return open_matching(p->sysroot, system_debug_dir, name, id, file);
}

/* The checksum of .gnu_debuglink: CRC-32 as in zlib, reflected 0x04C11DB7. */
static uint32_t crc32_of(const uint8_t *p, size_t n)
{
	uint32_t table[256];
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;
		for (int bit = 0; bit < 8; bit++)
			c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
		table[i] = c;
	}
	uint32_t crc = ~0u;
	for (size_t i = 0; i < n; i++)
		crc = crc >> 8 ^ table[(crc ^ p[i]) & 0xff];
	return ~crc;
}

struct link {
	struct lr_build_id id; /* of the module */
	uint32_t crc;
	const char *name;
};

static Elf *open_linked(
	const char *root, const char *dir, const struct link *l, struct lr_file_id *file)
{
	if (l->id.len)
		return open_matching(root, dir, l->name, &l->id, file);
	char path[PATH_MAX];
	if (snprintf(path, sizeof(path), "%s/%s", dir, l->name) >= (int)sizeof(path))
		return NULL;
	Elf *elf = adopt(open_in(root, path), file);
	size_t size;
	const char *image = elf ? elf_rawfile(elf, &size) : NULL;
	if (image && crc32_of((const uint8_t *)image, size) == l->crc)
		return elf;
	*file = (struct lr_file_id){.there = false};
	elf_end(elf);
	return NULL;
}

Elf *lr_open_by_debuglink(
	const struct lr_places *p, Elf *module, const char *path, struct lr_file_id *file)
{
	*file = (struct lr_file_id){.there = false};
	struct link l = {.id = lr_build_id_of(module)};
	GElf_Word crc;
	l.name = dwelf_elf_gnu_debuglink(module, &crc);
	const char *slash = strrchr(path, '/');
	if (!l.name || !*l.name || strchr(l.name, '/') || !slash)
		return NULL;
	l.crc = crc;
	for (size_t i = 0; i < p->debug_dir_count; i++) {
		Elf *elf = open_linked(NULL, p->debug_dirs[i], &l, file);
		if (elf)
			return elf;
	}
	static const char *const around[][2] = {{"", "/.debug"}, {system_debug_dir, ""}, {"", ""}};
	for (size_t i = 0; i < sizeof(around) / sizeof(*around); i++) {
		char dir[PATH_MAX];
		int n = snprintf(dir, sizeof(dir), "%s%.*s%s", around[i][0], (int)(slash - path),
			path, around[i][1]);
		if (n < 0 || n >= (int)sizeof(dir))
			continue;
		Elf *elf = open_linked(p->sysroot, dir, &l, file);
		if (elf)
			return elf;
	}
	return NULL;
}

Elf *lr_open_from_server(struct lr_places *p, const struct lr_build_id *id, struct lr_file_id *file)
{
	*file = (struct lr_file_id){.there = false};
	if (!p->debuginfod || !id->len)
		return NULL;
	if (!p->server)
		p->server = lr_debuginfod_open();
	int fd = lr_debuginfod_fetch(p->server, id->bytes, id->len);
	return adopt_matching(fd, id, file);
}
