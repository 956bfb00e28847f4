/* What the C library gives to be freed by the caller, and is not: strdup, strndup, asprintf,
 * getline.
 * truth: definite 4 blocks 142 bytes */
#include "../verdicts.h"

#include <stdio.h>

APART static void lose(void)
{
	char *text = NULL, *line = NULL;
	size_t room = 0;
	escape(strdup("eleven"));
	escape(strndup("and twelve", 4));
	/* glibc hands out what it needed: 9 and a zero */
	if (asprintf(&text, "nine%s", " more") < 0)
		abort();
	escape(&text);
	FILE *file = fopen("/dev/zero", "r");
	if (!file || ungetc('\n', file) == EOF || getline(&line, &room, file) != 1)
		abort();
	escape(&line);
	fclose(file);
}

int main(void)
{
	lose();
	clear();
	return 0;
}
