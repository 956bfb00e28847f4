# Each hostile program many times: hostile.sh [RUNS] [ROW...] (50, all). Half an hour.
# time-limit: 7200
RUNS=${1:-50}
[ $# -gt 0 ] && shift
ROWS="$*"
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib.sh"
need_library
. "$top_srcdir/tests/hostile/cases.sh"
run_rows | tee "$tmp/results" | grep -vE '^ok'
echo "$(grep -c '^ok' "$tmp/results") rows passed, $(grep -c '^not ok' "$tmp/results") failed, $RUNS runs of each"
! grep -q '^not ok' "$tmp/results"
