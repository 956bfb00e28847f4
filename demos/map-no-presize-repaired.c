/* map-no-presize, repaired: how many words there are is known before, and the table is made for
 * them.
 *
 * expect: ends=exit:0
 * absent: finding=churn.realloc
 * expect: allocated site=new_slots count=300 bytes=9830400
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

static void new_set(struct set *s, size_t words)
{
	size_t room = FIRST_ROOM;
	while (room / 4 * 3 < words)
		room *= 2;
	*s = (struct set){.slots = new_slots(room), .room = room};
}

static void add(struct set *s, unsigned long word)
{
	put(s->slots, s->room, word);
	s->used++;
}

int main(void)
{
	size_t words = 0;
	for (int request = 0; request < REQUESTS; request++) {
		struct set s;
		new_set(&s, WORDS);
		for (unsigned long word = 1; word <= WORDS; word++)
			add(&s, word);
		words += s.used;
		free(s.slots);
	}
	printf("%d requests, %zu words\n", REQUESTS, words);
	return 0;
}
