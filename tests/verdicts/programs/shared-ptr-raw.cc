// A plain pointer to an object that make_shared has made, whose owner is lost: it points into a
// block, and knows by the table of functions in front (of its counts) nothing.
// truth: definite 1 block 16 bytes; possible 1 block 48 bytes
#include "../verdicts.h"
#include <memory>

struct node {
	long value[4];
};
static node *raw;

APART static void make()
{
	auto *owner = new std::shared_ptr<node>(std::make_shared<node>());
	raw = owner->get();
	escape(owner);
	escape(&raw);
}

int main()
{
	make();
	clear();
}
