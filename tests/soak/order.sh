# The order between threads over long runs, TIMES times:   bash tests/soak/order.sh [TIMES]
# Build first: make check TESTS=
. "$(dirname "$0")/../lib.sh"
. "$top_srcdir/tests/order/ordering.sh"
. "$top_srcdir/tests/order/rows.sh"

for ((i = 0; i < ${1:-10}; i++)); do
	order_rows 4 250000
done
tap_end
