// A pointer to the virtual base of an object in the shape of a diamond.
// truth: reachable 1 block 56 bytes
#include "../verdicts.h"

struct top {
	long t = 1;
	virtual ~top()
	{
	}
	virtual long value()
	{
		return t;
	}
};
struct left : virtual top {
	long l = 2;
	long value() override
	{
		return l;
	}
};
struct right : virtual top {
	long r = 3;
};
struct bottom : left, right {
	long b = 4;
	long value() override
	{
		return b;
	}
};
static top *kept;

APART static void make()
{
	kept = new bottom;
	escape(&kept);
}

int main()
{
	make();
	clear();
}
