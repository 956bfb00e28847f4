// The C++ side of leaktrace.h: regions that end with their scope, blocks that are left by
// exceptions.
#include <cstring>
#include <string>
#include <unistd.h>
#include "leaktrace.h"

static int failed;

static void count_failures(const char *, const char *, int)
{
	failed++;
}

static void throws(int depth)
{
	leaktrace::region inside(std::string("throws, a name that is gone by its end").c_str());
	if (depth == 0)
		throw 7;
	throws(depth - 1);
}

static int regions()
{
	int caught = 0;
	leaktrace::region outer("outer");
	try {
		throws(2);
	} catch (int seven) {
		caught = seven;
	}
	LEAKTRACE_REGION("block")
	{
		int *volatile number = new int(caught);
		caught = *number;
		delete number;
		return caught;
	}
	return 0;
}

static int assertions()
{
	int *kept = 0;
	LEAKTRACE_ASSERT_NO_ALLOCATIONS
	{
		LEAKTRACE_ASSERT_ALLOCATIONS_AT_MOST(1)
		{
			kept = new int[10];
		}
	}
	delete[] kept;
	try {
		LEAKTRACE_ASSERT_NO_ALLOCATIONS
		{
			throw std::string(100, 'x');
		}
	} catch (const std::string &) {
	}
	return failed;
}

int main(int argc, char **argv)
{
	leaktrace_assert_hook = count_failures;
	if (argc > 1 && std::strcmp(argv[1], "assert") == 0)
		return assertions() == (leaktrace_is_traced() ? 1 : 0) ? 0 : 1;
	return regions() == 7 ? 0 : 1;
}
