/* map-never-shrinks: a chat server's table of a million users at New Year. In the morning all have
 * logged out; their entries are freed, but the room is kept, between blocks that stay.
 *
 * 48000000 bytes are released, the table's 8388608 are kept, and the process stays as large as it
 * was.
 *
 * expect: ends=exit:0
 * expect: finding=heap.unreleased site=log_in live_bytes=8388608..8500000
 * expect: finding=heap.unreleased site=log_in bytes=40000000..64000000
 * expect: unfreed site=log_in count=0 bytes=0
 * expect: unfreed site=new_table count=1 bytes=8388608
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { USERS = 1000000, ROOM = 1 << 20, MINUTES = 60, MESSAGES = 1000 };

struct user {
	int id, messages;
	char name[40];
};

static struct user **users;
static char *statistics;
static long messages;

static void new_table(void)
{
	users = calloc(ROOM, sizeof(struct user *));
	if (!users)
		abort();
}

static void log_in(int id)
{
	struct user *u = malloc(sizeof(*u));
	if (!u)
		abort();
	u->id = id;
	u->messages = 0;
	snprintf(u->name, sizeof(u->name), "user");
	users[id % ROOM] = u;
}

static void log_out(int id)
{
	free(users[id % ROOM]);
	users[id % ROOM] = NULL;
}

static void send_message(int minute)
{
	char *text = malloc(160);
	if (text)
		messages += snprintf(text, 160, "minute %d", minute) > 0;
	free(text);
}

int main(void)
{
	new_table();
	for (int id = 0; id < USERS; id++)
		log_in(id);
	statistics = calloc(24, 100); /* of the day; it stays */
	for (int id = 0; id < USERS; id++)
		log_out(id);
	for (int minute = 0; minute < MINUTES; minute++) { /* a quiet morning */
		for (int i = 0; i < MESSAGES; i++)
			send_message(minute);
		usleep(5000);
	}
	printf("%d users, %ld messages\n", USERS, messages);
	return statistics == NULL;
}
