/* cache-forever: a server keeps each page that it has made, for the next visitor who asks for it.
 * There is always another page, and none is ever thrown out.
 *
 * 20000 pages of 192 bytes are in the table in the end.
 *
 * expect: ends=exit:0
 * expect: finding=growth.unbounded site=insert count=20000 bytes=3840000
 * expect: unfreed site=insert count=20000 bytes=3840000
 */
#include <stdio.h>
#include <stdlib.h>

enum { REQUESTS = 40000, RECENT = 50, BUCKETS = 4096 };

struct page {
	struct page *next;
	int id;
	char text[180];
};

static struct page *table[BUCKETS];
static size_t made;

static struct page *find(int id)
{
	struct page *p = table[id % BUCKETS];
	while (p && p->id != id)
		p = p->next;
	return p;
}

static struct page *insert(int id)
{
	struct page *p = malloc(sizeof(*p));
	if (!p)
		abort();
	p->id = id;
	snprintf(p->text, sizeof(p->text), "<h1>Article %d</h1>", id);
	p->next = table[id % BUCKETS];
	table[id % BUCKETS] = p;
	made++;
	return p;
}

static const char *serve(int id)
{
	struct page *p = find(id);
	return (p ? p : insert(id))->text;
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
