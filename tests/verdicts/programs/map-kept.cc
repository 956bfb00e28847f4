// A map in memory that is never destroyed.
// truth: reachable 101 blocks 4848 bytes
#include "../verdicts.h"
#include <map>

static std::map<long, long> *kept;

APART static void make()
{
	kept = new std::map<long, long>;
	for (long i = 0; i < 100; i++)
		(*kept)[i * 37 % 101] = i;
	escape(&kept);
}

int main()
{
	make();
	clear();
}
