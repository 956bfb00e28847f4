#include "tools/render/text_parts.h"

#include <inttypes.h>
#include <string.h>
#include "format/ring.h"
#include "tools/util/fold.h"
#include "tools/util/text.h"

void lr_text_label(struct lr_out *o, const char *text)
{
	fprintf(o->f, "  %s%-16s%s", o->dim, text, o->off);
}

static void where(struct lr_out *o, const struct lr_location *at)
{
	if (at->function) {
		if (at->nearest)
			fputs("near ", o->f);
		lr_put_function(o->f, at->function);
		fputs("  ", o->f);
	}
	fprintf(o->f, "%s", o->dim);
	if (at->file) {
		lr_put_safe(o->f, lr_base_name(at->file));
		if (at->line)
			fprintf(o->f, ":%u", at->line);
	} else {
		if (at->module && at->module[0]) {
			lr_put_safe(o->f, lr_base_name(at->module));
			fputc('+', o->f);
		}
		fprintf(o->f, "0x%" PRIx64, at->offset);
	}
	fprintf(o->f, "%s", o->off);
}

void lr_text_stack(struct lr_out *o, const struct lr_line *lines, size_t n, size_t cut, int indent)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			fprintf(o->f, "%*s", indent + 2, "");
		where(o, &lines[i].at);
		if (lines[i].at.inlined)
			fputs("  inlined", o->f);
		if (lines[i].flags & LTF_NODE_SIGNAL)
			fputs("  interrupted by a signal", o->f);
		if (lines[i].flags & LTF_NODE_GUESSED)
			fputs("  guessed", o->f);
		if (lines[i].flags & LTF_NODE_CUT)
			fputs("  (cut here at the depth limit)", o->f);
		if (lines[i].flags & LTF_NODE_UNCERTAIN)
			fputs("  (more is unknown)", o->f);
		fputc('\n', o->f);
	}
	if (n == 0)
		fputs("(no stack)\n", o->f);
	if (cut)
		fprintf(o->f, "%*s%s.. %zu more%s\n", indent + 2, "", o->dim, cut, o->off);
}
