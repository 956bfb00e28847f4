// A C++ library for a C program to open: allocates, throws, and runs out of memory.
#include <cstddef>
#include <map>
#include <new>
#include <string>

extern "C" int cxx_work(int n);
extern "C" int cxx_fail(size_t n);

int cxx_work(int n)
{
	std::map<int, std::string> m;
	for (int i = 0; i < n; i++)
		m[i] = std::string(static_cast<size_t>(i), 'x');
	try {
		throw std::string("an exception with a block of its own, long enough");
	} catch (const std::string &s) {
		return static_cast<int>(m.size() + s.size());
	}
}

int cxx_fail(size_t n)
{
	try {
		::operator delete(::operator new(n));
	} catch (const std::bad_alloc &) {
		return ::operator new(n, std::nothrow) == nullptr ? 1 : 2;
	}
	return 0;
}
