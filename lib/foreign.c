/* Only what the kernel would load is looked at: its program headers, the dynamic section, and the
 * strings that this names, in which the runtime's names stand. A few preads; nothing is believed.
 */
#include "lib/foreign.h"

#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "lib/lifecycle.h"
#include "lib/onstack.h"
#include "lib/outname.h"
#include "lib/say.h"
#include "lib/sys.h"

enum {
	PIECE = 8 << 10,
	STRINGS_MAX = 16 << 20, /* bytes */
	PHDRS_MAX = 64,
	DYNAMIC_MAX = 128,
	HEAD = 256 /* what the kernel reads of a script's first line */
};
static const char preload[] = "LD_PRELOAD=";

static long read_at(int fd, void *p, size_t n, uint64_t at)
{
	return lt_sys4(SYS_pread64, fd, p, n, at);
}

static bool is_runtime(const char *name, size_t n)
{
#define SANITIZER(text, words)                                                                     \
	if (n == sizeof(text) - 1 && memcmp(name, text, n) == 0)                                   \
		return true;
#include "format/sanitizers.def"
#undef SANITIZER
	return false;
}

/* Whether one of the names that end within n bytes is a runtime's; *left: the bytes behind the last
 * end. */
static bool any_runtime(const char *p, size_t n, size_t *left)
{
	const char *stop;
	for (; (stop = memchr(p, '\0', n)); n -= (size_t)(stop + 1 - p), p = stop + 1)
		if (p[0] == '_' && p[1] == '_' && is_runtime(p, (size_t)(stop - p)))
			return true;
	*left = n;
	return false;
}

static bool search_strings(int fd, uint64_t at, uint64_t size)
{
	char piece[PIECE];
	size_t have = 0;
	while (size) {
		size_t want = sizeof(piece) - have < size ? sizeof(piece) - have : size;
		long n = read_at(fd, piece + have, want, at);
		if (n <= 0)
			return false;
		size_t used = have + (size_t)n;
		if (any_runtime(piece, used, &have))
			return true;
		if (have == sizeof(piece)) /* no such name is as long */
			have = 0;
		memmove(piece, piece + used - have, have);
		at += (uint64_t)n;
		size -= (uint64_t)n;
	}
	return false;
}

static const Elf64_Phdr *find(const Elf64_Phdr *phdrs, unsigned count, uint32_t type, uint64_t addr)
{
	for (unsigned i = 0; i < count; i++)
		if (phdrs[i].p_type == type &&
			(type != PT_LOAD || addr - phdrs[i].p_vaddr < phdrs[i].p_filesz))
			return &phdrs[i];
	return NULL;
}

static bool is_instrumented(int fd, const Elf64_Ehdr *h)
{
	Elf64_Phdr phdrs[PHDRS_MAX];
	Elf64_Dyn dynamic[DYNAMIC_MAX];
	uint64_t strings = 0, size = 0;
	if (h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_phentsize != sizeof(*phdrs) ||
		h->e_phnum > PHDRS_MAX ||
		read_at(fd, phdrs, h->e_phnum * sizeof(*phdrs), h->e_phoff) !=
			(long)(h->e_phnum * sizeof(*phdrs)))
		return false;
	const Elf64_Phdr *p = find(phdrs, h->e_phnum, PT_DYNAMIC, 0);
	if (!p)
		return false;
	size_t want = p->p_filesz < sizeof(dynamic) ? p->p_filesz : sizeof(dynamic);
	long n = read_at(fd, dynamic, want, p->p_offset);
	for (long i = 0; i < n / (long)sizeof(*dynamic); i++) {
		if (dynamic[i].d_tag == DT_STRTAB)
			strings = dynamic[i].d_un.d_ptr;
		else if (dynamic[i].d_tag == DT_STRSZ)
			size = dynamic[i].d_un.d_val;
	}
	p = find(phdrs, h->e_phnum, PT_LOAD, strings);
	return p && size <= STRINGS_MAX &&
	       search_strings(fd, strings - p->p_vaddr + p->p_offset, size);
}

/* A script's interpreter, in place of its first line. */
static bool interpreter_of(char *line, long n)
{
	char *p = line + 2, *to = line;
	line[n] = '\0';
	if (n < 3 || line[0] != '#' || line[1] != '!')
		return false;
	while (*p == ' ' || *p == '\t')
		p++;
	while (*p && *p != ' ' && *p != '\t' && *p != '\n')
		*to++ = *p++;
	*to = '\0';
	return to > line;
}

