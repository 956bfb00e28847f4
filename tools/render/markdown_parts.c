#include "tools/render/markdown_parts.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "tools/util/text.h"

static bool is_plain(char c)
{
	return isalnum((unsigned char)c) || c == ' ' || (unsigned char)c >= 0x80;
}

/* A reference is no mark-up, whatever it refers to. */
static void refer(FILE *f, char c)
{
	fprintf(f, "&#%d;", c);
}

void lr_markdown_html_code(FILE *f, const char *s)
{
	char *clean = lr_clean(s);
	fputs("<code>", f);
	for (const char *c = clean; *c; c++)
		if (is_plain(*c) || strchr("_-./", *c))
			fputc(*c, f);
		else
			refer(f, *c);
	fputs("</code>", f);
	free(clean);
}

/* In a table a span ends at '|' all the same, and blanks at both ends of one are dropped. */
static bool fits_span(const char *s)
{
	size_t n = strlen(s);
	return n > 0 && !strpbrk(s, "`|\\") && s[0] != ' ' && s[n - 1] != ' ';
}

void lr_markdown_code(FILE *f, const char *s)
{
	if (!fits_span(s)) {
		char *clean = lr_clean(s);
		fputs("<code>", f);
		for (const char *c = clean; *c; c++)
			if (is_plain(*c))
				fputc(*c, f);
			else
				refer(f, *c);
		fputs("</code>", f);
		free(clean);
		return;
	}
	fputc('`', f);
	lr_put_clean(f, s);
	fputc('`', f);
}

/* GitHub looks for people and issues in what has been rendered: a comment parts the sign from the
 * name. "://" and "www." become links. */
void lr_markdown_words(FILE *f, const char *s)
{
	char *clean = lr_clean(s);
	for (const char *c = clean; *c; c++) {
		bool links = (*c == ':' && c[1] == '/') ||
			     (*c == '.' && c - clean >= 3 && strncasecmp(c - 3, "www", 3) == 0);
		if (is_plain(*c) || (strchr(",.();'/-%+=\":?", *c) && !links))
			fputc(*c, f);
		else
			refer(f, *c);
		if (*c == '@' || *c == '#')
			fputs("<!-- -->", f);
	}
	free(clean);
}

/* Longer than any run of backticks within. */
static size_t fence_of(const char *lines)
{
	size_t longest = 2, run = 0;
	for (const char *c = lines; *c; c++) {
		run = *c == '`' ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return longest + 1;
}

void lr_markdown_block(FILE *f, const char *lines)
{
	size_t fence = fence_of(lines), n = strlen(lines);
	for (size_t i = 0; i < fence; i++)
		fputc('`', f);
	fprintf(f, "\n%s%s", lines, n > 0 && lines[n - 1] != '\n' ? "\n" : "");
	for (size_t i = 0; i < fence; i++)
		fputc('`', f);
	fputc('\n', f);
}
