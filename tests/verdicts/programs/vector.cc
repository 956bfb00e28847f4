// A vector of vectors that is never deleted and one in static memory that is destroyed.
// truth: definite 1 block 24 bytes; indirect 11 blocks 1840 bytes
#include "../verdicts.h"
#include <vector>

using rows = std::vector<std::vector<long>>;
static rows destroyed;

APART static rows *make()
{
	rows *r = new rows;
	r->assign(10, std::vector<long>(20));
	destroyed = *r;
	return r;
}

int main()
{
	escape(make());
	clear();
}
