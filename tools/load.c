#include "tools/load.h"

#include "tools/marks.h"
#include "tools/replay.h"

/* What happened to the addresses that were released and were no blocks. */
static void look_again(const char *path, const struct lr_load_options *opt, struct lr_tally *tally)
{
	struct lr_error err = {{0}};
	struct lr_source *source = lr_source_open(path, opt->limits, &err);
	if (!source)
		return;
	lr_replay_again(source, tally);
	lr_source_close(source);
}

/* Where one of the marks is missing, nothing lies between the two. */
static void find_marks(
	const char *path, const struct lr_load_options *opt, struct lr_selection *selection)
{
	struct lr_error err = {{0}};
	struct lr_source *source = lr_source_open(path, opt->limits, &err);
	uint32_t *mark = selection->mark;
	if (!source)
		return;
	lr_marks_find(source, opt->limits, opt->marks, mark);
	if (mark[0] == UINT32_MAX || mark[1] == UINT32_MAX)
		mark[0] = mark[1] = UINT32_MAX;
	lr_source_close(source);
}

int lr_load(struct lr_model *m, const char *path, const struct lr_load_options *opt,
	struct lr_error *err)
{
	struct lr_source *source = lr_source_open(path, opt->limits, err);
	if (!source)
		return -1;
	struct lr_scans *scans = lr_source_scans(source);
	scans->keep = opt->keep_scans;
	scans->min_size = opt->selection.min_size;
	scans->max_size = opt->selection.max_size;
	struct lr_selection selection = opt->selection;
	if (opt->marks[0] || opt->marks[1])
		find_marks(path, opt, &selection);
	struct lr_tally *tally = lr_tally_new(&selection, opt->limits);
	lr_replay_source(source, tally, opt->progress, opt->progress_ctx);
	if (tally->suspects.used)
		look_again(path, opt, tally);
	lr_model_add(m, path, source, tally);
	lr_tally_free(tally);
	lr_source_close(source);
	return 0;
}
