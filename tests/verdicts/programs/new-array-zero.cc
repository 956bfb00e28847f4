// An array of no objects with destructors: its pointer is one past the end of the block, which
// holds a zero for their number. And one of objects without destructors, a block of no size.
// truth: reachable 2 blocks 8 bytes
#include "../verdicts.h"

struct thing {
	long value[2];
	~thing()
	{
		escape(this);
	}
};
static thing *kept;
static long *plain;

APART static void make(size_t none)
{
	kept = new thing[none];
	plain = new long[none];
	escape(&kept);
	escape(&plain);
}

int main()
{
	make(0);
	clear();
}
