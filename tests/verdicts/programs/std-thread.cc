// std::thread: one runs detached with its argument, one has been joined and has lost what it made.
// truth: definite 1 block 21 bytes; reachable 1 block 51 bytes
#include "../verdicts.h"
#include <string>
#include <thread>

static void waits(std::string text)
{
	escape(&text);
	ready();
	for (;;)
		pause();
}

APART static void begin()
{
	char c;
	if (pipe(verdicts_ready))
		abort();
	std::thread(waits, std::string(50, 'x')).detach();
	std::thread([] { made(21); }).join();
	if (read(verdicts_ready[0], &c, 1) != 1)
		abort();
}

int main()
{
	begin();
	clear();
}
