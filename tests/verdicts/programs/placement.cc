// An object made in static memory by placement new, never destroyed, owns blocks; one made in a
// block that is freed without destroying it has lost its own.
// truth: definite 1 block 101 bytes; reachable 2 blocks 133 bytes
#include "../verdicts.h"
#include <new>
#include <string>
#include <vector>

alignas(8) static char room[sizeof(std::vector<std::string>)];

APART static void make()
{
	void *block = made(sizeof(std::string));
	new (room) std::vector<std::string>(1, std::string(100, 'x'));
	free(escape(new (block) std::string(100, 'y')));
	escape(room);
}

int main()
{
	make();
	clear();
}
