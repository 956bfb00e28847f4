// Static objects, in functions and out of them, free what they own in their destructors, after
// main has returned. One of them has lost something before.
// truth: definite 1 block 19 bytes
#include "../verdicts.h"
#include <string>
#include <vector>

struct owner {
	void *p = made(100);
	~owner()
	{
		free(p);
	}
};
static owner one;
static std::vector<std::string> strings(20, std::string(50, 'x'));

static owner &two()
{
	static owner o;
	return o;
}

int main()
{
	escape(two().p);
	escape(&strings);
	free(one.p);
	one.p = made(19);
	one.p = made(100);
	clear();
}
