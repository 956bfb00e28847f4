# libleaktrace.so exports what lib/hooks.def and format/pairs.def list, nothing else: every other name would take over a
# function of some program. It needs libc alone, wants no executable stack and no text
# relocations, and is initialised first.
. "$top_srcdir/tests/lib.sh"
need nm readelf
need_library

{
	grep -oE '^LT_(HOOK|HOOK_MAYBE|HOOK_LATE|EXPORT)\([[:space:]]*[A-Za-z0-9_]+' "$top_srcdir/lib/hooks.def"
	grep -oE '^LTF_(MAKES|RELEASES)\([A-Z_]+, [A-Za-z0-9_]+' "$top_srcdir/format/pairs.def"
} | sed 's/.*[( ]//' | sort -u >"$tmp/listed"
nm -D --defined-only "$lib" | awk '{ print $NF }' | sed 's/@.*//' | sort -u >"$tmp/exported"
diff "$tmp/listed" "$tmp/exported" ||
	fail "the tables (<) and what libleaktrace.so exports (>) differ"

needed=$(readelf -d "$lib" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -vE '^(libc\.so\.6|ld-linux-x86-64\.so\.2)$')
[ -z "$needed" ] || fail "depends on more than libc: $needed"
readelf -d "$lib" | grep -q '(TEXTREL)' && fail "has text relocations"
readelf -lW "$lib" | grep 'GNU_STACK' | grep -q 'RWE' && fail "asks for an executable stack"
readelf -d "$lib" | grep -q 'INITFIRST' || fail "is not initialised first (-z initfirst)"
exit 0
