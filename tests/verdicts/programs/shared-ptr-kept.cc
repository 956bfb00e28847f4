// Objects made by make_shared lie behind their counts: a copy of the owner holds both pointers. An
// object that was made by itself is one block, its counts are another.
// truth: reachable 4 blocks 120 bytes
#include "../verdicts.h"
#include <memory>
#include <new>

struct node {
	long value[4];
};
static struct {
	alignas(8) char one[sizeof(std::shared_ptr<node>)], other[sizeof(std::shared_ptr<node>)];
} kept;
static std::shared_ptr<node> *held;

APART static void make()
{
	new (kept.one) std::shared_ptr<node>(std::make_shared<node>());
	new (kept.other) std::shared_ptr<node>(new node());
	held = new std::shared_ptr<node>(*reinterpret_cast<std::shared_ptr<node> *>(kept.one));
	escape(&kept);
	escape(&held);
}

int main()
{
	make();
	clear();
}
