# The man pages are free of mistakes, as mandoc sees them.
. "$top_srcdir/tests/lib.sh"
need mandoc
mandoc -T lint -W warning "$top_srcdir"/man/*.[0-9] >"$tmp/out" 2>&1
# Not mistakes: references to pages that are not installed on this machine.
grep -v 'referenced manual not found' "$tmp/out" && fail "mandoc complains"
exit 0
