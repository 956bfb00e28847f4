#include "tools/load.h"

#include "tools/replay.h"

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
	struct lr_tally *tally = lr_tally_new(&opt->selection, opt->limits);
	lr_replay_source(source, tally, opt->progress, opt->progress_ctx);
	lr_model_add(m, path, source, tally);
	lr_tally_free(tally);
	lr_source_close(source);
	return 0;
}
