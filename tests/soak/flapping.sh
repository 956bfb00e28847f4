# Rules by region and by thread on a program whose total is another number each time, RUNS times (50):
#   bash tests/soak/flapping.sh [RUNS]
# Build first: make check TESTS=
top_srcdir=$(cd "$(dirname "$0")/../.." && pwd)
export top_srcdir
RUNS=${1:-50} exec bash "$top_srcdir/tests/e2e/flapping.tap"
