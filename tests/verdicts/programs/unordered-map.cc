// A hash table that is never deleted.
// truth: definite 1 block 56 bytes; indirect 101 blocks 3224 bytes
#include "../verdicts.h"
#include <unordered_map>

APART static void lose()
{
	auto *m = new std::unordered_map<long, long>(100);
	for (long i = 0; i < 100; i++)
		(*m)[i] = i;
	escape(m);
}

int main()
{
	lose();
	clear();
}
