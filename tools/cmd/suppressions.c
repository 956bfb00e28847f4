/* The rules that the options and the environment ask for. */
#include "tools/cmd/command.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"
#include "tools/util/text.h"

static bool add(struct lr_rules *rules, const char *path)
{
	struct lr_error err = {{0}};
	if (lr_rules_add_file(rules, path, &err) == 0)
		return true;
	flockfile(stderr);
	fputs("leakreport: ", stderr);
	lr_put_safe(stderr, err.text);
	fputc('\n', stderr);
	funlockfile(stderr);
	return false;
}

/* Files with colons between. */
static bool add_list(struct lr_rules *rules, const char *list)
{
	bool good = true;
	while (good && list && *list) {
		size_t n = strcspn(list, ":");
		char *path = lr_strndup(list, n);
		good = n == 0 || add(rules, path);
		free(path);
		list += n + (list[n] == ':');
	}
	return good;
}

struct lr_rules *lr_rules_wanted(const struct lr_options *o)
{
	struct lr_rules *rules = lr_rules_new();
	bool good = true;
	for (size_t i = 0; good && i < o->suppressions_used; i++)
		good = add(rules, o->suppressions[i]);
	if (!good || !add_list(rules, getenv("LEAKTRACE_SUPPRESSIONS"))) {
		lr_rules_free(rules);
		return NULL;
	}
	if (!o->no_default_suppressions)
		lr_rules_add_built_in(rules);
	return rules;
}
