// The process ends while an exception is being handled, which holds a block; as does an
// exception_ptr.
// truth: reachable 2 blocks 75 bytes
#include "../verdicts.h"
#include <exception>
#include <new>

struct failure {
	void *block;
};
static std::exception_ptr *kept;
alignas(8) static char room[sizeof(std::exception_ptr)];
static void (*volatile leave)(int) = exit;

APART static void keep()
{
	try {
		throw failure{made(35)};
	} catch (...) {
		kept = new (room) std::exception_ptr(std::current_exception());
		escape(&kept);
	}
}

APART static void fail()
{
	throw failure{made(40)};
}

int main()
{
	keep();
	try {
		fail();
	} catch (const failure &f) {
		clear();
		leave(0);
		free(f.block);
	}
}
