# What `make install` puts where, from the build tree into a directory of the test's own.
# time-limit: 300
. "$top_srcdir/tests/lib.sh"
need make pkg-config
need_library
env -u MAKEFLAGS -u MFLAGS make -C "$top_builddir" -s install DESTDIR="$tmp/root" prefix=/usr >"$tmp/log" 2>&1 || fail "make install: $(cat "$tmp/log")"
cd "$tmp/root/usr" || fail "nothing was installed"

for file in lib/libleaktrace.so lib/pkgconfig/leaktrace.pc bin/leakreport bin/leaktrace \
	share/man/man1/leakreport.1 share/man/man1/leaktrace.1 share/man/man7/libleaktrace.7 \
	share/bash-completion/completions/leakreport share/bash-completion/completions/leaktrace \
	share/leaktrace/run-test share/leaktrace/check.sh share/aclocal/ax_leaktrace_check.m4 \
	share/doc/leaktrace/examples/{gtest-regions.cc,check-regions.h,cmocka-regions.h,github-actions.yml,gitlab-ci.yml,install-leaktrace} \
	share/cmake/leaktrace/leaktrace-config.cmake share/cmake/leaktrace/leaktrace-config-version.cmake; do
	[ -e "$file" ] || fail "$file was not installed: $(find . -type f)"
done
for program in bin/leakreport bin/leaktrace; do
	./$program --version >"$tmp/version" || fail "$program --version ends with $?"
done
[ "$(PKG_CONFIG_PATH=lib/pkgconfig pkg-config --variable=preload leaktrace)" ] || fail "leaktrace.pc is wrong"
LD_PRELOAD=$PWD/lib/libleaktrace.so LEAKTRACE_OUT=$tmp/x.bin /bin/true || fail "the installed library does not load"
bin/leakreport "$tmp/x.bin" >/dev/null || fail "the installed leakreport cannot read a dump"
[ -x share/leaktrace/run-test ] || fail "run-test cannot be executed"
[[ $(PKG_CONFIG_PATH=lib/pkgconfig pkg-config --variable=helpers leaktrace) == */share/leaktrace ]] || fail "leaktrace.pc does not know the helpers"
exit 0
