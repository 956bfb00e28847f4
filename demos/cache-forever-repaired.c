/* cache-forever, repaired: the table has a limit, and the page that was asked for least recently
 * makes room.
 *
 * expect: ends=exit:0
 * absent: finding=growth.unbounded
 * expect: unfreed site=insert count=200 bytes=44800
 * expect: allocated site=insert count=20000 bytes=4480000
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

enum { REQUESTS = 40000, RECENT = 50, BUCKETS = 4096, LIMIT = 200 };

struct page {
	LIST_ENTRY(page) chain;
	TAILQ_ENTRY(page) age;
	int id;
	char text[188];
};

static LIST_HEAD(, page) table[BUCKETS];
static TAILQ_HEAD(ages, page) by_age = TAILQ_HEAD_INITIALIZER(by_age); /* the latest first */
static size_t made, kept;

static struct page *find(int id)
{
	struct page *p = LIST_FIRST(&table[id % BUCKETS]);
	while (p && p->id != id)
		p = LIST_NEXT(p, chain);
	if (p)
		TAILQ_REMOVE(&by_age, p, age);
	return p;
}

static void evict(struct page *p)
{
	LIST_REMOVE(p, chain);
	TAILQ_REMOVE(&by_age, p, age);
	free(p);
	kept--;
}

static struct page *insert(int id)
{
	struct page *p = malloc(sizeof(*p));
	if (!p)
		abort();
	p->id = id;
	snprintf(p->text, sizeof(p->text), "<h1>Article %d</h1>", id);
	LIST_INSERT_HEAD(&table[id % BUCKETS], p, chain);
	made++;
	return p;
}

static const char *serve(int id)
{
	struct page *p = find(id);
	if (!p) {
		if (kept++ == LIMIT)
			evict(TAILQ_LAST(&by_age, ages));
		p = insert(id);
	}
	TAILQ_INSERT_HEAD(&by_age, p, age);
	return p->text;
}

int main(void)
{
	size_t sent = 0;
	for (int i = 0; i < REQUESTS / 2; i++) {
		sent += serve(i)[4] == 'A';              /* the newest article */
		sent += serve(i - i % RECENT)[4] == 'A'; /* one that is read by many */
	}
	printf("%zu requests, %zu pages made\n", sent, made);
	return 0;
}
