// Strings that are never deleted: the characters of a short one lie within it, to which it points
// itself.
// truth: definite 2 blocks 64 bytes; indirect 1 block 101 bytes; reachable 2 blocks 133 bytes
#include "../verdicts.h"
#include <string>

static std::string *kept;

APART static void make(size_t n)
{
	escape(new std::string("short"));
	escape(new std::string(n, 'x'));
	kept = new std::string(n, 'y');
	escape(&kept);
}

int main()
{
	make(100);
	clear();
}
