/* subslice-retains-array, repaired: the ten bytes are copied, and the message is freed.
 *
 * expect: ends=exit:0
 * absent: finding=retention.interior
 * absent: finding=leak.possible
 * expect: unfreed site=receive count=0 bytes=0
 * expect: unfreed site=find_token count=1 bytes=10
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGE = 1 << 20, TOKEN = 10 };

static const char *token;

static char *receive(void)
{
	char *message = malloc(MESSAGE);
	if (!message)
		abort();
	memset(message, ' ', MESSAGE);
	memcpy(message + MESSAGE / 2, "#a1b2c3d4e", TOKEN);
	return message;
}

static const char *find_token(const char *message)
{
	char *copy = malloc(TOKEN);
	if (!copy)
		abort();
	return memcpy(copy, memchr(message, '#', MESSAGE), TOKEN);
}

static void log_in(void)
{
	char *message = receive();
	token = find_token(message);
	free(message);
}

int main(void)
{
	log_in();
	printf("token %.*s\n", TOKEN, token);
	return 0;
}
