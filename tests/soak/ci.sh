# Suites at length: budgets of googletest's own tests (death tests fork and exec, 51 processes), held again and again; and a suite of
# some hundred tests under make -j, in one report. By hand: top_srcdir=.. top_builddir=. bash tests/soak/ci.sh
# time-limit: 600
. "$top_srcdir/tests/ci/lib.sh"
need_library
need g++ jq
make_prefix
make_project
cd "$tmp" || exit 99
gtest=/usr/src/googletest/googletest

for test in googletest-death-test-test googletest-param-test-test gtest_stress_test; do
	more=
	[ $test != googletest-param-test-test ] || more=$gtest/test/googletest-param-test2-test.cc
	main=-lgtest_main
	! grep -q '^int main' "$gtest/test/$test.cc" || main=
	# shellcheck disable=SC2086
	g++ -g -I"$gtest" -o $test "$gtest/test/$test.cc" $more $main -lgtest -lpthread || fail "$test does not build"
	leaktrace --check=$test.json --update --repeat=5 ./$test >log 2>&1 || fail "$test: $(tail -n 20 log)"
	passed=0
	for i in {1..20}; do
		leaktrace --check=$test.json ./$test >log 2>&1 && passed=$((passed + 1)) || tail -n 5 log
	done
	echo "$test: $passed of 20 runs within the budget"
	[ $passed = 20 ] || bad=1
done

# A suite of 300 tests, each a program with a forked child for each of its tests.
export ACLOCAL_PATH=$prefix/share/aclocal
cd "$project" || exit 99
for i in {1..300}; do
	printf '%s\n' '#!/bin/sh' 'exec ./check_money' >"tests/t$i.sh"
	echo "TESTS += t$i.sh" >>tests/Makefile.am
done
chmod +x tests/t*.sh
autoreconf -fi >log 2>&1 && mkdir build && cd build && ../configure >log 2>&1 && make -j4 check >log 2>&1 || fail "$(tail log)"
make -j4 update-leaktrace >log 2>&1 || fail "$(tail -n 20 log)"
make -j4 check-leaktrace >log 2>&1 || fail "$(tail -n 20 log)"
make -j4 report-leaktrace >log 2>&1 || fail "$(tail -n 20 log)"
dumps=$(find leaktrace-results/dumps -name '*.bin' | wc -l)
echo "one report on $dumps dumps"
[ "$dumps" -ge 1200 ] || fail "too few"
leakreport --format=json summary leaktrace-results/dumps | jq '.summary.allocations'
exit ${bad:-0}
