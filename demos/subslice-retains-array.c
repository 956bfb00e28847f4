/* subslice-retains-array: of a message of 1 MiB only the ten bytes of its token are needed. The
 * pointer to them is all that is kept, and so the message is.
 *
 * 1048576 bytes are held; from the token on they are 524288.
 *
 * expect: ends=exit:0
 * expect: finding=retention.interior site=receive count=1 bytes=1048576
 * expect: finding=retention.interior site=receive held_bytes=1048576 meant_bytes=524288
 * expect: finding=leak.possible site=receive count=1 bytes=1048576
 * expect: unfreed site=receive count=1 bytes=1048576
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
	return memchr(message, '#', MESSAGE);
}

static void log_in(void)
{
	const char *message = receive();
	token = find_token(message);
}

int main(void)
{
	log_in();
	printf("token %.*s\n", TOKEN, token);
	return 0;
}
