# redis-server under load, with a background save in the middle: no error, the same data as without the
# tracer, and dumps of server and saving child that miss nothing. Sourced by redis.tap and by
# tests/soak/redis.sh after tests/lib.sh.
need_library
need jq timeout redis-cli redis-benchmark
server=$(redis_server) || skip "redis-server is not installed"

ask()
{
	timeout 30 redis-cli -p "$port" "$@"
}

start_server()
{
	local try
	for try in {1..20}; do
		port=$((20000 + RANDOM % 12000))
		(: </dev/tcp/127.0.0.1/$port) 2>/dev/null && continue
		timeout -k 5 300 env "$@" "$server" --port $port --bind 127.0.0.1 --save "" --appendonly no \
			--enable-debug-command local --dir "$tmp/data" >"$tmp/server.log" 2>&1 &
		server_pid=$!
		for try in {1..100}; do
			sleep 0.1
			[ "$(ask ping 2>/dev/null)" = PONG ] && return
			kill -0 $server_pid 2>/dev/null || break
		done
	done
	cat "$tmp/server.log"
	return 1
}

wait_for_save()
{
	local try
	for try in {1..200}; do
		ask info persistence | tr -d '\r' >"$tmp/info"
		grep -q '^rdb_bgsave_in_progress:0$' "$tmp/info" && break
		sleep 0.1
	done
	grep -q '^rdb_last_bgsave_status:ok$' "$tmp/info" && [ -s "$tmp/data/dump.rdb" ]
}

# load ROUNDS REQUESTS: prints what the data comes to.
load()
{
	local i benchmark
	ask eval 'for i = 1, 20000 do redis.call("set", "k" .. i, string.rep("x", i % 500)) end
		return 1' 0 >/dev/null || return 1
	for ((i = 0; i < $1; i++)); do
		timeout 200 redis-benchmark -p "$port" -c 8 -n "$2" -q \
			-t set,get,incr,lpush,rpop,sadd,hset,mset >>"$tmp/benchmark" 2>&1 &
		benchmark=$!
		if [ $i = 0 ]; then
			sleep 1
			ask bgsave >/dev/null && wait_for_save || { echo "the background save fails"; return 1; }
		fi
		wait $benchmark || { echo "redis-benchmark: $?"; return 1; }
	done
	tr '\r' '\n' <"$tmp/benchmark" | grep -i error && return 1
	ask info errorstats | grep errorstat_ && return 1
	ask dbsize
	ask debug digest
}

stop_server()
{
	ask shutdown nosave
	wait $server_pid
}

# served ROUNDS REQUESTS VARIABLE=VALUE...: leaves what the data came to in $tmp/came-to.
served()
{
	rm -rf "$tmp/data"
	mkdir -p "$tmp/data"
	start_server "${@:3}" || return 1
	load "$1" "$2" >"$tmp/came-to" || { cat "$tmp/came-to" "$tmp/benchmark"; stop_server; return 1; }
	stop_server || { echo "the server's status: $?"; cat "$tmp/server.log"; return 1; }
}

whole()
{
	"$leakreport" --format=json "$1" >"$tmp/json" || { echo "$1: leakreport: $?"; return 1; }
	jq -r '.summary | "\(.allocations) allocations, \(.frees) frees, \(.threads) threads"' "$tmp/json"
	jq -e '.coverage | .complete and .finished and ([.dropped_events, .frees_of_unknown, .overlaps, .gaps,
		.disordered, .damaged_events, .nested_calls, .events_without_stack] | add == 0)' \
		"$tmp/json" >/dev/null && return
	echo "$1:"
	jq .coverage "$tmp/json"
	return 1
}

# redis_under_load ROUNDS REQUESTS
redis_under_load()
{
	local dump
	served "$1" "$2" || return 1
	mv "$tmp/came-to" "$tmp/plain"
	served "$1" "$2" LD_PRELOAD="$lib" LEAKTRACE_OUT="$tmp/redis.bin" || return 1
	grep -i leaktrace "$tmp/server.log"
	diff "$tmp/plain" "$tmp/came-to" || return 1
	[ "$(echo "$tmp"/redis*.bin | wc -w)" = 2 ] || { ls "$tmp"; return 1; }
	for dump in "$tmp"/redis*.bin; do
		whole "$dump" || return 1
	done
	cat "$tmp/plain"
}
