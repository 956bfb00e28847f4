# What the tests of suites share. Sourced first, in place of tests/lib.sh, which it brings.
. "$top_srcdir/tests/lib.sh"
# A project's own make is told nothing by ours.
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL MAKE_TERMOUT MAKE_TERMERR TESTS TESTS_ENVIRONMENT LEAKTRACE CC CXX

# The dumps of checks that fail are kept.
export TMPDIR=$tmp

# told TEXT [FILE]: it stands there, by default in $log.
told()
{
	local file=${2:-$log}
	grep -q -e "$1" "$file" && return
	echo "'$1' is not told:"
	cat "$file"
	return 1
}

# make_prefix: what make install puts where people's tools look for it, as links; sets prefix, and puts its commands first.
make_prefix()
{
	prefix=$tmp/usr
	mkdir -p "$prefix"/{bin,include,share/aclocal,share/cmake}
	ln -s "$leaktrace" "$leakreport" "$prefix/bin"
	ln -s "$top_srcdir/include/leaktrace.h" "$prefix/include"
	ln -s "$top_srcdir/share" "$prefix/share/leaktrace"
	ln -s "$top_srcdir/share/cmake" "$prefix/share/cmake/leaktrace"
	ln -s "$top_srcdir/m4/ax_leaktrace_check.m4" "$prefix/share/aclocal"
	PATH=$prefix/bin:$PATH
}

# make_project: real tests of three frameworks, out of their packages, with a makefile of each kind around them, in $project.
# cmocka's, which only its source has, are there when that is; then has_cmocka is set.
check_examples=/usr/share/doc/check/examples
gtest_samples=/usr/src/googletest/googletest/samples
make_project()
{
	[ -d "$check_examples" ] && [ -e /usr/include/check.h ] || skip "Check (package check) is not installed"
	[ -d "$gtest_samples" ] || skip "googletest is not installed"
	[ -e /usr/lib/x86_64-linux-gnu/libgtest.a ] || skip "libgtest-dev is not installed"
	project=$tmp/project
	mkdir -p "$project"/{src,tests,m4}
	(
		cd "$project" || exit
		cp "$top_srcdir"/tests/ci/project/{configure.ac,Makefile.am,CMakeLists.txt,meson.build} .
		cp "$top_srcdir/tests/ci/project/src.am" src/Makefile.am
		cp "$top_srcdir/tests/ci/project/tests.am" tests/Makefile.am
		cp "$check_examples"/src/{main.c,money.c,money.h} src
		cp "$check_examples/tests/check_money.c" "$gtest_samples"/sample1{.cc,.h,_unittest.cc} tests
		: >src/config.h
		printf '%s\n' '#!/bin/sh' '"$MAIN" | sed s/EUR/euros/ | sort >/dev/null' >tests/main.sh
		printf '%s\n' '#!/bin/sh' 'exit 77' >tests/skipped.sh
		chmod -R u+w . && chmod +x tests/*.sh
	) || exit 99
	has_cmocka=
	[ ! -d "${TEST_SOURCES:-/nonexistent}/cmocka" ] || {
		cp "$TEST_SOURCES/cmocka/tests/test_fixtures.c" "$project/tests"
		has_cmocka=yes
	}
}

# one_more: from now on each money that is made costs an allocation more.
one_more()
{
	sed -i 's/^ *m = malloc(.*/    void *volatile more = malloc(7);\n    free(more);\n&/' "$project/src/money.c"
	grep -q 'volatile more' "$project/src/money.c" || fail "money_create() is not what it was"
}
