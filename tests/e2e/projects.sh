# Projects with test suites that we did not write, compiled without their build systems (seconds), and edited. Sourced
# by tests/e2e/regressions.tap and tests/soak/regressions.sh. Sources lie in $tmp/NAME, edited ones in $tmp/NAME.EDIT.

# edit FILE OLD NEW: puts NEW in the place of OLD, which stands there exactly once.
edit()
{
	old=$2 new=$3 perl -0777 -i -pe '$n = () = /\Q$ENV{old}\E/g; s/\Q$ENV{old}\E/$ENV{new}/; END { $? = $n != 1 }' "$1" && return
	echo "${1##*/} does not have it once: $2"
	return 1
}

# jansson: a library, and test programs that find it in $tmp/use, which leads to the one that is wanted.
jansson_defines=(-DINITIAL_HASHTABLE_ORDER=3 -DUSE_URANDOM=1
	-DHAVE_{STDINT_H,UNISTD_H,FCNTL_H,SYS_TIME_H,SYS_TYPES_H,SYS_STAT_H,LOCALE_H,SETLOCALE,LOCALECONV,SCHED_YIELD}=1
	-DHAVE_{ATOMIC_BUILTINS,CLOSE,OPEN,READ,GETPID,GETTIMEOFDAY}=1)

# jansson_sources NAME: a copy, as configure leaves it.
jansson_sources()
{
	mkdir -p "$tmp/$1" && cp -r "$sources/src" "$sources/test" "$tmp/$1" && chmod -R u+w "$tmp/$1" || return 1
	sed 's/@json_inline@/inline/; s/@json_[a-z_]*@/1/' "$sources/src/jansson_config.h.in" >"$tmp/$1/src/jansson_config.h"
	: >"$tmp/$1/src/jansson_private_config.h"
}

# jansson_objects NAME [FLAG..] -- FILE.c..: compiles them in place.
jansson_objects()
{
	local dir=$tmp/$1/src flags=() file
	shift
	while [ "$1" != -- ]; do
		flags+=("$1")
		shift
	done
	shift
	for file; do
		"${CC:-gcc}" -w -g -fPIC "${jansson_defines[@]}" "${flags[@]}" -c "$dir/$file" -o "$dir/${file%.c}.o" || return 1
	done
}

# jansson_library NAME: links its objects.
jansson_library()
{
	"${CC:-gcc}" -shared -Wl,-soname,libjansson.so.4 "$tmp/$1"/src/*.o -o "$tmp/$1/libjansson.so.4"
}

# jansson_programs NAME: compiles the test programs, into $tmp/NAME/suites/api and $tmp/NAME/bin, where the suites look for them.
jansson_programs()
{
	local dir=$tmp/$1 file name
	mkdir -p "$dir/suites/api" "$dir/bin"
	: >"$dir/suites/api/Makefile"
	for file in "$dir"/test/suites/api/test_*.c "$dir/test/bin/json_process.c"; do
		name=${file##*/}
		name=${name%.c}
		[ "$name" = json_process ] && name=bin/$name || name=suites/api/$name
		"${CC:-gcc}" -w -g "${jansson_defines[@]}" -I"$dir/src" "$file" -o "$dir/$name" "$dir/libjansson.so.4" \
			-Wl,-rpath,"$tmp/use" || return 1
	done
}

# jansson_edit NAME FILE.c OLD NEW: the library with one change: $tmp/NAME/libjansson.so.4.
jansson_edit()
{
	mkdir -p "$tmp/$1" && cp -r "$tmp/jansson/src" "$tmp/$1" && edit "$tmp/$1/src/$2" "$3" "$4" &&
		jansson_objects "$1" -O2 -- "$2" && jansson_library "$1"
}

# The edits. One allocation more, in one function:
jansson_more()
{
	jansson_edit more load.c '    json_t *object = json_object();
    if (!object)
        return NULL;' '    json_t *object = json_object();
    if (!object)
        return NULL;
    jsonp_free(jsonp_malloc(24));'
}

# One less: what is no array and no object needs no table of those that it lies in.
jansson_less()
{
	jansson_edit less dump.c '    if (hashtable_init(&parents_set))' '    if (!json_is_array(json) && !json_is_object(json))
        return do_dump(json, flags, 0, NULL, callback, data);

    if (hashtable_init(&parents_set))'
}

# Leaks on the path that every error takes.
jansson_leak()
{
	case $1 in
	definite) jansson_edit definite error.c '    error->line = line;' '    jsonp_strdup("definite");
    error->line = line;' ;;
	indirect) jansson_edit indirect error.c '    error->line = line;' '    void **owner = jsonp_malloc(sizeof(*owner));
    if (owner)
        *owner = jsonp_strdup("indirect");
    error->line = line;' ;;
	possible) jansson_edit possible error.c '    error->line = line;' '    static char *inside;
    if (!inside && (inside = jsonp_malloc(64)))
        inside += 16;
    error->line = line;' ;;
	reachable) jansson_edit reachable error.c '    error->line = line;' '    static struct kept {
        struct kept *next;
    } *list;
    struct kept *kept = jsonp_malloc(sizeof(*kept));
    if (kept) {
        kept->next = list;
        list = kept;
    }
    error->line = line;' ;;
	esac
}

# Nothing that allocates: lines moved, a function added, another level of optimisation, another directory.
jansson_unrelated()
{
	local dir=$tmp/elsewhere/far/away file
	mkdir -p "$dir" && cp -r "$tmp/jansson/src" "$dir" && rm -f "$dir"/src/*.o || return 1
	for file in "$dir"/src/*.c; do
		{ printf '/* Moved down. */\n\n\n'; cat "$file"; } >"$file.new" && mv "$file.new" "$file"
	done
	edit "$dir/src/load.c" 'static json_t *parse_array(' 'int jansson_of_no_use(int n) {
    return n + 1;
}

static json_t *parse_array(' || return 1
	(cd "$dir/src" && jansson_objects elsewhere/far/away "$@" -- *.c) && jansson_library elsewhere/far/away
}

# A function that allocates under another name.
jansson_renamed()
{
	mkdir -p "$tmp/renamed" && cp -r "$tmp/jansson/src" "$tmp/renamed" &&
		sed -i 's/\<init_pair\>/make_pair/g' "$tmp/renamed/src/hashtable.c" &&
		jansson_objects renamed -O2 -- hashtable.c && jansson_library renamed
}

# cJSON: each test program has the library's source in itself.
cjson_programs=(misc_tests parse_with_opts parse_examples print_value compare_tests)

# cjson_build NAME [FLAG..]: into $tmp/NAME/tests, beside the files that they read.
cjson_build()
{
	local dir=$tmp/$1 program
	shift
	for program in unity/src/unity "${cjson_programs[@]}"; do
		"${CC:-gcc}" -w -g "$@" -I"$dir/tests/unity/src" -c "$dir/tests/$program.c" -o "$dir/${program##*/}.o" || return 1
	done
	for program in "${cjson_programs[@]}"; do
		"${CC:-gcc}" "$dir/$program.o" "$dir/unity.o" -lm -o "$dir/tests/$program" || return 1
	done
}

# cjson_sources NAME
cjson_sources()
{
	mkdir -p "$tmp/$1" && cp -r "$sources"/cJSON*.[ch] "$sources/tests" "$tmp/$1" && chmod -R u+w "$tmp/$1"
}
