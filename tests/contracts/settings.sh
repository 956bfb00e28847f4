# The table of settings (lib/config.def), libleaktrace(7) and README name the same LEAKTRACE_* variables.
. "$top_srcdir/tests/lib.sh"
cd "$top_srcdir" || exit 99

sed '/^[[:space:]]*\*/d' lib/config.def | tr '\n' ' ' | grep -oE 'LT_SETTING_[A-Z]+\([[:space:]]*[A-Z_]+,' |
	sed 's/.*([[:space:]]*\([A-Z_]*\),/LEAKTRACE_\1/' | sort -u >"$tmp/table"
[ -s "$tmp/table" ] || fail "no settings found in lib/config.def"

# The macros of leaktrace.h, which page and README have too, are none.
sed -n 's/^#define \(LEAKTRACE_[A-Z_]*\).*/\1/p' include/leaktrace.h | sort -u >"$tmp/macros"
grep -oE 'LEAKTRACE_[A-Z_]+' man/libleaktrace.7 | sort -u | comm -23 - "$tmp/macros" >"$tmp/man"
diff "$tmp/table" "$tmp/man" || fail "lib/config.def (<) and man/libleaktrace.7 (>) name other settings"

while read -r name; do
	grep -qE "^\.It Ev $name( |\$)" man/libleaktrace.7 || fail "$name has no entry of its own in libleaktrace(7)"
done <"$tmp/table"

grep -oE 'LEAKTRACE_[A-Z_]+' README.md | sort -u | comm -23 - "$tmp/macros" >"$tmp/readme"
unknown=$(comm -13 "$tmp/table" "$tmp/readme")
[ -z "$unknown" ] || fail "README.md names settings that do not exist: $unknown"
exit 0
