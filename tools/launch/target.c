/* See target.h. What a file cannot tell (it may be unreadable) counts as good: then the program
 * just runs, and the missing dump is told at its end. */
#include "tools/launch/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "tools/launch/elfcheck.h"

enum { SCRIPT_DEPTH = 5 }; /* as the kernel: a script may name a script */

__attribute__((format(printf, 3, 4))) static enum lr_target_state because(
	struct lr_target *t, enum lr_target_state state, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(t->why, sizeof(t->why), format, args);
	va_end(args);
	return state;
}

/* Whether path can be executed; errno says why not. */
static bool executable(const char *path)
{
	struct stat st;
	if (stat(path, &st) < 0)
		return false;
	if (!S_ISREG(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : EACCES;
		return false;
	}
	return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
}

/* Fills t->path; a name without a slash is looked for in PATH. */
static enum lr_target_state look_up(struct lr_target *t, const char *name)
{
	int refused = 0;
	if (strchr(name, '/')) {
		int n = snprintf(t->path, sizeof(t->path), "%s", name);
		if (n < (int)sizeof(t->path) && executable(t->path))
			return LR_TARGET_GOOD;
		if (n >= (int)sizeof(t->path))
			errno = ENAMETOOLONG;
		if (errno == ENOENT)
			return because(
				t, LR_TARGET_NOT_FOUND, "%s is not there; check the path", name);
		return because(t, LR_TARGET_CANNOT_EXECUTE, "%s cannot be executed: %s", name,
			strerror(errno));
	}
	const char *path = getenv("PATH");
	if (!path)
		path = "/bin:/usr/bin";
	while (*name) {
		int len = (int)strcspn(path, ":");
		int n = snprintf(
			t->path, sizeof(t->path), "%.*s%s%s", len, path, len ? "/" : "./", name);
		if (n < (int)sizeof(t->path) && executable(t->path))
			return LR_TARGET_GOOD;
		/* What cannot even be looked at, in a directory closed to us, is not there. */
		int why = errno;
		if (n < (int)sizeof(t->path) && faccessat(AT_FDCWD, t->path, F_OK, 0) == 0)
			refused = why;
		if (!path[len])
			break;
		path += len + 1;
	}
	if (refused)
		return because(t, LR_TARGET_CANNOT_EXECUTE,
			"%s is in PATH, but cannot be executed: %s", name, strerror(refused));
	return because(
		t, LR_TARGET_NOT_FOUND, "%s is not in PATH; give its path, as in ./%s", name, name);
}

/* The loader ignores LD_PRELOAD where a program gains rights by being executed. Where it gains
 * none (root starts what belongs to root; nosuid) it can be traced. */
static enum lr_target_state check_rights(struct lr_target *t, const char *path, int fd)
{
	struct stat st;
	struct statvfs fs;
	if (fstat(fd, &st) < 0 || fstatvfs(fd, &fs) < 0)
		return LR_TARGET_GOOD;
	if ((fs.f_flag & ST_NOSUID) || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return LR_TARGET_GOOD;
	const char *what = NULL;
	if ((st.st_mode & S_ISUID) && st.st_uid != getuid())
		what = "setuid";
	else if ((st.st_mode & S_ISGID) && (st.st_mode & S_IXGRP) && st.st_gid != getgid())
		what = "setgid";
	if (what)
		return because(t, LR_TARGET_UNTRACEABLE,
			"%s is %s: the loader preloads nothing into such a program; trace a copy "
			"without that bit, or as the user it runs as",
			path, what);
	if (getuid() != 0 && fgetxattr(fd, "security.capability", NULL, 0) > 0)
		return because(t, LR_TARGET_UNTRACEABLE,
			"%s has file capabilities: the loader preloads nothing into such a "
			"program; "
			"trace a copy of it, or as root",
			path);
	return LR_TARGET_GOOD;
}

static enum lr_target_state check_elf(struct lr_target *t, const char *path, int fd)
{
	struct lr_elf_facts f;
	if (!lr_elf_look(fd, &f))
		return because(t, LR_TARGET_CANNOT_EXECUTE,
			"%s is damaged: its ELF header is cut off", path);
	if (!f.x86_64)
		return because(t, LR_TARGET_UNTRACEABLE,
			"%s is %s; leaktrace traces 64-bit x86 programs only", path, f.machine);
	const char *base = strrchr(path, '/');
	if (!f.interpreter[0] && strcmp(base ? base + 1 : path, LR_GLIBC_LOADER) != 0)
		return because(t, LR_TARGET_UNTRACEABLE,
			"%s is statically linked: nothing can be preloaded into it; link it "
			"dynamically",
			path);
	base = strrchr(f.interpreter, '/');
	if (f.interpreter[0] && strcmp(base ? base + 1 : f.interpreter, LR_GLIBC_LOADER) != 0)
		return because(t, LR_TARGET_UNTRACEABLE,
			"%s is loaded by %s, not by the GNU C library's loader; build it for that "
			"library",
			path, f.interpreter);
	t->harmed = f.sanitizer != NULL;
	if (f.sanitizer)
		return because(t, LR_TARGET_UNTRACEABLE,
			"%s is built with %s, which has an allocator of its own, and is not "
			"traced; build it without -fsanitize for leaktrace",
			path, f.sanitizer);
	return check_rights(t, path, fd);
}

/* The interpreter on a script's first line; false when there is none. */
static bool read_interpreter(const char *head, size_t n, char *out, size_t size)
{
	const char *p = head + 2, *end = memchr(head, '\n', n);
	if (!end)
		end = head + n;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	size_t len = 0;
	while (p + len < end && p[len] != ' ' && p[len] != '\t' && p[len])
		len++;
	if (len == 0 || len >= size)
		return false;
	memcpy(out, p, len);
	out[len] = '\0';
	return true;
}

static enum lr_target_state check_file(struct lr_target *t, const char *path, int depth)
{
	char head[256], next[sizeof(head)];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return LR_TARGET_GOOD;
	ssize_t n = pread(fd, head, sizeof(head), 0);
	enum lr_target_state state = LR_TARGET_GOOD;
	bool script = n > 2 && memcmp(head, "#!", 2) == 0;
	if (n >= 4 && memcmp(head, "\177ELF", 4) == 0)
		state = check_elf(t, path, fd);
	close(fd);
	if (!script)
		return state; /* ELF; or plain text, which /bin/sh is given */
	if (!read_interpreter(head, (size_t)n, next, sizeof(next)))
		return because(
			t, LR_TARGET_CANNOT_EXECUTE, "%s names no interpreter after #!", path);
	if (depth == SCRIPT_DEPTH)
		return because(t, LR_TARGET_CANNOT_EXECUTE,
			"%s is a script of a script of a script ..", path);
	if (!executable(next))
		return because(t, LR_TARGET_CANNOT_EXECUTE,
			"%s is a script for %s, which cannot be executed: %s", path, next,
			strerror(errno));
	return check_file(t, next, depth + 1);
}

/* The runtime would not be the first any more, and end the program. */
static enum lr_target_state check_preload(struct lr_target *t)
{
	static const char *const runtimes[] = {"libasan", "libtsan", "liblsan", "libclang_rt."};
	const char *list = getenv("LD_PRELOAD");
	for (size_t i = 0; list && i < sizeof(runtimes) / sizeof(*runtimes); i++)
		if ((t->harmed = strstr(list, runtimes[i]) != NULL))
			return because(t, LR_TARGET_UNTRACEABLE,
				"LD_PRELOAD=%s has a sanitizer's runtime, which is not traced and "
				"must be the first there; unset it",
				list);
	return LR_TARGET_GOOD;
}

enum lr_target_state lr_target_find(struct lr_target *t, const char *name)
{
	t->why[0] = '\0';
	t->harmed = false;
	enum lr_target_state state = look_up(t, name);
	if (state == LR_TARGET_GOOD)
		state = check_preload(t);
	return state == LR_TARGET_GOOD ? check_file(t, t->path, 0) : state;
}
