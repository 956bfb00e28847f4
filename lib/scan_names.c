/* The heuristics by the names that memcheck has for them. */
#include "lib/scan.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *name;
	unsigned set;
} known[] = {{"all", LT_SCAN_HEURISTICS}, {"none", 0}, {"length64", 1u << LT_SCAN_BY_LENGTH64},
	{"stdstring", 1u << LT_SCAN_BY_STDSTRING}, {"newarray", 1u << LT_SCAN_BY_NEWARRAY},
	{"multipleinheritance", 1u << LT_SCAN_BY_BASE}, {"exception", 1u << LT_SCAN_BY_EXCEPTION}};

bool lt_scan_heuristics_read(const char *list, unsigned *set)
{
	unsigned found = 0;
	for (const char *p = list;; p++) {
		size_t n = strcspn(p, ","), i = 0, names = sizeof(known) / sizeof(known[0]);
		while (i < names &&
			(strlen(known[i].name) != n || memcmp(known[i].name, p, n) != 0))
			i++;
		if (i == names)
			return false;
		found |= known[i].set;
		p += n;
		if (!*p)
			break;
	}
	*set = found;
	return true;
}
