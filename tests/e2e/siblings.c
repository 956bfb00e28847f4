/* Connections, each with a name. Of 5000 one in a hundred is forgotten when it fails; the others
 * are released in conn_close. A table of 7 lives to the end. */
#include <stdlib.h>
#include <string.h>

struct conn {
	char *volatile name; /* written, whatever the compiler believes */
	char pad[24];
};

struct conn *table[7];

__attribute__((noinline)) static struct conn *conn_open(size_t name_len)
{
	struct conn *c = calloc(1, sizeof(*c));
	c->name = malloc(name_len);
	return c;
}

__attribute__((noinline)) static void conn_close(struct conn *c)
{
	free(c->name);
	free(c);
	__asm__ volatile(""); /* not by a jump, which leaves no frame */
}

__attribute__((noinline)) static void serve(int i)
{
	struct conn *volatile c = conn_open(50);
	if (i % 100 != 99)
		conn_close(c);
	c = NULL;
}

__attribute__((noinline)) static void overwrite(void)
{
	volatile char stack[8192];
	memset((void *)stack, 0, sizeof(stack));
}

int main(int argc, char **argv)
{
	(void)argv;
	for (int i = 0; i < 7; i++)
		table[i] = conn_open(20);
	for (int i = 0; i < 5000; i++)
		serve(i);
	overwrite();
	if (argc > 1)
		abort();
	return 0;
}
