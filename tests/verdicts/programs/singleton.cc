// An object that is made at its first use and never destroyed, on purpose.
// truth: reachable 3 blocks 157 bytes
#include "../verdicts.h"
#include <string>

struct config {
	std::string name = std::string(100, 'n');
	char *text = new char[16];
};

APART static config &settings()
{
	static config *c = new config;
	return *c;
}

int main()
{
	escape(&settings());
	clear();
}
