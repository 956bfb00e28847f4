// A list of lists that is never deleted: the ends of a ring of nodes lie within its owner.
// truth: definite 1 block 24 bytes; indirect 60 blocks 1600 bytes
#include "../verdicts.h"
#include <list>

APART static void lose()
{
	auto *l = new std::list<std::list<long>>;
	for (int i = 0; i < 10; i++)
		l->emplace_back(5, 7L);
	escape(l);
}

int main()
{
	lose();
	clear();
}
