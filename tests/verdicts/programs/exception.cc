// An exception passes a function that holds its block by a plain pointer. The exception itself is
// freed.
// truth: definite 1 block 33 bytes
#include "../verdicts.h"
#include <stdexcept>

APART static void fail()
{
	throw std::runtime_error("a text that does not fit into a short string");
}

APART static void work()
{
	void *p = made(33);
	fail();
	free(escape(p));
}

APART static void attempt()
{
	try {
		work();
	} catch (const std::exception &e) {
		escape(const_cast<char *>(e.what()));
	}
}

int main()
{
	attempt();
	clear();
}
