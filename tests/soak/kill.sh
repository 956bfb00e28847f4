# Ends counting programs many times, and looks for everything they had counted in the dump:
#   bash tests/soak/kill.sh [TIMES]        200 by default, of each kind
# Build first: make check TESTS=
. "$(dirname "$0")/../lib.sh"
. "$top_srcdir/tests/loss/losing.sh"
times=${1:-200}

for threads in 1 8; do
	tap_case "SIGKILL, $threads thread(s), $times times" killed $threads "$times"
	for mode in exit _exit abort segv; do
		tap_case "out of memory, then $mode, $threads thread(s), $times times" limited $threads $mode "$times"
	done
	tap_case "the OOM killer, $threads thread(s), $times times" starved $threads "$times"
done
tap_end
