// A deque that is never deleted: a table, of whose middle it makes use first, of pieces.
// truth: definite 1 block 80 bytes; indirect 6 blocks 2624 bytes
#include "../verdicts.h"
#include <deque>

APART static void lose()
{
	auto *d = new std::deque<long>;
	for (long i = 0; i < 300; i++)
		d->push_back(i);
	escape(d);
}

int main()
{
	lose();
	clear();
}
