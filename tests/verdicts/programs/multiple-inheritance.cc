// Pointers to the second base of objects, with virtual functions: known by their tables.
// truth: reachable 2 blocks 112 bytes
#include "../verdicts.h"

struct first {
	long a = 1;
	virtual ~first()
	{
	}
	virtual long one()
	{
		return a;
	}
};
struct second {
	long b = 2;
	virtual ~second()
	{
	}
	virtual long two()
	{
		return b;
	}
};
struct both : first, second {
	long c[2] = {};
	long two() override
	{
		return c[0];
	}
};
struct deep : both {
	long d[2] = {};
	long two() override
	{
		return d[0];
	}
};
static second *kept[2];

APART static void make()
{
	kept[0] = new both;
	kept[1] = new deep;
	escape(kept);
}

int main()
{
	make();
	clear();
}
