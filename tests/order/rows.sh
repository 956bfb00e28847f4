# order_rows ROUNDS CALLS: a case for each allocator and each way to make it hand addresses on quickly.
order_rows()
{
	local one=glibc.malloc.arena_max=1 none=glibc.malloc.tcache_count=0
	tap_case "glibc" pairing "$@"
	tap_case "glibc, one arena" pairing "$@" GLIBC_TUNABLES=$one
	tap_case "glibc, no thread caches" pairing "$@" GLIBC_TUNABLES=$none
	tap_case "glibc, one arena, no thread caches" pairing "$@" GLIBC_TUNABLES=$one:$none
	tap_case "glibc, stacks of all releases" pairing "$@" GLIBC_TUNABLES=$one:$none LEAKTRACE_FREE_STACKS=all
	tap_case "tcmalloc" pairing "$@" PRELOAD=libtcmalloc_minimal.so.4
	tap_case "jemalloc" pairing "$@" PRELOAD=libjemalloc.so.2
	tap_case "mimalloc" pairing "$@" PRELOAD=libmimalloc.so.2
	tap_case "64 threads that come and go" pairing 8 $(($2 / 4)) GLIBC_TUNABLES=$one:$none
	tap_case "signal handlers that allocate" signalled "$2"
	tap_case "killed" killed_pairing 1 200000
	tap_case "killed while threads come and go" killed_pairing 8 3000
	tap_case "killed, one arena, no thread caches" killed_pairing 1 200000 GLIBC_TUNABLES=$one:$none
}
