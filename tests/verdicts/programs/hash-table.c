/* A table of 16 chains with 100 entries in all, each with its key, is lost as a whole.
 * truth: definite 1 block 128 bytes; indirect 200 blocks 2800 bytes */
#include "../verdicts.h"

struct entry {
	struct entry *next;
	char *key; /* 12 bytes */
};

APART static void lose(void)
{
	struct entry **table = made(16 * sizeof(*table));
	for (unsigned i = 0; i < 100; i++) {
		struct entry *e = made(sizeof(*e));
		e->key = made(12);
		e->next = table[i * 7 % 16];
		table[i * 7 % 16] = e;
	}
	escape(table);
}

int main(void)
{
	lose();
	clear();
	return 0;
}
