#include "tools/view/region_names.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"

/* Whether the text from one of the path's names on is matched. */
static bool matches_end(const char *path, const char *pattern)
{
	for (;; path++) {
		if (fnmatch(pattern, path, 0) == 0)
			return true;
		path = strchr(path, '/');
		if (!path)
			return false;
	}
}

bool lr_region_matches(const char *path, const char *pattern, bool around)
{
	if (matches_end(path, pattern))
		return true;
	if (!around || !strchr(path, '/'))
		return false;
	char *outer = lr_strdup(path), *slash;
	bool found = false;
	while (!found && (slash = strrchr(outer, '/'))) {
		*slash = 0;
		found = matches_end(outer, pattern);
	}
	free(outer);
	return found;
}
