// A pointer to the second base of an object without virtual functions: by its looks a pointer into
// a block.
// truth: possible 1 block 40 bytes
#include "../verdicts.h"

struct first {
	long a[2];
};
struct second {
	long b[2];
};
struct both : first, second {
	long c;
};
static second *kept;

APART static void make()
{
	kept = new both();
	escape(&kept);
}

int main()
{
	make();
	clear();
}
