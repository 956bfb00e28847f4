// thread_local objects: a waiting thread's live; an ended thread's have been destroyed, but for
// what one has released.
// truth: definite 1 block 33 bytes; reachable 2 blocks 265 bytes
#include "../verdicts.h"
#include <string>
#include <vector>

static thread_local std::vector<std::string> local;
static thread_local void *plain;

static void *waits(void *unused)
{
	local.emplace_back(200, 'x');
	local.emplace_back(2, 'x');
	local.shrink_to_fit();
	ready();
	for (;;)
		pause();
	return unused;
}

static void *ends(void *unused)
{
	local.emplace_back(200, 'y');
	plain = made(33);
	escape(&plain);
	return unused;
}

int main()
{
	pthread_t thread;
	start(waits, nullptr);
	if (pthread_create(&thread, nullptr, ends, nullptr) || pthread_join(thread, nullptr))
		abort();
	clear();
}
