# Who may include whom: data flows one way, and an include never points back. The rows are those of
# doc/ARCHITECTURE.md; the rooms inside tools/ stand in the order of the flow.
. "$top_srcdir/tests/lib.sh"
cd "$top_srcdir" || exit 99

# A room and the rooms whose headers it may include, besides its own. A path belongs to the longest
# room that it begins with. tools/ itself and tools/cmd see all of tools/.
cat >"$tmp/rows" <<'ROWS'
include
format
lib		lib format include
tools/util	format
tools/model	tools/util tools format
tools/symbols	tools/model tools/util tools format
tools/suppress	tools/util format
tools/view	tools/suppress tools/symbols tools/model tools/util tools format
tools/render	tools/check tools/suppress tools/view tools/symbols tools/model tools/util tools format
tools/check	tools/suppress tools/view tools/symbols tools/model tools/util tools format
tools/cmd	tools/suppress tools/check tools/render tools/view tools/symbols tools/model tools/util tools format
tools		tools/suppress tools/cmd tools/check tools/render tools/view tools/symbols tools/model tools/util format
demos		include
ROWS

find ./include ./format ./lib ./tools ./demos '(' -name '*.[ch]' -o -name '*.cc' -o -name '*.def' ')' -print 2>/dev/null |
	sed 's|^\./||' | sort >"$tmp/files"
[ -s "$tmp/files" ] || fail "no sources found in $top_srcdir"

awk -v files="$tmp/files" '
	function room_of(path,    r, best) {
		best = ""
		for (r in allowed)
			if (index(path, r "/") == 1 && length(r) > length(best))
				best = r
		return best
	}
	{ room = $1; $1 = ""; allowed[room] = $0 " " room " " }
	END {
		while ((getline file < files) > 0) {
			from = room_of(file)
			line = 0
			while ((getline text < file) > 0) {
				line++
				if (text !~ /^[ \t]*#[ \t]*include[ \t]*"/)
					continue
				split(text, part, "\"")
				to = part[2] == "leaktrace.h" ? "include" : room_of(part[2])
				if (to == "") {
					print file ":" line ": \"" part[2] "\" does not name its room: \"lib/x.h\", or <config.h>"
					bad = 1
				} else if (index(allowed[from], " " to " ") == 0) {
					print file ":" line ": " from "/ may not include " part[2]
					bad = 1
				}
			}
			close(file)
		}
		exit bad
	}' "$tmp/rows" || fail "includes that point against the flow"

exit 0
