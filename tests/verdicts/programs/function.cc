// A function object with more captured data than fits into it, never deleted; and a small one.
// truth: definite 2 blocks 64 bytes; indirect 1 block 48 bytes
#include "../verdicts.h"
#include <functional>

APART static void lose(long a)
{
	long b[6] = {a, 2, 3, 4, 5, 6};
	escape(new std::function<long()>([b] { return b[5]; }));
	escape(new std::function<long()>([a] { return a; }));
}

int main()
{
	lose(1);
	clear();
}
