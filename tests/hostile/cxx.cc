// operator new in all its forms, and when memory runs out: its handler, its exception, NULL from
// nothrow.
/*
 * @case cxx_new
 * @may uncertain_stacks
 * @case cxx_thread_local
 * @run t "$prog" threads
 */
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <vector>
#include <unistd.h>

extern "C" {
struct tally {
	long allocs, frees, inherited;
};
extern tally *tally;
}

static char *reserve;
static volatile size_t large = static_cast<size_t>(1) << 40;

struct alignas(256) wide {
	char room[300];
};

#define COUNTED __attribute__((noinline))

COUNTED static void *counted_new(size_t n)
{
	void *p = ::operator new(n);
	__atomic_add_fetch(&tally->allocs, 1, __ATOMIC_SEQ_CST);
	return p;
}

COUNTED static void counted_delete(void *p)
{
	__atomic_add_fetch(&tally->frees, 1, __ATOMIC_SEQ_CST);
	::operator delete(p);
}

COUNTED static int *counted_array(size_t n)
{
	int *p = new int[n];
	__atomic_add_fetch(&tally->allocs, 1, __ATOMIC_SEQ_CST);
	return p;
}

COUNTED static wide *counted_wide()
{
	wide *p = new wide;
	__atomic_add_fetch(&tally->allocs, 1, __ATOMIC_SEQ_CST);
	return p;
}

static int called;

static void handler()
{
	if (++called == 2) {
		delete[] reserve;
		reserve = nullptr;
	}
	if (called == 4)
		throw std::bad_alloc();
}

static void run_out()
{
	std::set_new_handler(handler);
	try {
		std::printf("it was had: %p\n", ::operator new(large));
	} catch (const std::bad_alloc &e) {
		std::printf("%s after %d calls of the handler\n", e.what(), called);
	}
	std::set_new_handler(nullptr);
	std::printf("nothrow: %p\n", ::operator new(large, std::nothrow));
	std::printf("nothrow array: %p\n", ::operator new[](large, std::nothrow));
	std::printf(
		"nothrow aligned: %p\n", ::operator new(large, std::align_val_t(64), std::nothrow));
	for (int form = 0; form < 4; form++)
		try {
			void *p = form == 0   ? ::operator new(large)
				  : form == 1 ? ::operator new[](large)
				  : form == 2 ? ::operator new(large, std::align_val_t(64))
					      : ::operator new[](large, std::align_val_t(64));
			std::printf("form %d: %p\n", form, p);
		} catch (const std::bad_alloc &) {
			std::printf("form %d: bad_alloc\n", form);
		}
}

struct local {
	void *p = nullptr;
	~local()
	{
		if (p)
			counted_delete(p);
		counted_delete(counted_new(20));
	}
};
static thread_local local mine;

int main(int argc, char **)
{
	if (argc > 1) {
		for (int i = 0; i < 30; i++)
			std::thread([] { mine.p = counted_new(40); }).join();
		return 0;
	}
	rlimit rl = {static_cast<rlim_t>(2) << 30, static_cast<rlim_t>(2) << 30};
	setrlimit(RLIMIT_AS, &rl);
	reserve = new char[1 << 20];
	counted_delete(counted_new(0));
	counted_delete(counted_new(100));
	delete[] counted_array(100);
	__atomic_add_fetch(&tally->frees, 1, __ATOMIC_SEQ_CST);
	wide *w = counted_wide();
	std::printf("aligned: %d\n", (reinterpret_cast<uintptr_t>(w) & 255) == 0);
	delete w;
	__atomic_add_fetch(&tally->frees, 1, __ATOMIC_SEQ_CST);
	std::string s(1000, 'x');
	std::vector<std::string> v(100, s);
	run_out();
	std::printf("%zu\n", v.size());
	return 0;
}
