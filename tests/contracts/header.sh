# leaktrace.h is compiled without a warning by whatever compiler, in whatever version of C or C++, and links
# in whatever way without a word of the linker; programs run without the library.
. "$top_srcdir/tests/lib.sh"
cat >"$tmp/uses.c" <<'END'
#include <leaktrace.h>
void elsewhere(void);
#ifdef ELSEWHERE
void elsewhere(void)
{
	leaktrace_region_begin("elsewhere");
	leaktrace_region_end("");
}
#else
static void report(const char *text, const char *file, int line)
{
	printf("%s:%d %s\n", file, line, text);
}

int main(int argc, char **argv)
{
	struct leaktrace_counts before, now;
	int n = argc;
	leaktrace_assert_hook = report;
	elsewhere();
	leaktrace_stats(&before);
	LEAKTRACE_REGION("outer") {
		LEAKTRACE_REGION(argv[0]) {
			LEAKTRACE_ASSERT_NO_ALLOCATIONS {
				if (++n > 7)
					break;
			}
		}
	}
	leaktrace_stats(&now);
	leaktrace_assert_allocations_at_most(before, n);
	leaktrace_assert_bytes_at_most(before, 0);
	leaktrace_assert_unfreed_at_most(before, 0);
	leaktrace_thread_name("x");
	leaktrace_mark("x");
	leaktrace_pause();
	leaktrace_resume();
	leaktrace_ignore(&n);
	leaktrace_root(&n, sizeof(n));
	leaktrace_unroot(&n);
	leaktrace_scan();
	return leaktrace_is_traced() ? 1 : now.allocations != 0;
}
#endif
END
sed '/^int main/i namespace { struct scoped { leaktrace::region r; scoped() : r("scoped") {} } whole; }' "$tmp/uses.c" >"$tmp/uses.cc"

warnings="-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wcast-qual -Wundef -Wmissing-declarations -Wredundant-decls -Werror"
# compiles COMPILER STANDARD...: with those of the standards that it knows
compiles()
{
	local compiler=$1 source=$tmp/uses.c language=c known=stdio.h standard
	shift
	case $1 in c++*) source=$tmp/uses.cc language=c++ known=exception ;; esac
	command -v "${compiler%% *}" >/dev/null || return 0
	for standard; do
		echo "#include <$known>" | timeout 20 $compiler -std="$standard" -fsyntax-only -x $language - 2>/dev/null || continue
		timeout 20 $compiler -std="$standard" $warnings -I"$top_srcdir/include" -fsyntax-only "$source" ||
			fail "$compiler -std=$standard does not take it"
	done
}
compiles "gcc -Wstrict-prototypes -Wmissing-prototypes" c99 c11 c2x
compiles "clang -Wstrict-prototypes" c99 c11 c2x
compiles "g++ -Wold-style-cast -Wzero-as-null-pointer-constant" c++98 c++11 c++20
compiles "clang++ -Wold-style-cast" c++98 c++11 c++20

# links COMPILER SOURCE FLAGS: two files that include it, and what they make runs.
links()
{
	local compiler=$1 source=$2 file
	shift 2
	command -v "$compiler" >/dev/null || return 0
	for file in "" -DELSEWHERE; do
		timeout 20 $compiler $file -I"$top_srcdir/include" "$@" -c -o "$tmp/uses$file.o" "$source" ||
			fail "$compiler $* does not compile it"
	done
	timeout 20 $compiler "$@" -Wl,--fatal-warnings -o "$tmp/uses" "$tmp/uses.o" "$tmp/uses-DELSEWHERE.o" ||
		fail "$compiler $* does not link it"
	timeout 20 "$tmp/uses" || fail "$compiler $*: it runs otherwise without the library"
}
links gcc "$tmp/uses.c" -O0 -fPIE -pie
links clang "$tmp/uses.c" -O2 -fno-pie -no-pie
links gcc "$tmp/uses.c" -O2 -fno-pie -no-pie
links g++ "$tmp/uses.cc" -O2 -flto
if echo 'int main(void) { return 0; }' | gcc -static -x c -o "$tmp/static" - 2>/dev/null; then
	links gcc "$tmp/uses.c" -O2 -static
	links gcc "$tmp/uses.c" -O0 -fPIE -static-pie
fi
exit 0
