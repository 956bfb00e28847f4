/* no-pool, repaired: a parser that is done with goes into a pool, and the next request takes it
 * from there.
 *
 * expect: ends=exit:0
 * absent: finding=churn.temporary
 * expect: allocated site=new_parser count=1 bytes=16488
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REQUESTS = 20000, STACK = 2048 };

struct parser {
	const char *text;
	size_t at, depth, deepest;
	struct {
		char kind;
		int line;
	} stack[STACK];
	char name[64];
	struct parser *next;
};

static struct parser *pool;

static struct parser *new_parser(void)
{
	struct parser *p = malloc(sizeof(*p));
	if (!p)
		abort();
	return p;
}

static struct parser *get_parser(void)
{
	struct parser *p = pool;
	if (p)
		pool = p->next;
	else
		p = new_parser();
	p->at = p->depth = p->deepest = 0;
	return p;
}

static void put_parser(struct parser *p)
{
	p->next = pool;
	pool = p;
}

static size_t parse(struct parser *p, const char *text)
{
	for (p->text = text; text[p->at]; p->at++) {
		if (text[p->at] == '(')
			p->stack[p->depth++].kind = '(';
		else if (text[p->at] == ')')
			p->depth--;
		if (p->depth > p->deepest)
			p->deepest = p->depth;
	}
	return p->deepest;
}

static size_t serve(const char *request)
{
	struct parser *p = get_parser();
	size_t deepest = parse(p, request);
	put_parser(p);
	return deepest;
}

int main(void)
{
	size_t sum = 0;
	for (int i = 0; i < REQUESTS; i++)
		sum += serve(i % 2 ? "(list (of (lists)))" : "(list)");
	printf("%d requests, depth %zu in all\n", REQUESTS, sum);
	return 0;
}