static int open_at(int dir, const char *path)
{
	return (int)lt_sys4(SYS_openat, dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
}

static bool look_at(int fd, bool script_too)
{
	union {
		char line[HEAD + 1];
		Elf64_Ehdr elf;
	} head;
	long n = read_at(fd, &head, HEAD, 0);
	if (n >= (long)sizeof(head.elf) && memcmp(head.line, ELFMAG, SELFMAG) == 0)
		return is_instrumented(fd, &head.elf);
	if (n <= 0 || !script_too || !interpreter_of(head.line, n))
		return false;
	int next = open_at(AT_FDCWD, head.line);
	bool yes = next >= 0 && look_at(next, false);
	if (next >= 0)
		lt_sys1(SYS_close, next);
	return yes;
}

bool lt_foreign_file(int fd)
{
	return look_at(fd, true);
}

struct question {
	int dir;
	const char *path, *search; /* search: the directories to look in; NULL none */
};

/* Opens the first that can be executed, as execvp would find it. */
static int open_searched(const struct question *q, char path[LT_PATH_MAX])
{
	const char *p = q->search;
	for (size_t n;; p += n + 1) {
		n = strcspn(p, ":");
		size_t name = strlen(q->path);
		if (n + 2 + name <= LT_PATH_MAX) {
			memcpy(path, p, n);
			path[n] = '/';
			memcpy(path + n + (n != 0), q->path, name + 1);
			if (lt_sys3(SYS_faccessat, AT_FDCWD, path, X_OK) == 0)
				return open_at(AT_FDCWD, path);
		}
		if (!p[n])
			return -1;
	}
}

/* By its whole name, which the settings may mean. */
static void tell(int fd, char path[LT_PATH_MAX])
{
	char link[40];
	lt_format(link, sizeof(link), "/proc/self/fd/%d", fd);
	long n = lt_sys4(SYS_readlinkat, AT_FDCWD, link, path, LT_PATH_MAX - 1);
	if (n <= 0)
		return;
	path[n] = '\0';
	lt_tell_untraced(path);
}

static long look(void *arg)
{
	const struct question *q = arg;
	char path[LT_PATH_MAX];
	int fd = q->dir;
	if (q->search)
		fd = open_searched(q, path);
	else if (*q->path)
		fd = open_at(q->dir, q->path);
	bool yes = fd >= 0 && look_at(fd, true);
	if (yes)
		tell(fd, path);
	if (fd >= 0 && fd != q->dir)
		lt_sys1(SYS_close, fd);
	return yes;
}

/* The component of LD_PRELOAD that is us; *n its length. NULL: there is none. */
static const char *us_in(const char *list, size_t *n)
{
	for (; *list; list += *n + (list[*n] != 0)) {
		*n = strcspn(list, ": ");
		const char *slash = memrchr(list, '/', *n);
		const char *base = slash ? slash + 1 : list;
		if (strncmp(base, "libleaktrace", sizeof("libleaktrace") - 1) == 0)
			return list;
	}
	return NULL;
}

bool lt_foreign(int dir, const char *path, bool search, char *const envp[])
{
	struct question q = {.dir = dir, .path = path};
	size_t n;
	bool preloaded = false;
	for (char *const *e = envp; e && *e && !preloaded; e++)
		preloaded = strncmp(*e, preload, sizeof(preload) - 1) == 0 &&
			    us_in(*e + sizeof(preload) - 1, &n);
	if (!preloaded || !path || lt_sealed)
		return false;
	if (search && !strchr(path, '/')) {
		for (char *const *e = environ; e && *e; e++)
			if (strncmp(*e, "PATH=", 5) == 0)
				q.search = *e + 5;
		if (!q.search)
			q.search = "/bin:/usr/bin";
	}
	return lt_slowly(look, &q) == 1;
}

char **lt_foreign_environment(char *const envp[], char **room, char *text)
{
	size_t used = 0, n;
	for (; *envp; envp++) {
		const char *us = strncmp(*envp, preload, sizeof(preload) - 1) == 0
					 ? us_in(*envp + sizeof(preload) - 1, &n)
					 : NULL;
		if (!us) {
			room[used++] = *envp;
			continue;
		}
		size_t before = (size_t)(us - *envp);
		memcpy(text, *envp, before);
		strcpy(text + before, us + n + (us[n] != 0));
		if (text[sizeof(preload) - 1])
			room[used++] = text;
	}
	room[used] = NULL;
	return room;
}
