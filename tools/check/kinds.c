#include "tools/check/kinds.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *id, *text, *advice;
} kinds[] = {
#define KIND(id, text, advice) {id, text, advice},
	LR_KINDS(KIND)};
enum { KINDS = sizeof(kinds) / sizeof(*kinds) };

static size_t find(const char *id)
{
	size_t i = 0;
	while (i < KINDS && strcmp(kinds[i].id, id) != 0)
		i++;
	return i;
}

const char *lr_kind_text(const char *id)
{
	size_t i = find(id);
	return i < KINDS ? kinds[i].text : NULL;
}

const char *lr_kind_advice(const char *id)
{
	size_t i = find(id);
	return i < KINDS ? kinds[i].advice : NULL;
}
