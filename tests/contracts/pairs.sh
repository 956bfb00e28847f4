# The table of pairs (format/pairs.def): numbers and keys are there once, names are those of its entry,
# functions are the C library's and exported, and FORMAT.md lists the numbers.
. "$top_srcdir/tests/lib.sh"
need nm
need_library
table=$top_srcdir/format/pairs.def

sed -n 's/^LTF_PAIR(//p' "$table" | tr -d '")' | sed 's/, */,/g' >"$tmp/pairs"
[ -s "$tmp/pairs" ] || fail "no pairs in $table"
awk -F, '
	NF != 8 { print; bad = 1 }
	$2 + 0 < 1 || $2 + 0 > 63 { print $2 ": not a number of a pair"; bad = 1 }
	number[$2]++ || key[$5]++ || name[$1]++ { print $1 ": number, key or name is there twice"; bad = 1 }
	END { exit bad }' "$tmp/pairs" || fail "rows of LTF_PAIR"

sed -nE 's/^LTF_(MAKES|RELEASES|BY_HAND)\(([A-Z_]+), ([A-Za-z0-9_]+).*/\2 \3/p' "$table" >"$tmp/functions"
sort "$tmp/functions" | uniq -d | grep . && fail "functions that are there twice"
cut -d' ' -f1 "$tmp/functions" | sort -u >"$tmp/used"
cut -d, -f1 "$tmp/pairs" | sort | diff - "$tmp/used" || fail "pairs (<) and what functions name (>) differ"

nm -D --defined-only "$lib" | awk '{ print $NF }' | sort >"$tmp/exported"
cut -d' ' -f2 "$tmp/functions" | sort | comm -23 - "$tmp/exported" | grep . && fail "functions without a hook"
libc=$(ldd "$lib" | awk '$1 == "libc.so.6" { print $3 }')
nm -D --defined-only "$libc" | awk '{ print $NF }' | sed 's/@.*//' | sort -u >"$tmp/libc"
cut -d' ' -f2 "$tmp/functions" | sort | comm -23 - "$tmp/libc" | grep . && fail "functions that the C library has not"

# "The numbers, by the functions that make them: 1 getaddrinfo, 2 regcomp, .."
tr '\n' ' ' <"$top_srcdir/doc/FORMAT.md" | sed 's/.*functions that make them: //; s/\..*//; s/, /\n/g' >"$tmp/told"
echo >>"$tmp/told"
awk -F, '{ print $2, $6 }' "$tmp/pairs" | diff - "$tmp/told" || fail "the table (<) and doc/FORMAT.md (>) differ"
exit 0
