// An object is deleted by its base, which has no virtual destructor: its member is never
// destroyed.
// truth: definite 1 block 500 bytes
#include "../verdicts.h"

struct base {
	long value[4] = {};
};
struct derived : base {
	void *member = made(500);
	~derived()
	{
		free(member);
	}
};

APART static base *make()
{
	return static_cast<base *>(escape(static_cast<base *>(new derived)));
}

int main()
{
	::operator delete(make());
	clear();
}
