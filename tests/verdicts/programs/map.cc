// A map that is never deleted: its nodes point to their parents, and one to its middle.
// truth: definite 1 block 48 bytes; indirect 100 blocks 4800 bytes
#include "../verdicts.h"
#include <map>

APART static void lose()
{
	auto *m = new std::map<long, long>;
	for (long i = 0; i < 100; i++)
		(*m)[i * 37 % 101] = i;
	escape(m);
}

int main()
{
	lose();
	clear();
}
