// Every form of operator new; nothing is kept.
// truth: definite 6 blocks 1192 bytes
#include "../verdicts.h"
#include <new>

struct alignas(128) wide {
	char bytes[128];
};

APART static void lose(size_t n)
{
	escape(new char[n]);
	escape(new long);
	escape(new (std::nothrow) char[500]);
	escape(new wide);
	escape(new wide[n - 97]());
	escape(::operator new(72));
}

int main()
{
	lose(100);
	clear();
}
