# What ./quickstart and ./run-tests share: packages, and a build. Sourced by both, from the top of
# the source tree. Nothing is downloaded when everything is there.

# What is built with.
build_packages=(
	gcc libc6-dev make autoconf automake libtool pkg-config
	libunwind-dev libjansson-dev libzstd-dev libdw-dev libiberty-dev
)
# What only tests use. `a|b`: whichever of the two this system has. redis-tools holds the server too,
# and starts no service.
test_packages=(
	g++ clang clang-format libcmocka-dev valgrind gdb mandoc strace procps util-linux libcap2-bin file xz-utils
	sqlite3 python3 python3-jsonschema perl git jq libxml2-utils redis-tools
	spin bash-completion cmark-gfm libjemalloc2 libjemalloc-dev 'libtcmalloc-minimal4|libtcmalloc-minimal4t64' 'libmimalloc2.0|libmimalloc3'
	googletest libgtest-dev check cmake meson ninja-build yamllint python3-yaml
)

step()
{
	printf '==> %s\n' "$*"
}

die()
{
	printf '%s\n' "$*" >&2
	exit 1
}

as_root()
{
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "This needs root and there is no sudo. As root: $*"
	fi
}

is_installed()
{
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# The packages of the list that are not installed, one per line, alternatives kept.
lacking()
{
	local entry name names
	for entry; do
		IFS='|' read -ra names <<<"$entry"
		for name in "${names[@]}"; do
			is_installed "$name" && continue 2
		done
		echo "$entry"
	done
}

# install_packages must|may PACKAGE...: installs what is not there. With `may`, a package that this
# system does not know, or cannot fetch, is told and left out: its tests will say that they are skipped.
install_packages()
{
	local force=$1 entry name names missing wanted=()
	shift
	if ! command -v dpkg-query >/dev/null; then
		step "not a Debian or Ubuntu system: configure will say what is missing"
		return 0
	fi
	mapfile -t missing < <(lacking "$@")
	[ ${#missing[@]} -gt 0 ] || return 0
	step "installing ${missing[*]}"
	run_logged as_root apt-get update || step "apt-get update failed; going on with the lists that are here"
	for entry in "${missing[@]}"; do
		IFS='|' read -ra names <<<"$entry"
		for name in "${names[@]}"; do
			if apt-cache show "$name" >/dev/null 2>&1; then
				wanted+=("$name")
				continue 2
			fi
		done
		[ "$force" = may ] || die "apt knows no package $entry, which leaktrace is built with"
		step "no package $entry here: what needs it is skipped"
	done
	[ ${#wanted[@]} -gt 0 ] || return 0
	if ! run_logged as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y --no-install-recommends "${wanted[@]}"; then
		[ "$force" = may ] || die "apt-get could not install ${wanted[*]}; see $log"
		step "apt-get could not install all of it: what needs it is skipped"
	fi
}

# unpack_program PROGRAM PACKAGE: a program whose package would start a service is taken out of it instead, and
# found in PATH from then on. Where that is not possible its tests say that they are skipped.
unpack_program()
{
	local dir
	PATH=$PATH:/usr/sbin
	export PATH
	command -v "$1" >/dev/null && return 0
	command -v apt-get >/dev/null && command -v dpkg >/dev/null || return 0
	step "unpacking $1 out of $2"
	dir=$(mktemp -d) && chmod 755 "$dir" || return 0
	(cd "$dir" && apt-get download "$2" && dpkg -x "$2"_*.deb .) >>"$log" 2>&1 || step "no package $2 here: what needs $1 is skipped"
	unpacked+=("$dir")
	PATH=$PATH:$dir/usr/sbin:$dir/usr/bin
}
unpacked=()

# The machine's own lines of apt's sources, made into such for source packages, as a directory of lists.
source_lines()
{
	local file
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ -r "$file" ] && sed -n 's/^[[:space:]]*deb\([[:space:]]\)/deb-src\1/p' "$file"
	done >"$1/lines.list"
	for file in /etc/apt/sources.list.d/*.sources; do
		[ -r "$file" ] && sed 's/^[Tt]ypes:.*/Types: deb-src/' "$file" >"$1/${file##*/}"
	done
	return 0
}

# fetch_sources PROJECT...: the sources of projects that have a test suite in C, as this system's archive carries them,
# each in a directory of its name below the one that TEST_SOURCES names from then on (set before, it is used as it is).
# apt does this with lists and a cache of its own, so that the machine's are left alone and no rights are needed. What
# cannot be had is left out: its tests say that they are skipped.
fetch_sources()
{
	local dir project apt
	[ -z "${TEST_SOURCES:-}" ] && command -v apt-get >/dev/null || return 0
	step "fetching the sources of $*"
	dir=$(mktemp -d) && chmod 755 "$dir" || return 0
	mkdir -p "$dir"/.apt/{lines,state/lists/partial,cache/archives/partial}
	source_lines "$dir/.apt/lines"
	apt=(timeout 120 apt-get -o Dir::State="$dir/.apt/state" -o Dir::State::status=/var/lib/dpkg/status -o Dir::Cache="$dir/.apt/cache"
		-o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$dir/.apt/lines" -o Acquire::Retries=1)
	run_logged "${apt[@]}" update
	for project; do
		mkdir -p "$dir/$project" "$dir/.apt/$project"
		(cd "$dir/.apt/$project" && run_logged "${apt[@]}" source --download-only "$project")
		run_logged tar -xf "$(find "$dir/.apt/$project" -name '*.orig.tar.*' ! -name '*.asc')" -C "$dir/$project" \
			--strip-components=1 --no-same-owner || {
			step "no sources of $project here: what needs them is skipped"
			rm -rf "${dir:?}/$project"
		}
	done
	rm -rf "$dir/.apt"
	chmod -R a+rX "$dir"
	unpacked+=("$dir")
	export TEST_SOURCES=$dir
}

# Output of steps that go well is kept in this file and not shown.
log=${TMPDIR:-/tmp}/leaktrace-setup.$(id -u).$$.log
run_logged()
{
	"$@" >>"$log" 2>&1 </dev/null
}

# must COMMAND...: or the end of its output is shown and nothing further is done.
must()
{
	run_logged "$@" || {
		tail -n 40 "$log"
		die "failed: $* (all of its output: $log)"
	}
}

# A checkout has no configure script at first; make itself renews what grows old later.
make_configure()
{
	if [ ! -x configure ] || [ ! -e Makefile.in ] || [ configure.ac -nt configure ]; then
		step "autoreconf"
		must autoreconf -fi
	fi
}

# build_in DIR [CONFIGURE-OPTION...]: configures (again, when the options are others) and makes.
build_in()
{
	local dir=$1
	shift
	mkdir -p "$dir"
	if [ ! -e "$dir/config.status" ] || [ configure -nt "$dir/config.status" ] ||
		[ "$(cat "$dir/.options" 2>/dev/null)" != "$*" ]; then
		step "configure $*"
		(cd "$dir" && must ../configure "$@" && echo "$*" >.options) || exit 1
	fi
	step "make in $dir"
	must make -C "$dir" -j"$(nproc)"
}
