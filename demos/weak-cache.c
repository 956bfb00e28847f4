/* weak-cache: pictures are shared: who needs one takes it from the cache and gives it back. The
 * cache itself counts as a user, so that a picture that nobody else needs is never freed.
 *
 * 5000 pictures of 272 bytes that only the cache uses in the end.
 *
 * expect: ends=exit:0
 * expect: finding=growth.unbounded site=load count=5000 bytes=1360000
 * expect: unfreed site=load count=5000 bytes=1360000
 */
#include <stdio.h>
#include <stdlib.h>

enum { PICTURES = 5000, IN_VIEW = 32, BUCKETS = 1024 };

struct picture {
	struct picture *next;
	int id, users;
	unsigned char pixels[256];
};

static struct picture *cache[BUCKETS];
static size_t loaded;

static struct picture *load(int id)
{
	struct picture *p = calloc(1, sizeof(*p));
	if (!p)
		abort();
	p->id = id;
	p->users = 1; /* the cache */
	p->next = cache[id % BUCKETS];
	cache[id % BUCKETS] = p;
	loaded++;
	return p;
}

static struct picture *get(int id)
{
	struct picture *p = cache[id % BUCKETS];
	while (p && p->id != id)
		p = p->next;
	if (!p)
		p = load(id);
	p->users++;
	return p;
}

static void put(struct picture *p)
{
	if (--p->users == 0)
		free(p); /* never: the cache is still there */
}

int main(void)
{
	struct picture *view[IN_VIEW] = {NULL};
	for (int id = 0; id < PICTURES; id++) { /* the user scrolls down */
		if (view[id % IN_VIEW])
			put(view[id % IN_VIEW]);
		view[id % IN_VIEW] = get(id);
	}
	printf("%zu pictures were loaded\n", loaded);
	return 0;
}
