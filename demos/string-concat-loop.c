/* string-concat-loop: s = s + "x", by a new string each time. The string before is copied into it:
 * for twice the length, four times the work.
 *
 * 4000 letters: strings of 1 to 4001 bytes, 8 MB in all.
 *
 * expect: ends=exit:0
 * expect: finding=churn.quadratic site=concat count=3999 bytes=8001999
 * expect: allocated site=concat count=4001 bytes=8006001
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LETTERS = 4000 };

static char *concat(const char *s, const char *more)
{
	size_t length = strlen(s), length_more = strlen(more);
	char *both = malloc(length + length_more + 1);
	if (!both)
		abort();
	memcpy(both, s, length);
	memcpy(both + length, more, length_more + 1);
	return both;
}

int main(void)
{
	char *line = concat("", "");
	for (int i = 0; i < LETTERS; i++) {
		char *longer = concat(line, i % 2 ? "x" : "o");
		free(line);
		line = longer;
	}
	printf("%zu letters, %.8s..\n", strlen(line), line);
	free(line);
	return 0;
}
