# What a room's objects call: format/ is pure, lib/ has no stdio and never ends the host, a view never
# prints, a renderer never sorts. Read from the objects, so that no macro hides a call.
. "$top_srcdir/tests/lib.sh"
need nm
cd "$top_builddir" || exit 99

stdio='_*f?printf(_chk)?|_*vf?printf(_chk)?|f?puts|putchar|_?IO_putc|f?putc|fwrite|fopen|stdout|stderr|perror'
memory='malloc|calloc|realloc|free|strdup|asprintf'
ending="exit|_exit|abort|__assert_fail"

# never ROOM FUNCTIONS WHAT [EXCEPT-FILE]
never()
{
	local found
	find "$1" -maxdepth 2 -name '*.o' >"$tmp/objects" 2>/dev/null
	[ -s "$tmp/objects" ] || return 0
	found=$(xargs nm -A -u <"$tmp/objects" | grep -E " U ($2)(@.*)?\$" | grep -vE "${4:-^\$}")
	[ -z "$found" ] || { echo "$found"; fail "$1/ $3"; }
}
never format "$stdio|$memory|$ending" "is not pure"
never tools/view "$stdio" "prints: that is a renderer's work"
never tools/render "qsort|qsort_r|bsearch" "sorts: that is a view's work"
never lib "$stdio|strdup|asprintf|exit|abort|__assert_fail" "uses stdio or ends the host"
exit 0
