# Every C file is as clang-format makes it, by the repository's .clang-format.
. "$top_srcdir/tests/lib.sh"
need clang-format
cd "$top_srcdir" || exit 99
find include format lib tools demos examples tests bench '(' -name '*.[ch]' -o -name '*.cc' ')' -print 2>/dev/null | sort >"$tmp/files"
[ -s "$tmp/files" ] || fail "no sources found in $top_srcdir"
xargs clang-format --style=file --dry-run --Werror <"$tmp/files" || fail "run clang-format -i on these"
xargs wc -l <"$tmp/files" | awk '$2 != "total" && $1 > 450 { print "note: " $2 " has " $1 " lines" }'
exit 0
