// What weak_ptr breaks is no cycle; a weak_ptr that is never destroyed keeps the block of an
// object that is gone.
// truth: definite 1 block 16 bytes; indirect 1 block 48 bytes
#include "../verdicts.h"
#include <memory>

struct node {
	std::shared_ptr<node> next;
	std::weak_ptr<node> previous;
};

APART static void lose()
{
	auto a = std::make_shared<node>(), b = std::make_shared<node>();
	a->next = b;
	b->previous = a;
	escape(new std::weak_ptr<node>(b));
}

int main()
{
	lose();
	clear();
}
