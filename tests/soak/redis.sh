# redis-server under load for about a minute:   bash tests/soak/redis.sh [ROUNDS]
. "$(dirname "$0")/../lib.sh"
. "$top_srcdir/tests/allocators/redis.sh"
tap_case "8 clients and a background save" redis_under_load "${1:-5}" 60000
tap_end
