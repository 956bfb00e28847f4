/* allocate-and-forget: a function hands out a block of its own, and its callers do not know.
 *
 * expect: ends=exit:0
 * expect: finding=leak.definite site=make_greeting count=100 bytes=3200
 * expect: unfreed site=make_greeting count=100 bytes=3200
 */
#include <stdio.h>
#include <stdlib.h>

enum { VISITORS = 100, GREETING_SIZE = 32 };

static char *make_greeting(int visitor)
{
	char *text = malloc(GREETING_SIZE);
	if (text)
		snprintf(text, GREETING_SIZE, "welcome, visitor %d", visitor);
	return text;
}

int main(void)
{
	size_t greeted = 0;
	for (int visitor = 0; visitor < VISITORS; visitor++)
		greeted += make_greeting(visitor) != NULL; /* the block is lost here */
	printf("greeted %zu visitors\n", greeted);
	return 0;
}
