/* fd.double and fd.foreign: closes that are wrong (tools/model/fd_wrong.h). */
#include <inttypes.h>
#include "format/ring.h"
#include "tools/util/mem.h"
#include "tools/util/text.h"
#include "tools/view/findings.h"
#include "tools/view/match.h"

static const char *const closers[] = {[LTF_FD_BY_CLOSE] = "close",
	[LTF_FD_BY_FCLOSE] = "fclose",
	[LTF_FD_BY_CLOSEDIR] = "closedir",
	[LTF_FD_BY_PCLOSE] = "pclose",
	[LTF_FD_BY_FREOPEN] = "freopen",
	[LTF_FD_BY_QUEUE] = "mq_close"};
enum { CLOSERS = sizeof(closers) / sizeof(*closers) };

static const char *named(unsigned closer)
{
	return closer < CLOSERS ? closers[closer] : "an unknown function";
}

/* In a program with one thread nobody opens a file between the two closes but it itself. */
static enum lr_severity severity(const struct lr_model *m, const struct lr_fd_wrong *w)
{
	if (w->kind == LR_FD_FOREIGN)
		return LR_SEVERITY_HIGH;
	return m->dumps[w->dump].most_threads > 1 ? LR_SEVERITY_MEDIUM : LR_SEVERITY_LOW;
}

static void find(struct lr_findings *f, const struct lr_findings_input *in)
{
	struct lr_match *match = lr_match_new(in->model, in->names, in->sites);
	for (size_t i = 0; i < in->model->fd_wrongs.used; i++) {
		const struct lr_fd_wrong *w = &in->model->fd_wrongs.list[i];
		bool foreign = w->kind == LR_FD_FOREIGN;
		if (!lr_match_stack(match, w->close, 0) ||
			lr_finding_is_suppressed(in, w->close, LR_SUPPRESS_CLOSE, w->count))
			continue;
		struct lr_finding *x = lr_finding_add(f, &lr_findings_closes,
			foreign ? "fd.foreign" : "fd.double", severity(in->model, w), w->close);
		x->count = w->count;
		x->weight = UINT64_MAX / 2 + w->count; /* what is lost comes behind what breaks */
		x->of = w;
	}
	lr_match_free(match);
}

static void explain_double(struct lr_finding *x, const struct lr_fd_wrong *w)
{
	lr_finding_title(x, "%s close%s, by %s, of what was closed already",
		lr_show_count(w->count).text, w->count == 1 ? "" : "s", named(w->closer));
	lr_finding_say(x, "it failed (EBADF); number %" PRIu64 " had been closed by %s%s",
		w->number, named(w->first_closer), w->other_thread ? ", in another thread" : "");
	lr_finding_say(x, "had a file been opened in between, that one would have been closed");
	lr_finding_next(x, "close it once: by its owner, who then forgets the number");
}

static void explain_foreign(struct lr_finding *x, const struct lr_fd_wrong *w)
{
	lr_finding_title(x, "%s %s%s closed a descriptor of somebody else's",
		lr_show_count(w->count).text, named(w->closer), w->count == 1 ? "" : "s");
	lr_finding_say(x,
		"the stream's own descriptor, number %" PRIu64
		", had been closed by close(); then the number was given to another",
		w->number);
	lr_finding_next(x, "never close() what a stream owns: %s alone does", named(w->closer));
}

static void explain(struct lr_finding *x, const struct lr_findings_input *in)
{
	const struct lr_fd_wrong *w = x->of;
	if (w->kind == LR_FD_DOUBLE)
		explain_double(x, w);
	else
		explain_foreign(x, w);
	if (w->first)
		lr_finding_place(
			x, in, "closed_first", w->first, 0, lr_strdup("first closed here"));
	if (w->stream)
		lr_finding_place(
			x, in, "stream", w->stream, 0, lr_strdup("the stream was opened here"));
	if (w->opened)
		lr_finding_place(x, in, "opened", w->opened, 0,
			lr_strdup(w->kind == LR_FD_DOUBLE ? "opened here"
							  : "what it closed was opened here"));
}

const struct lr_finding_producer lr_findings_closes = {.find = find, .explain = explain};
