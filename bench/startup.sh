# Target 6: what starting costs. `true` many times over, and what starts thousands of children.

startup_tools="bare leaktrace heaptrack_raw lsan"
startup_works=("shell pipelines" "git commands" configure)

# startup_command WORK: sets command, to be run in the inputs' directory.
startup_command()
{
	case $1 in
	"shell pipelines")
		command=(bash --norc -c 'for ((i = 0; i < 300; i++)); do
			echo "item $i of some" | sed "s/item/thing/" | sort | head -n 1 >/dev/null
			x=$(expr $i + 1)
		done')
		;;
	"git commands")
		command=(bash --norc -c 'for ((i = 0; i < 150; i++)); do
			git -C repo rev-parse main~$i
			git -C repo log -1 --format=%s main~$i
			git -C repo cat-file -t main
			git -C repo for-each-ref
		done >/dev/null')
		command -v git >/dev/null
		;;
	configure)
		rm -rf "$tmp/configured"
		mkdir "$tmp/configured"
		command=(bash --norc -c "cd '$tmp/configured' && '$srcdir/configure' >/dev/null")
		[ -x "$srcdir/configure" ]
		;;
	esac
}

startup_true()
{
	local t n bare_ms spent
	for t in $(those $startup_tools); do
		n=200
		[ "$t" != heaptrack_raw ] || n=10
		in_inputs "$t" -n $n /bin/true
		if [ "$status" != ok ]; then
			put startup true "$t" ms "$status"
			continue
		fi
		spent=$(calc "$wall / $n * 1000")
		[ "$t" != bare ] || bare_ms=$spent
		put startup true "$t" ms "$([ "$t" = bare ] && echo "$spent" || calc "$spent - $bare_ms")"
	done
}

# heaptrack does not follow children, and is left out of the programs that start them.
startup_children()
{
	local work=$1 t bare_wall dumps
	for t in $(those ${startup_tools/heaptrack_raw/}); do
		startup_command "$work"
		in_inputs "$t" "${command[@]}"
		if [ "$status" != ok ]; then
			put startup_children "$work" "$t" times "$status"
			[ "$t" != bare ] || return 0
			continue
		fi
		[ "$t" != bare ] || bare_wall=$wall
		put startup_children "$work" "$t" wall_s "$wall"
		put startup_children "$work" "$t" times "$(calc "$wall / $bare_wall")"
		if [ "$t" = leaktrace ]; then
			dumps=("$tmp"/dumps/*.bin)
			put startup_children "$work" processes dumps ${#dumps[@]}
		fi
	done
}

startup_measure()
{
	local i work repeats=$((rounds < 3 ? rounds : 3))
	for ((i = 1; i <= repeats; i++)); do
		if wanted "startup true"; then
			inputs_ready
			note "startup, round $i of $repeats: true"
			startup_true
		fi
		for work in "${startup_works[@]}"; do
			[ "$work" != configure ] || [ $i = 1 ] || continue
			wanted "startup $work" && startup_command "$work" || continue
			inputs_ready
			note "startup, round $i of $repeats: $work"
			startup_children "$work"
		done
	done
}

startup_show()
{
	if [ -n "$(works startup)" ]; then
		table startup ms %.2f "Starting, wall ms: of the bare program, and added by each tool" $startup_tools
	fi
	if [ -n "$(works startup_children)" ]; then
		table startup_children times %.2fx \
			"Programs that start many: dumps written, the bare program's seconds, and each tool's as a multiple" \
			processes:dumps:%.0f bare:wall_s:%.2fs leaktrace lsan
	fi
}

startup_targets()
{
	local work
	[ -z "$(works startup)" ] || target 6 "true: ms added" "$(median_of startup true leaktrace ms)" 5
	works startup_children | while read -r work; do
		target 6 "$work: wall time, of bare" "$(median_of startup_children "$work" leaktrace times)" 1.5
	done
}
