/* weak-cache, repaired: the cache's own pointer is a weak one, that does not count. Now and then
 * the cache is swept: what nobody uses is freed.
 *
 * expect: ends=exit:0
 * absent: finding=growth.unbounded
 * expect: unfreed site=load count=39 bytes=10608
 * expect: allocated site=load count=5000 bytes=1360000
 */
#include <stdio.h>
#include <stdlib.h>

enum { PICTURES = 5000, IN_VIEW = 32, BUCKETS = 1024, SWEEP_EVERY = 64 };

struct picture {
	struct picture *next;
	int id, users;
	unsigned char pixels[256];
};

static struct picture *cache[BUCKETS];
static size_t loaded;

static void sweep(void)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct picture **link = &cache[i], *p; (p = *link);) {
			if (p->users) {
				link = &p->next;
			} else {
				*link = p->next;
				free(p);
			}
		}
	}
}

static struct picture *load(int id)
{
	if (loaded++ % SWEEP_EVERY == 0)
		sweep();
	struct picture *p = calloc(1, sizeof(*p));
	if (!p)
		abort();
	p->id = id;
	p->next = cache[id % BUCKETS];
	cache[id % BUCKETS] = p;
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
	p->users--;
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
