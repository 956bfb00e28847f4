/* no-pool: each request gets a parser of its own, 16 KiB that are made, used once and dropped.
 *
 * expect: ends=exit:0
 * expect: finding=churn.temporary site=new_parser count=20000 bytes=329600000
 * expect: allocated site=new_parser count=20000 bytes=329600000
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
};

static struct parser *new_parser(void)
{
	struct parser *p = malloc(sizeof(*p));
	if (!p)
		abort();
	p->at = p->depth = p->deepest = 0;
	return p;
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
	struct parser *p = new_parser();
	size_t deepest = parse(p, request);
	free(p);
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
