/* Compiled by test_symbols with -g -O2: names that need demangling, and methods inlined through
 * templates, lambdas and a local class. */
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace demo
{
template <typename T> struct Box {
	std::vector<T> items;
	void push(T item)
	{
		items.push_back(item);
	}
	T total() const
	{
		T sum{};
		for (const T &i : items)
			sum += i;
		return sum;
	}
};

__attribute__((noinline)) int fill(Box<int> &box, int n)
{
	struct Local {
		static int twice(int x)
		{
			return x * 2 + (x > 100 ? 7 : 3);
		}
	};
	auto add = [&box](int i) { box.push(Local::twice(i)); };
	for (int i = 0; i < n; i++)
		add(i);
	return box.total();
}
} // namespace demo

static std::string greet(const std::string &who)
{
	return "hello, " + who + " and a good day to you";
}

extern "C" std::size_t fixture_run(int n)
{
	demo::Box<int> box;
	auto text = std::make_unique<std::string>(greet(std::to_string(n)));
	return text->size() + (std::size_t)demo::fill(box, n);
}
