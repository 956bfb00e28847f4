/* Collapsed stacks, as flame graph programs read them. */
#include "tools/render/render.h"

#include <inttypes.h>
#include <string.h>
#include "tools/util/text.h"

/* A semicolon would part the name in two. */
static void put_name(FILE *f, const char *s)
{
	for (;;) {
		size_t n = strcspn(s, ";");
		lr_put_safe_n(f, s, n);
		s += n;
		if (!*s++)
			return;
		fputc(':', f);
	}
}

static void put_line(FILE *f, const struct lr_location *at)
{
	if (at->function) {
		put_name(f, at->function);
		return;
	}
	if (at->module && at->module[0]) {
		put_name(f, at->module);
		fputc('+', f);
	}
	fprintf(f, "0x%" PRIx64, at->offset);
}

void lr_render_collapsed(FILE *f, const struct lr_table *t)
{
	for (size_t i = 0; i < t->used; i++) {
		const struct lr_row *r = &t->rows[i];
		if (r->value == 0)
			continue;
		for (size_t k = r->stack_used; k-- > 0;) {
			put_line(f, &r->stack[k].at);
			if (k > 0)
				fputc(';', f);
		}
		if (r->stack_used == 0)
			fputs("(no stack)", f);
		fprintf(f, " %" PRIu64 "\n", r->value);
	}
}
