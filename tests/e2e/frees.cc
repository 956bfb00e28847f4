/* Releases that are wrong, by the argument; "fine" has none, but looks much like it. */
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#ifdef __clang__
#define APART __attribute__((noinline))
#else
#define APART __attribute__((noinline, noclone))
#endif

static long global[64];
static volatile int released; /* no call is the last thing that a function does */

APART static void release(void *p)
{
	void *volatile q = p;
	free(q);
	released++;
}

APART static void again(void *p)
{
	void *volatile q = p;
	free(q);
	released += 2;
}

APART static char *make(size_t n)
{
	char *volatile p = (char *)malloc(n);
	return p;
}

struct alignas(64) Wide {
	char bytes[64];
};

static void mismatch()
{
	void *volatile p = operator new(4);
	release(p);
	p = operator new[](40);
	release(p);
	p = make(4);
	operator delete(p);
	p = make(4);
	operator delete[](p);
	p = operator new(8);
	operator delete[](p);
	p = operator new[](8);
	operator delete(p);
	p = operator new(16);
	p = realloc(p, 100);
	release(p);
}

static void fine()
{
	void *volatile p = operator new(4);
	operator delete(p);
	p = operator new[](40, std::nothrow);
	operator delete[](p, std::nothrow);
	Wide *volatile w = new Wide;
	delete w;
	w = new Wide[2];
	delete[] w;
	p = aligned_alloc(64, 64);
	free(p);
	p = calloc(1, 4);
	p = realloc(p, 4000);
	release(p);
	void *volatile none = nullptr;
	free(none);
	p = realloc(none, 10);
	p = realloc(p, 0);
	int *volatile a = new int[10];
	delete[] a;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	if (strcmp(what, "double") == 0) {
		char *p = make(100);
		release(p);
		again(p);
	} else if (strcmp(what, "realloc") == 0) {
		char *p = make(100);
		release(p);
		p = (char *)realloc(p, 3000);
		again(p);
	} else if (strcmp(what, "interior") == 0) {
		release(make(100) + 16);
	} else if (strcmp(what, "static") == 0) {
		release(global + 4);
	} else if (strcmp(what, "stack") == 0) {
		long here[20];
		release(here + 4);
	} else if (strcmp(what, "mismatch") == 0) {
		mismatch();
	} else {
		fine();
	}
	puts("end");
	return 0;
}
