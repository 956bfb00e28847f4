# The options and commands that a tool's --help lists are those of its man page.
. "$top_srcdir/tests/lib.sh"

# compare TOOL: --words anywhere in --help, against the entries `.It Fl Fl word` of the page.
compare()
{
	local page=$top_srcdir/man/$1.1
	"$top_builddir/$1" --help >"$tmp/help" || fail "$1 --help ends with $?"
	grep -oE -- '--[a-z][a-z-]*' "$tmp/help" | sort -u >"$tmp/in-help"
	sed 's/\\-/-/g' "$page" | sed -n '/^\.It Fl/s/.*Fl -\{0,1\}\(Fl \)\{0,1\}-\{0,1\}\([a-z][a-z-]\{1,\}\).*/--\2/p' |
		sort -u >"$tmp/in-page"
	diff "$tmp/in-help" "$tmp/in-page" || fail "$1 --help (<) and its man page (>) list other options"
}
compare leakreport
compare leaktrace

# Commands stand, indented by two, below "Commands:" in --help, and as .It Cm in the page.
"$top_builddir/leakreport" --help | sed -n '/^Commands/,/^$/s/^  \([a-z][a-z-]*\).*/\1/p' | sort -u >"$tmp/in-help"
sed -n 's/^\.It Cm \([a-z-]*\).*/\1/p' "$top_srcdir/man/leakreport.1" | sort -u >"$tmp/in-page"
[ -s "$tmp/in-help" ] || fail "leakreport --help lists no commands"
diff "$tmp/in-help" "$tmp/in-page" || fail "leakreport --help (<) and its man page (>) list other commands"
exit 0
