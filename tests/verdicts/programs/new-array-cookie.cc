// Arrays of objects with destructors begin with their number; pointers are to the first object.
// One is lost.
// truth: definite 1 block 48 bytes; reachable 1 block 120 bytes
#include "../verdicts.h"

struct thing {
	long value[2];
	~thing()
	{
		escape(this);
	}
};
static thing *kept;

APART static void make(size_t few, size_t many)
{
	escape(new long[few + few]);
	kept = new thing[many]();
	escape(&kept);
}

int main()
{
	make(3, 7);
	clear();
}
