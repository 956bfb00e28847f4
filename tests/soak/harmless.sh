# Everyday programs and hostile ones with and without the tracer, many times each, and some of them over
# other allocators:   bash tests/soak/harmless.sh [TIMES]        50 by default
. "$(dirname "$0")/../lib.sh"
need_library
times=${1:-50} status=0

# library FILE: its path, empty where it is not installed.
library()
{
	ldconfig -p | awk -v name="$1" '$1 == name { print $NF; exit }'
}

(exec 9>&-; RUNS=$times bash "$top_srcdir/tests/e2e/harmless.tap") || status=1
for name in libjemalloc.so.2 libtcmalloc_minimal.so.4 libmimalloc.so.2; do
	path=$(library $name)
	[ -n "$path" ] || continue
	echo "# over $name:"
	RUNS=$(((times + 9) / 10)) BEHIND="$path" bash "$top_srcdir/tests/e2e/harmless.tap" || status=1
done
exit $status
