#include "tools/launch/places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tools/launch/say.h"

#ifndef LR_LIBDIR
#define LR_LIBDIR "/usr/local/lib"
#endif

/* The launcher's own directory. */
static bool own_directory(char out[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);
	if (n <= 0)
		return false;
	out[n] = '\0';
	*strrchr(out, '/') = '\0';
	return true;
}

static bool is_file(const char *path, int access_mode)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, access_mode) == 0;
}

/* The first of dir/names[0], dir/names[1] .. (until NULL) that is there, without links in it. */
static bool first_near(char out[PATH_MAX], const char *const *names, int access_mode)
{
	char dir[PATH_MAX], path[2 * PATH_MAX];
	if (!own_directory(dir))
		return false;
	for (; *names; names++) {
		snprintf(path, sizeof(path), "%s/%s", dir, *names);
		if (is_file(path, access_mode) && realpath(path, out))
			return true;
	}
	return false;
}

static bool find_library(char out[PATH_MAX])
{
	static const char *const names[] = {".libs/libleaktrace.so", "libleaktrace.so",
		"lib/.libs/libleaktrace.so", "../lib/.libs/libleaktrace.so",
		"../lib/libleaktrace.so", NULL};
	const char *given = getenv("LEAKTRACE_LIBRARY");
	if (given && *given) {
		if (is_file(given, R_OK) && realpath(given, out))
			return true;
		lr_say("LEAKTRACE_LIBRARY=%s is no file that can be read; correct or unset it",
			given);
		return false;
	}
	if (first_near(out, names, R_OK))
		return true;
	if (is_file(LR_LIBDIR "/libleaktrace.so", R_OK) &&
		realpath(LR_LIBDIR "/libleaktrace.so", out))
		return true;
	lr_say("libleaktrace.so is neither near this program nor in %s; "
	       "install it, or name it in LEAKTRACE_LIBRARY",
		LR_LIBDIR);
	return false;
}

bool lr_place_library(char out[PATH_MAX])
{
	if (!find_library(out))
		return false;
	if (!strpbrk(out, " :"))
		return true;
	lr_say("LD_PRELOAD cannot hold the path %s; move the library to a path without spaces and "
	       "colons",
		out);
	return false;
}

bool lr_place_reporter(char out[PATH_MAX])
{
	static const char *const names[] = {"leakreport", "../leakreport", NULL};
	if (first_near(out, names, X_OK))
		return true;
	for (const char *p = getenv("PATH"); p && *p;) {
		int len = (int)strcspn(p, ":");
		int n = snprintf(out, PATH_MAX, "%.*s/leakreport", len, p);
		if (len && n < PATH_MAX && is_file(out, X_OK))
			return true;
		p += len + (p[len] == ':');
	}
	return false;
}
