#include "tools/render/xml.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"
#include "tools/util/text.h"

/* One place for what may not stand as it is. */
static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>': /* "]]>" may not stand in a text */
		return "&gt;";
	case '"':
		return "&quot;";
	default:
		return NULL;
	}
}

/* Of control characters XML 1.0 has room for line ends and tabs alone; lr_clean() takes out all. */
static void put(FILE *f, const char *s)
{
	char *clean = lr_clean(s);
	for (const char *c = clean; *c; c++) {
		const char *e = entity(*c);
		if (e)
			fputs(e, f);
		else
			fputc(*c, f);
	}
	free(clean);
}

static void close_tag(struct lr_xml *x)
{
	if (x->open)
		fputc('>', x->f);
	x->open = false;
}

static void new_line(struct lr_xml *x)
{
	if (!x->mixed)
		fprintf(x->f, "\n%*s", (int)x->depth * 2, "");
}

void lr_xml_begin(struct lr_xml *x, const char *element)
{
	if (x->depth == 0)
		fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", x->f);
	close_tag(x);
	new_line(x);
	fprintf(x->f, "<%s", element);
	x->open = true;
	x->depth++;
}

void lr_xml_attribute(struct lr_xml *x, const char *name, const char *value)
{
	if (!value)
		return;
	fprintf(x->f, " %s=\"", name);
	put(x->f, value);
	fputc('"', x->f);
}

void lr_xml_lines(struct lr_xml *x, const char *lines)
{
	close_tag(x);
	x->mixed = true;
	while (*lines) {
		size_t n = strcspn(lines, "\n");
		char *line = lr_strndup(lines, n);
		put(x->f, line);
		free(line);
		if (lines[n])
			fputc('\n', x->f);
		lines += n + (lines[n] != 0);
	}
}

void lr_xml_end(struct lr_xml *x, const char *element)
{
	x->depth--;
	if (x->open) {
		fputs("/>", x->f);
	} else {
		new_line(x);
		fprintf(x->f, "</%s>", element);
	}
	x->open = x->mixed = false;
	if (x->depth == 0)
		fputc('\n', x->f);
}
