// release() for reset(), and a container of owners that is destroyed.
// truth: definite 1 block 32 bytes; indirect 1 block 20 bytes
#include "../verdicts.h"
#include <memory>
#include <vector>

struct node {
	std::unique_ptr<char[]> text{new char[20]()};
	long pad[3] = {};
};

APART static void lose()
{
	std::vector<std::unique_ptr<node>> all;
	for (int i = 0; i < 5; i++)
		all.emplace_back(new node);
	escape(&all);
	escape(all[2].release());
}

int main()
{
	lose();
	clear();
}
