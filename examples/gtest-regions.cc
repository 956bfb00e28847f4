// Each googletest test becomes a region of its name, so that a budget can hold tests one by one:
//
//   region:FactorialTest.*:allocations<=4
//
// Compile this file with the tests; nothing else is to be done. Without leaktrace it does nothing.
// What a fixture's SetUp() and TearDown() allocate counts to the test; what googletest does to
// print it does not.
#include <algorithm>
#include <string>
#include <gtest/gtest.h>
#include <leaktrace.h>

namespace
{

class Regions : public testing::EmptyTestEventListener
{
	void OnTestStart(const testing::TestInfo &test) override
	{
		std::string name = std::string(test.test_suite_name()) + "." + test.name();
		// A slash parts a region from the one around it; names of parametrised tests have
		// some.
		std::replace(name.begin(), name.end(), '/', ':');
		leaktrace_region_begin(name.c_str());
	}
	void OnTestEnd(const testing::TestInfo &) override
	{
		leaktrace_region_end(nullptr);
	}
};

// The listener that is appended last begins last, and ends first.
const bool appended = [] {
	testing::UnitTest::GetInstance()->listeners().Append(new Regions);
	return true;
}();

} // namespace
