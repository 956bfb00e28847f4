// A string of libstdc++'s old kind: it points to its characters, in front of which stand length,
// capacity and count.
// truth: reachable 1 block 125 bytes
#define _GLIBCXX_USE_CXX11_ABI 0
#include "../verdicts.h"
#include <new>
#include <string>

alignas(std::string) static char kept[sizeof(std::string)];

APART static void make(size_t n)
{
	new (kept) std::string(n, 'y');
	escape(kept);
}

int main()
{
	make(100);
	clear();
}
