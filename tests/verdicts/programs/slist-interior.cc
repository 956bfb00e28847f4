// An intrusive list whose links lie behind a table of virtual functions: its pointers are into the
// blocks.
// truth: possible 3 blocks 96 bytes
#include "../verdicts.h"

struct hook {
	hook *next;
};
struct item {
	long value = 7;
	hook l{};
	long pad = 0;
	virtual ~item()
	{
	}
};
static hook *head;

APART static void make()
{
	for (int i = 0; i < 3; i++) {
		item *p = new item;
		p->l.next = head;
		head = &p->l;
	}
	escape(&head);
}

int main()
{
	make();
	clear();
}
