/* Containers as programs have them, with a limit and without: holders KIND OPERATIONS [PAUSE],
 * PAUSE in microseconds after each of 400 parts. What is named *-forever grows without end, and so
 * does queue-behind; the others do not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUCKETS = 4096, PARTS = 400 };

struct entry {
	struct entry *next, *newer, *older;
	unsigned key;
	char value[100];
};

static struct entry *buckets[BUCKETS], *newest, *oldest;
static unsigned entries;
static unsigned seed = 1;

static unsigned random_number(void)
{
	return seed = seed * 1103515245 + 12345;
}

static struct entry *find(unsigned key)
{
	struct entry *e = buckets[key % BUCKETS];
	while (e && e->key != key)
		e = e->next;
	return e;
}

static void unlink_age(struct entry *e)
{
	if (e->newer)
		e->newer->older = e->older;
	else
		newest = e->older;
	if (e->older)
		e->older->newer = e->newer;
	else
		oldest = e->newer;
}

static void link_newest(struct entry *e)
{
	e->older = newest;
	e->newer = NULL;
	if (newest)
		newest->newer = e;
	else
		oldest = e;
	newest = e;
}

static void evict(struct entry *e)
{
	struct entry **at = &buckets[e->key % BUCKETS];
	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	unlink_age(e);
	free(e);
	entries--;
}

__attribute__((noinline)) static void insert(unsigned key)
{
	struct entry *e = malloc(sizeof(*e));
	if (!e)
		exit(1);
	e->key = key;
	snprintf(e->value, sizeof(e->value), "%u", key);
	e->next = buckets[key % BUCKETS];
	buckets[key % BUCKETS] = e;
	link_newest(e);
	entries++;
}

/* What an operation on it needs for a moment, in all kinds. */
__attribute__((noinline)) static size_t work(unsigned key)
{
	char *text = malloc(64 + key % 200);
	if (!text)
		exit(1);
	size_t n = (size_t)snprintf(text, 64, "operation on %u", key);
	free(text);
	return n;
}

static void cached(unsigned limit, unsigned keys)
{
	unsigned key = random_number() >> 8 & (keys - 1);
	struct entry *e = find(key);
	if (e) {
		unlink_age(e);
		link_newest(e);
		return;
	}
	insert(key);
	if (entries > limit)
		evict(oldest);
}

static void cache_forever(int i)
{
	(void)i;
	cached(~0U, 1 << 24);
}

static void cache_lru(int i)
{
	(void)i;
	cached(2000, 1 << 24);
}

/* All keys there are fit in. */
static void cache_all(int i)
{
	(void)i;
	cached(~0U, 1 << 12);
}

static char *lines[1 << 20];
static unsigned lines_used;

__attribute__((noinline)) static char *make_line(int i)
{
	char *line = malloc(80);
	if (!line)
		exit(1);
	snprintf(line, 80, "line %d of the log", i);
	return line;
}

static void log_forever(int i)
{
	if (lines_used < sizeof(lines) / sizeof(*lines))
		lines[lines_used++] = make_line(i);
}

static void log_buffer(int i)
{
	log_forever(i);
	if (lines_used < 3000)
		return;
	while (lines_used)
		free(lines[--lines_used]);
}

static unsigned head, tail;

static void consume(unsigned n)
{
	while (n-- && tail != head)
		free(lines[tail++ % (1 << 20)]);
}

/* Requests come in bunches; those that wait are worked off. */
static void queue_drained(int i)
{
	if (i / 2000 % 3 == 0)
		lines[head++ % (1 << 20)] = make_line(i);
	else
		consume(1);
}

static void queue_behind(int i)
{
	lines[head++ % (1 << 20)] = make_line(i);
	if (i % 3)
		consume(1);
}

static char *array;
static size_t array_used, array_room;

__attribute__((noinline)) static void make_room(void)
{
	if (array_used < array_room)
		return;
	array_room = array_room ? array_room * 2 : 64;
	char *more = realloc(array, array_room);
	if (!more)
		exit(1);
	array = more;
}

static void append_forever(int i)
{
	for (int k = 0; k < 20; k++) {
		make_room();
		array[array_used++] = (char)i;
	}
}

static void append_flushed(int i)
{
	append_forever(i);
	if (array_used > 100000)
		array_used = 0;
}

/* Listeners that are added and never removed, and those that are. */
static void register_forever(int i)
{
	if (i % 16 == 0)
		insert((unsigned)i);
}

static void registered(int i)
{
	if (i % 16 == 0)
		insert((unsigned)i);
	if (i % 16 == 8 && oldest)
		evict(oldest);
}

static const struct {
	const char *name;
	void (*operation)(int i);
} kinds[] = {{"cache-forever", cache_forever}, {"cache-lru", cache_lru}, {"cache-all", cache_all},
	{"log-forever", log_forever}, {"log-buffer", log_buffer}, {"queue-drained", queue_drained},
	{"queue-behind", queue_behind}, {"append-forever", append_forever},
	{"append-flushed", append_flushed}, {"register-forever", register_forever},
	{"registered", registered}};

int main(int argc, char **argv)
{
	int operations = argc > 2 ? atoi(argv[2]) : 50000, pause = argc > 3 ? atoi(argv[3]) : 0;
	size_t sum = 0;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
		if (argc < 2 || strcmp(argv[1], kinds[k].name) != 0)
			continue;
		for (int i = 0; i < operations; i++) {
			kinds[k].operation(i);
			sum += work((unsigned)i);
			if (pause && i % (operations / PARTS + 1) == 0)
				usleep((useconds_t)pause);
		}
		return sum > 0 ? 0 : 1;
	}
	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
		puts(kinds[k].name);
	return 2;
}
