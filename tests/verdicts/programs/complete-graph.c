/* Sixty nodes, each of which points to all, are dropped.
 * truth: definite 1 block 480 bytes; indirect 59 blocks 28320 bytes */
#include "../verdicts.h"

enum { N = 60 };

APART static void lose(void)
{
	void **node[N];
	for (int i = 0; i < N; i++)
		node[i] = made(N * sizeof(void *));
	for (int i = 0; i < N; i++)
		for (int k = 0; k < N; k++)
			node[i][k] = node[k];
	escape(node);
}

int main(void)
{
	lose();
	clear();
	return 0;
}
