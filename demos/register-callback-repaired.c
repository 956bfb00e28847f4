/* register-callback, repaired: a session that ends takes its callback back, and then nothing needs
 * what it had captured.
 *
 * expect: ends=exit:0
 * absent: finding=growth.unbounded
 * expect: unfreed site=open_session count=16 bytes=1024
 * expect: allocated site=open_session count=10000 bytes=640000
 */
#include <stdio.h>
#include <stdlib.h>

enum { SESSIONS = 10000, AT_A_TIME = 16, MOST = 16384 };

struct session {
	int id, saved;
	char user[56];
};

struct callback {
	void (*call)(void *captured);
	void *captured;
};

static struct callback at_shutdown[MOST];
static size_t registered, saves;

static void save(void *captured)
{
	struct session *s = captured;
	saves += !s->saved;
	s->saved = 1;
}

static void on_shutdown(void (*call)(void *), void *captured)
{
	if (registered == MOST)
		abort();
	at_shutdown[registered++] = (struct callback){.call = call, .captured = captured};
}

static void not_on_shutdown(const void *captured)
{
	size_t i = 0;
	while (at_shutdown[i].captured != captured)
		i++;
	at_shutdown[i] = at_shutdown[--registered];
}

static struct session *open_session(int id)
{
	struct session *s = malloc(sizeof(*s));
	if (!s)
		abort();
	s->id = id;
	s->saved = 0;
	snprintf(s->user, sizeof(s->user), "user %d", id);
	on_shutdown(save, s);
	return s;
}

static void close_session(struct session *s)
{
	save(s);
	not_on_shutdown(s);
	free(s);
}

static void shut_down(void)
{
	while (registered) {
		struct callback *c = &at_shutdown[--registered];
		c->call(c->captured);
	}
}

int main(void)
{
	struct session *now[AT_A_TIME] = {NULL};
	for (int i = 0; i < SESSIONS; i++) {
		if (now[i % AT_A_TIME])
			close_session(now[i % AT_A_TIME]);
		now[i % AT_A_TIME] = open_session(i);
	}
	shut_down();
	printf("%zu sessions were saved\n", saves);
	return 0;
}
