/* map-no-presize: each request collects the words of a text in a table that begins with 8 slots and
 * is rehashed into one of twice the size whenever it is three quarters full.
 *
 * 300 requests with 3000 words: for each, nine rehashes up to 4096 slots, out of
 * tables of 8 * (8 + .. + 2048) bytes.
 *
 * expect: ends=exit:0
 * expect: finding=churn.realloc site=new_slots count=2700 bytes=9811200
 * expect: allocated site=new_slots count=3000 bytes=19641600
 */
#include <stdio.h>
#include <stdlib.h>

enum { REQUESTS = 300, WORDS = 3000, FIRST_ROOM = 8 };

struct set {
	unsigned long *slots; /* 0: free */
	size_t used, room;
};

static unsigned long *new_slots(size_t room)
{
	unsigned long *slots = calloc(room, sizeof(*slots));
	if (!slots)
		abort();
	return slots;
}

static void put(unsigned long *slots, size_t room, unsigned long word)
{
	size_t i = word * 0x9e3779b97f4a7c15 >> 40;
	while (slots[i % room] && slots[i % room] != word)
		i++;
	slots[i % room] = word;
}

static void rehash(struct set *s, size_t room)
{
	unsigned long *larger = new_slots(room);
	for (size_t i = 0; i < s->room; i++)
		if (s->slots[i])
			put(larger, room, s->slots[i]);
	free(s->slots);
	s->slots = larger;
	s->room = room;
}

static void add(struct set *s, unsigned long word)
{
	if (s->used >= s->room / 4 * 3)
		rehash(s, s->room ? s->room * 2 : FIRST_ROOM);
	put(s->slots, s->room, word);
	s->used++;
}

int main(void)
{
	size_t words = 0;
	for (int request = 0; request < REQUESTS; request++) {
		struct set s = {.used = 0};
		for (unsigned long word = 1; word <= WORDS; word++)
			add(&s, word);
		words += s.used;
		free(s.slots);
	}
	printf("%d requests, %zu words\n", REQUESTS, words);
	return 0;
}
