// Two objects that own each other by shared_ptr: their blocks are the first of a cycle, and the
// other.
// truth: definite 1 block 56 bytes; indirect 1 block 56 bytes
#include "../verdicts.h"
#include <memory>

struct node {
	long value[3] = {};
	std::shared_ptr<node> other;
};

APART static void lose()
{
	auto a = std::make_shared<node>(), b = std::make_shared<node>();
	a->other = b;
	b->other = a;
	escape(&a);
	escape(&b);
}

int main()
{
	lose();
	clear();
}
