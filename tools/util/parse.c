#include "tools/util/parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool lr_parse_number(const char *s, double *v, const char **rest)
{
	char *end;
	if (!isdigit((unsigned char)*s))
		return false;
	errno = 0;
	*v = strtod(s, &end);
	*rest = end;
	return errno == 0 && *v >= 0 && *v < 1e18;
}

bool lr_parse_size(const char *s, uint64_t *to)
{
	static const char units[] = "KMGT";
	const char *rest, *unit;
	double v;
	if (!lr_parse_number(s, &v, &rest))
		return false;
	if (*rest && (unit = strchr(units, toupper((unsigned char)*rest)))) {
		for (const char *u = units; u <= unit; u++)
			v *= 1024;
		rest++;
		if (strcmp(rest, "iB") == 0 || strcmp(rest, "B") == 0)
			rest = "";
	}
	if (v >= 1e18)
		return false;
	*to = (uint64_t)v;
	return *rest == 0;
}

bool lr_parse_share(const char *s, double *to)
{
	const char *rest;
	return lr_parse_number(s, to, &rest) && *rest == 0 && *to <= 1;
}
