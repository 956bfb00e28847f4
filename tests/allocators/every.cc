// Every way to allocate and to release, counted by the program itself.
//   every count ROUNDS [pvalloc]
//                         prints: allocations frees bytes, as the tracer should count them
//   every sizes [only]    prints what blocks of many sizes can hold, and how new fails. With only,
//   what
//                         mimalloc does the same each time: its aligned blocks differ in size, and
//                         where its new fails the program ends
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <malloc.h>
#include <new>
#include <pthread.h>

namespace
{

struct counts {
	unsigned long long allocations, frees, bytes;
};
thread_local counts mine;
bool has_pvalloc; // jemalloc has none: glibc's gives blocks that it cannot release

const size_t huge = SIZE_MAX / 2;
const std::align_val_t wide{64};

void *allocated(void *p, size_t size)
{
	if (!p)
		abort();
	mine.allocations++;
	mine.bytes += size;
	memset(p, 1, size);
	return p;
}

// What realloc(p, 0) does differs: all release p, some give a new block.
void resize_to_nothing()
{
	void *volatile p = allocated(malloc(24), 24);
	volatile size_t none = 0;
	void *q = realloc(p, none);
	mine.frees++;
	if (q) {
		mine.allocations++;
		free(q);
		mine.frees++;
	}
}

void must_fail(bool failed)
{
	if (!failed)
		abort();
}

void what_fails(void *p)
{
	volatile size_t much = huge;
	void *q = nullptr;
	must_fail(!malloc(much));
	must_fail(!calloc(much, 4));
	must_fail(!realloc(p, much));
	must_fail(!reallocarray(p, much, 4));
	must_fail(posix_memalign(&q, 3, 10) == EINVAL && !q);
}

void c_calls(size_t n)
{
	void *p;
	allocated(p = malloc(n), n);
	free(p);
	allocated(p = calloc(3, n), 3 * n);
	allocated(p = realloc(p, 2 * n + 1), 2 * n + 1);
	allocated(p = reallocarray(p, n + 1, 40), (n + 1) * 40);
	what_fails(p);
	free(p);
	allocated(p = realloc(nullptr, n), n);
	free(p);
	mine.frees += 5;
	must_fail(posix_memalign(&p, 64, n) == 0);
	free(allocated(p, n));
	free(allocated(aligned_alloc(256, 256 * (n + 1)), 256 * (n + 1)));
	free(allocated(memalign(32, n), n));
	free(allocated(valloc(n), n));
	mine.frees += 4;
	if (has_pvalloc) {
		free(allocated(pvalloc(n), n));
		mine.frees++;
	}
	free(nullptr);
	resize_to_nothing();
}

void cxx_calls(size_t n)
{
	::operator delete(allocated(::operator new(n), n));
	::operator delete[](allocated(::operator new[](n), n));
	::operator delete(allocated(::operator new(n), n), n);
	::operator delete[](allocated(::operator new[](n), n), n);
	::operator delete(allocated(::operator new(n, std::nothrow), n), std::nothrow);
	::operator delete[](allocated(::operator new[](n, std::nothrow), n), std::nothrow);
	::operator delete(allocated(::operator new(n, wide), n), wide);
	::operator delete[](allocated(::operator new[](n, wide), n), wide);
	::operator delete(allocated(::operator new(n, wide), n), n, wide);
	::operator delete[](allocated(::operator new[](n, wide), n), n, wide);
	::operator delete(allocated(::operator new(n, wide, std::nothrow), n), wide, std::nothrow);
	::operator delete[](
		allocated(::operator new[](n, wide, std::nothrow), n), wide, std::nothrow);
	mine.frees += 12;
	::operator delete(nullptr);
}

int rounds;

void *all_calls(void *result)
{
	for (int i = 0; i < rounds; i++) {
		size_t n = static_cast<size_t>(i) * 37 % 5000;
		c_calls(n);
		cxx_calls(n);
	}
	*static_cast<counts *>(result) = mine;
	return nullptr;
}

// In the first thread, then in two at once.
void count()
{
	counts of[3] = {};
	pthread_t other[2];
	all_calls(&of[0]);
	for (int i = 0; i < 2; i++)
		pthread_create(&other[i], nullptr, all_calls, &of[i + 1]);
	for (int i = 0; i < 2; i++)
		pthread_join(other[i], nullptr);
	for (int i = 1; i < 3; i++) {
		of[0].allocations += of[i].allocations;
		of[0].frees += of[i].frees;
		of[0].bytes += of[i].bytes;
	}
	printf("%llu %llu %llu\n", of[0].allocations, of[0].frees, of[0].bytes);
}

bool throws(size_t size)
{
	try {
		::operator delete(::operator new(size));
		return false;
	} catch (const std::bad_alloc &) {
		return true;
	}
}

int handled;
void handler()
{
	if (++handled == 3)
		std::set_new_handler(nullptr);
}

void sizes(bool failures)
{
	for (size_t n = 0; n < 200000; n += 1 + n / 13) {
		void *p[] = {malloc(n), calloc(1, n), ::operator new(n), realloc(malloc(10), n + 1),
			failures ? memalign(64, n) : nullptr,
			failures ? ::operator new(n, wide) : nullptr};
		for (void *q : p)
			printf(" %zu", malloc_usable_size(q));
		printf("\n");
		for (void *q : p)
			free(q);
	}
	if (!failures)
		return;
	volatile size_t much = huge;
	// Not counted: some of these make an exception first.
	must_fail(!::operator new(much, std::nothrow));
	must_fail(!::operator new[](much, std::nothrow));
	must_fail(!::operator new(much, wide, std::nothrow));
	errno = 0;
	void *volatile p = malloc(much);
	printf("%d %s; %d; ", errno, p ? "a block" : "nothing", throws(much));
	std::set_new_handler(handler);
	printf("%d after %d calls of the handler; %zu\n", throws(much), handled,
		malloc_usable_size(nullptr));
}

} // namespace

int main(int argc, char **argv)
{
	if (argc >= 3 && strcmp(argv[1], "count") == 0) {
		has_pvalloc = argc > 3;
		rounds = atoi(argv[2]);
		count();
	} else if (argc >= 2 && strcmp(argv[1], "sizes") == 0) {
		sizes(argc == 2);
	} else {
		return 2;
	}
	return 0;
}
