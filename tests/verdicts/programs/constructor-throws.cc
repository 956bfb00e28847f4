// A constructor fails after it has taken memory: the object's own block is freed by the language,
// its member is not.
// truth: definite 1 block 60 bytes
#include "../verdicts.h"

struct thing {
	void *member = made(60);
	long pad[5];
	thing()
	{
		throw 1;
	}
	~thing()
	{
		free(member);
	}
};

APART static void attempt()
{
	try {
		escape(new thing);
	} catch (int) {
	}
}

int main()
{
	attempt();
	clear();
}
