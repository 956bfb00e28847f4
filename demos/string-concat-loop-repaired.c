/* string-concat-loop, repaired: a builder with room for the whole line.
 *
 * expect: ends=exit:0
 * absent: finding=churn.quadratic
 * expect: allocated site=reserve count=1 bytes=4001
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LETTERS = 4000 };

struct builder {
	char *text;
	size_t used, room;
};

static void reserve(struct builder *b, size_t room)
{
	b->text = realloc(b->text, room);
	if (!b->text)
		abort();
	b->room = room;
}

static void append(struct builder *b, const char *more)
{
	size_t length = strlen(more);
	if (b->used + length >= b->room)
		reserve(b, 2 * (b->used + length + 1));
	memcpy(b->text + b->used, more, length + 1);
	b->used += length;
}

int main(void)
{
	struct builder line = {.used = 0};
	reserve(&line, LETTERS + 1);
	for (int i = 0; i < LETTERS; i++)
		append(&line, i % 2 ? "x" : "o");
	printf("%zu letters, %.8s..\n", line.used, line.text);
	free(line.text);
	return 0;
}
