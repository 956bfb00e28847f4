#include "tools/cmd/measures.h"

#include <stdlib.h>
#include <string.h>
#include "tools/source.h"
#include "tools/util/mem.h"

struct file {
	char *path;
	char program[LTF_NAME_MAX];
	size_t order;
};

static int by_program(const void *pa, const void *pb)
{
	const struct file *a = pa, *b = pb;
	int c = strcmp(a->program, b->program);
	return c ? c : a->order < b->order ? -1 : a->order > b->order;
}

/* Those that cannot be read come without a program; loading them says what is wrong. */
static struct file *sorted(char *const *dumps, size_t count)
{
	struct file *files = lr_calloc(count, sizeof(*files));
	for (size_t i = 0; i < count; i++) {
		struct ltf_header h;
		files[i] = (struct file){.path = dumps[i], .order = i};
		if (lr_source_peek(dumps[i], &h))
			memcpy(files[i].program, h.program, sizeof(files[i].program) - 1);
	}
	qsort(files, count, sizeof(*files), by_program);
	return files;
}

/* False: the options are wrong. */
static bool add(struct lr_measure *m, const struct lr_measures_options *o, char **dumps,
	size_t count, int *status)
{
	struct lr_session s;
	if (!lr_session_open(&s, o->options, dumps, count, LR_SCANS_LAST_OF_FEW)) {
		if (*status < s.status)
			*status = s.status;
		return s.status != LR_EXIT_USAGE;
	}
	if (*status < s.status)
		*status = s.status;
	struct lr_query sites = lr_query_of(o->options, LR_SORT_BYTES, SIZE_MAX, 0);
	struct lr_leak_query leaks = lr_leak_query_of(&s, o->options, &sites);
	struct lr_measure_query q = {.leaks = &leaks,
		.by_region = o->options->by_region,
		.regions = o->regions,
		.regions_used = o->regions_used};
	lr_measure_add(m, s.model, s.names, &q);
	lr_session_close(&s);
	return true;
}

struct lr_measure *lr_measure_dumps(
	const struct lr_measures_options *o, char *const *dumps, size_t count, int *status)
{
	struct lr_options options = *o->options;
	struct lr_measures_options own = *o;
	struct file *files = sorted(dumps, count);
	char **paths = lr_calloc(count, sizeof(*paths));
	struct lr_measure *m = lr_measure_new();
	bool good = true;
	if (o->by_thread)
		options.group = LR_GROUP_THREAD;
	options.by_region |= o->by_region || o->regions_used;
	own.options = &options;
	*status = LR_EXIT_DONE;
	for (size_t i = 0; i < count; i++)
		paths[i] = files[i].path;
	for (size_t first = 0, end; good && first < count; first = end) {
		for (end = first + 1; end < count; end++)
			if (strcmp(files[first].program, files[end].program) != 0)
				break;
		good = add(m, &own, paths + first, end - first, status);
	}
	if (!good || m->processes == 0) {
		lr_measure_free(m);
		m = NULL;
	}
	free(files);
	free(paths);
	return m;
}
