# The thresholds of findings: tools/view/thresholds.def (as `leakreport --threshold=help` lists it),
# doc/FINDINGS.md and leakreport(1) have the same names, defaults and texts; each stands in the section
# of its own finding.
. "$top_srcdir/tests/lib.sh"

"$top_builddir/leakreport" --threshold=help >"$tmp/help" || fail "--threshold=help ends with $?"
sed -E 's/^([^ ]+) +([^ ]+) +/\1|\2|/' "$tmp/help" | sort >"$tmp/table"
[ -s "$tmp/table" ] || fail "no thresholds are listed"
[ "$(grep -c '^LR_THRESHOLD(' "$top_srcdir/tools/view/thresholds.def")" = "$(wc -l <"$tmp/table")" ] ||
	fail "--threshold=help does not list the rows of tools/view/thresholds.def"
[ "$(cut -d'|' -f1 "$tmp/table" | uniq -d | wc -l)" = 0 ] || fail "a name stands twice in tools/view/thresholds.def"
grep -vE '^[a-z]+\.[a-z]+\.[a-z_]+\|' "$tmp/table" && fail "such a name is not one: kind.of_finding.word"

awk -F ' *[|] *' '
	/^## / { section = substr($0, 4) }
	/^[|] `[a-z]+[.][a-z]+[.]/ {
		name = $2
		gsub(/`/, "", name)
		if (index(name, section ".") != 1)
			print name " stands in the section " section
		print name "|" $3 "|" $4
	}' "$top_srcdir/doc/FINDINGS.md" | sort >"$tmp/findings"
diff "$tmp/table" "$tmp/findings" || fail "the table (<) and doc/FINDINGS.md (>) differ"

awk '
	/^[.]It [a-z]+[.][a-z]+[.][a-z_]+ = / { name = $2; value = $4; next }
	name { gsub(/\\-/, "-"); print name "|" value "|" $0; name = "" }
	' "$top_srcdir/man/leakreport.1" | sort >"$tmp/page"
diff "$tmp/table" "$tmp/page" || fail "the table (<) and leakreport(1) (>) differ"
exit 0
