#include "tools/view/sources.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tools/util/mem.h"

struct lr_sources {
	char **tops; /* absolute and normal, without a slash at the end; "" is the root */
	size_t used, room;
};

char *lr_path_normal(const char *path)
{
	char *out = lr_calloc(strlen(path) + 2, 1);
	size_t used = 0, len;
	bool absolute = *path == '/';
	for (const char *s = path; *s; s += len) {
		s += strspn(s, "/");
		len = strcspn(s, "/");
		if (len == 0 || (len == 1 && s[0] == '.'))
			continue;
		if (len == 2 && s[0] == '.' && s[1] == '.') {
			if (used == 0 && !absolute) {
				free(out);
				return NULL;
			}
			while (used > 0 && out[--used] != '/')
				;
			continue;
		}
		if (used > 0 || absolute)
			out[used++] = '/';
		memcpy(out + used, s, len);
		used += len;
	}
	out[used] = 0;
	return out;
}

static void add(struct lr_sources *s, const char *dir)
{
	char *normal = lr_path_normal(dir);
	if (!normal)
		return;
	LR_GROW(s->tops, s->used, s->room);
	s->tops[s->used++] = normal;
}

/* Under its own name, and under the one that it has without symbolic links: a compiler may have
 * recorded either. */
static void add_both(struct lr_sources *s, const char *dir)
{
	char *real = realpath(dir, NULL);
	if (*dir == '/')
		add(s, dir);
	if (real && strcmp(real, dir) != 0)
		add(s, real);
	free(real);
}

/* What of path comes behind the directory; NULL: it is not in there. */
static const char *behind(const char *dir, const char *path)
{
	size_t n = strlen(dir);
	return strncmp(dir, path, n) == 0 && path[n] == '/' && path[n + 1] ? path + n + 1 : NULL;
}

static bool is_within(const char *dir, const char *path)
{
	char *normal = lr_path_normal(dir);
	bool is = normal && (strcmp(normal, path) == 0 || behind(normal, path));
	free(normal);
	return is;
}

/* Cuts dir to the nearest directory that has a .git. */
static bool cut_to_repository(char *dir)
{
	char git[PATH_MAX + 8];
	struct stat st;
	for (;;) {
		snprintf(git, sizeof(git), "%s/.git", dir);
		if (stat(git, &st) == 0)
			return true;
		char *slash = strrchr(dir, '/');
		if (!slash || slash == dir)
			return false;
		*slash = 0;
	}
}

static void add_default(struct lr_sources *s)
{
	char here[PATH_MAX], top[PATH_MAX];
	const char *workspace = getenv("GITHUB_WORKSPACE");
	if (!getcwd(here, sizeof(here)) || *here != '/')
		return;
	memcpy(top, here, sizeof(top));
	if (workspace && *workspace == '/' && is_within(workspace, here))
		add_both(s, workspace);
	else
		add_both(s, cut_to_repository(top) ? top : here);
}

struct lr_sources *lr_sources_open(const char *const *dirs, size_t count)
{
	struct lr_sources *s = lr_calloc(1, sizeof(*s));
	for (size_t i = 0; i < count; i++)
		add_both(s, dirs[i]);
	if (count == 0)
		add_default(s);
	return s;
}

void lr_sources_close(struct lr_sources *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->used; i++)
		free(s->tops[i]);
	free(s->tops);
	free(s);
}

static bool is_there(const char *top, const char *name)
{
	char path[PATH_MAX];
	struct stat st;
	int n = snprintf(path, sizeof(path), "%s/%s", top, name);
	return n > 0 && n < (int)sizeof(path) && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

char *lr_path_join(const char *dir, const char *file)
{
	return dir && *dir && *file != '/' ? lr_format("%s/%s", dir, file) : lr_strdup(file);
}

char *lr_sources_name(const struct lr_sources *s, const char *dir, const char *file)
{
	char *path = lr_path_join(dir, file ? file : "");
	char *normal = s && file && *file ? lr_path_normal(path) : NULL, *name = NULL;
	for (size_t i = 0; normal && !name && i < s->used; i++) {
		const char *in = *normal == '/' ? behind(s->tops[i], normal) : normal;
		if (in && (*normal == '/' || is_there(s->tops[i], in)))
			name = lr_strdup(in);
	}
	free(normal);
	free(path);
	return name;
}
