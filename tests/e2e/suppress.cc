/* Leaks of all kinds of allocations, by functions with C++ names, inlined ones, and of libraries.
 */
#include <cstdlib>
#include <cstring>
#include <string>

#ifdef __clang__
#define APART __attribute__((noinline))
#else
#define APART __attribute__((noinline, noclone))
#endif

namespace ns
{
struct Maker {
	APART void *make(size_t n)
	{
		void *volatile p = malloc(n);
		return p;
	}
	APART char *copy(const char *s)
	{
		char *volatile p = strdup(s);
		return p;
	}
};
} // namespace ns

struct Node {
	Node *volatile next;
	char pad[40];
};

APART static Node *chain(int n)
{
	Node *head = nullptr;
	while (n--) {
		Node *x = new Node;
		x->next = head;
		head = x;
	}
	return head;
}

APART static int *array(int n)
{
	int *volatile p = new int[(size_t)n];
	return p;
}

APART static void *zeroed(size_t n)
{
	void *volatile p = calloc(n, 3);
	return p;
}

APART static void *grown(size_t n)
{
	void *volatile p = realloc(nullptr, 10);
	p = realloc(p, n);
	return p;
}

APART static void *first(size_t n)
{
	void *volatile none = nullptr;
	none = realloc(none, n);
	return none;
}

APART static void *aligned(size_t n)
{
	void *p = nullptr;
	return posix_memalign(&p, 64, n) ? nullptr : p;
}

APART static void clear()
{
	volatile char stack[65536];
	memset((void *)stack, 0, sizeof(stack));
}

void *volatile sink;
char *volatile inside;
void *volatile kept;

APART static void leak_all()
{
	ns::Maker m;
	sink = m.make(100);
	sink = m.make(200);
	sink = m.copy("hello");
	sink = chain(4);
	sink = array(25);
	sink = zeroed(11);
	sink = grown(5000);
	sink = first(70);
	sink = aligned(640);
	sink = new std::string(100, 'x');
	sink = nullptr;
	inside = (char *)malloc(500) + 50;
	kept = malloc(77);
}

int main()
{
	leak_all();
	clear();
	return 0;
}
