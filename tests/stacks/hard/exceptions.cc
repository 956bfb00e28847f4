// C++: exceptions between two allocations, destructors of thread-local objects, static objects.
#include "tests/stacks/hard/hard.h"

#include <stdexcept>
#include <thread>

extern "C" {
void *volatile kept;
}

struct at_leave {
	size_t size;
	FRAME explicit at_leave(size_t n) : size(n)
	{
	}
	// A landing pad: called while the exception is on its way.
	FRAME ~at_leave()
	{
		ALLOCATE(size);
	}
};

extern "C" {
// stack 74001: thrower catcher main
// stack 74007: thrower through catcher main
FRAME void thrower(int n, size_t size)
{
	ALLOCATE(size);
	if (n)
		throw std::runtime_error("away");
}

// stack 74002: at_leave::~at_leave() through catcher main
FRAME void through(int n)
{
	at_leave guard(74002);
	thrower(n, 74007);
}

// stack 74003: after catcher main
FRAME void after()
{
	ALLOCATE(74003);
}

FRAME void catcher(int n)
{
	try {
		thrower(0, 74001);
		through(n);
	} catch (const std::exception &) {
		after();
	}
	NOT_LAST();
}

// Down many frames and out of some of them, time and again: caught half way, thrown on, thrown anew
// by a handler, while blocks are allocated on every floor. stack 74010: sound floors ...
// through_floors main
FRAME void sound(size_t size)
{
	ALLOCATE(size);
}
FRAME void floors(int depth, int limit)
{
	at_leave guard(74011);
	sound(74010);
	if (depth == 0)
		throw depth;
	if (depth % 5 != limit) {
		floors(depth - 1, limit);
		sound(74010);
		return;
	}
	try {
		floors(depth - 1, limit);
	} catch (int got) {
		sound(74010);
		if (depth % 3 == 0)
			throw;
		if (depth % 2 == 0)
			throw got + depth;
	}
	sound(74010);
	NOT_LAST();
}
// stack 74012: sound through_floors main
FRAME void through_floors(int limit)
{
	try {
		floors(40, limit);
	} catch (int) {
		sound(74012);
	}
	sound(74012);
	NOT_LAST();
}

// stack 74004: at_leave::~at_leave() ... |
FRAME void in_thread()
{
	static thread_local at_leave local(74004);
	kept = &local;
	NOT_LAST();
}

// stack 74005: made_by_new main
FRAME void made_by_new()
{
	char *p = new char[74005];
	kept = p;
	delete[] p;
	NOT_LAST();
}
}

// stack 74006: at_leave::~at_leave() ... |
static at_leave last(74006);

int main(int argc, char **)
{
	for (int i = 0; i < 3; i++)
		catcher(argc);
	for (int i = 0; i < 20; i++)
		through_floors(i % 5);
	std::thread(in_thread).join();
	made_by_new();
	NOT_LAST();
	return 0;
}
