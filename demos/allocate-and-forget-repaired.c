/* allocate-and-forget, repaired: who asks for a greeting frees it.
 *
 * expect: ends=exit:0
 * absent: finding=leak.definite
 * expect: unfreed site=make_greeting count=0 bytes=0
 * expect: allocated site=make_greeting count=100 bytes=3200
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
	for (int visitor = 0; visitor < VISITORS; visitor++) {
		char *text = make_greeting(visitor);
		greeted += text != NULL;
		free(text);
	}
	printf("greeted %zu visitors\n", greeted);
	return 0;
}
