dnl The project's own configure checks. One list, lt_missing, collects what is not there, so that a
dnl person reads once what to install and not one line per attempt.

dnl LEAKTRACE_LACK(WHAT, PACKAGE): one more thing is missing.
AC_DEFUN([LEAKTRACE_LACK], [
	lt_missing="$lt_missing
    $1"
	lt_packages="$lt_packages $2"
])

dnl LEAKTRACE_MISSING: stops here when the list is not empty.
AC_DEFUN([LEAKTRACE_MISSING], [
	AS_IF([test -n "$lt_missing"], [AC_MSG_ERROR([what leaktrace is built from is missing:
$lt_missing

On Debian and Ubuntu this installs it:
    apt-get install$lt_packages
and ./quickstart does that and builds.])])
])

dnl LEAKTRACE_PKG(PREFIX, MODULES, PACKAGE): a library by pkg-config.
AC_DEFUN([LEAKTRACE_PKG], [
	PKG_CHECK_MODULES([$1], [$2], [], [LEAKTRACE_LACK([$2 (pkg-config)], [$3])])
])

dnl LEAKTRACE_PLATFORM: x86-64, Linux, glibc with _dl_find_object. Nothing helps where this fails.
AC_DEFUN([LEAKTRACE_PLATFORM], [
	AC_CACHE_CHECK([for x86-64 Linux with the GNU C library], [lt_cv_platform], [
		AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <features.h>
#if !defined __x86_64__ || defined __ILP32__ || !defined __linux__ || !defined __GLIBC__
#error another platform
#endif
]])], [lt_cv_platform=yes], [lt_cv_platform=no])])
	AS_IF([test "$lt_cv_platform" = no], [AC_MSG_ERROR([leaktrace runs on 64-bit x86 Linux with the GNU C library only: it
knows that machine's unwind rules and that library's loader. Build on such a machine, or with a compiler for it (CC=...).])])
	AC_CHECK_FUNC([_dl_find_object], [], [AC_MSG_ERROR([the C library has no _dl_find_object(): glibc 2.35 or later is needed,
because only this function finds unwind tables without taking the loader's lock. Use a newer system: Debian 12,
Ubuntu 22.04, Fedora 36, or later.])])
])

dnl LEAKTRACE_CXX: sets HAVE_CXX; only tests and demos are in C++.
AC_DEFUN([LEAKTRACE_CXX], [
	AC_LANG_PUSH([C++])
	AC_CACHE_CHECK([whether the C++ compiler works], [lt_cv_cxx], [
		AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <string>]], [[std::string s("x"); return s.size() == 2;]])],
			[lt_cv_cxx=yes], [lt_cv_cxx=no])])
	AC_LANG_POP([C++])
	AM_CONDITIONAL([HAVE_CXX], [test "$lt_cv_cxx" = yes])
])

dnl LEAKTRACE_LIBUNWIND: the header now, the library's own name for dlopen. It is never linked: as a
dnl DT_NEEDED it would take over the C++ exceptions of the traced program.
AC_DEFUN([LEAKTRACE_LIBUNWIND], [
	lt_save_CPPFLAGS=$CPPFLAGS
	CPPFLAGS="$CPPFLAGS $UNWIND_CFLAGS"
	AC_CHECK_HEADER([libunwind-x86_64.h], [], [LEAKTRACE_LACK([libunwind-x86_64.h], [libunwind-dev])])
	CPPFLAGS=$lt_save_CPPFLAGS
	AC_CACHE_CHECK([for the name libunwind is loaded by], [lt_cv_libunwind], [
		lt_file=`$CC -print-file-name=libunwind-x86_64.so`
		lt_cv_libunwind=`objdump -p "$lt_file" 2>/dev/null | $SED -n 's/^ *SONAME  *//p'`
		test -n "$lt_cv_libunwind" || lt_cv_libunwind=libunwind-x86_64.so.8])
	AC_DEFINE_UNQUOTED([LT_LIBUNWIND_SONAME], ["$lt_cv_libunwind"], [name that libunwind is loaded by at run time])
])

dnl LEAKTRACE_ZSTD_STATIC: ZSTD_STATIC_LIBS links libzstd into a shared object, hidden.
AC_DEFUN([LEAKTRACE_ZSTD_STATIC], [
	AC_CACHE_CHECK([for a libzstd.a that a shared object can hold], [lt_cv_zstd_static], [
		lt_cv_zstd_static=no
		lt_archive=`$CC -print-file-name=libzstd.a`
		lt_save_CFLAGS=$CFLAGS lt_save_LIBS=$LIBS
		CFLAGS="$CFLAGS $ZSTD_CFLAGS -fPIC -shared -Wl,-z,defs,-z,text"
		LIBS="$lt_archive -Wl,--exclude-libs,ALL -pthread"
		AS_IF([test -f "$lt_archive"], [
			AC_LINK_IFELSE([AC_LANG_SOURCE([[
#include <zstd.h>
size_t lt_probe(void *d, size_t n, const void *s, size_t m) { return ZSTD_compress(d, n, s, m, 1); }
]])], [lt_cv_zstd_static=$lt_archive])])
		CFLAGS=$lt_save_CFLAGS LIBS=$lt_save_LIBS])
	AS_IF([test "$lt_cv_zstd_static" = no],
		[LEAKTRACE_LACK([libzstd.a (position independent)], [libzstd-dev])])
	dnl As an option of the linker: libtool warns of archives.
	AC_SUBST([ZSTD_STATIC_LIBS], ["-Wl,$lt_cv_zstd_static -Wl,--exclude-libs,ALL"])
])

dnl LEAKTRACE_LIBGCC_EH: LIBGCC_EH_LIBS links libgcc's unwinder into a shared object, hidden: the judge of
dnl LEAKTRACE_UNWIND=verify. Not libgcc_s: nothing can be opened before the program's C library has been
dnl initialised, and locks that both the program and a hook take may meet.
AC_DEFUN([LEAKTRACE_LIBGCC_EH], [
	AC_CACHE_CHECK([for a libgcc_eh.a that a shared object can hold], [lt_cv_libgcc_eh], [
		lt_cv_libgcc_eh=no
		lt_archive=`$CC -print-file-name=libgcc_eh.a`
		lt_save_CFLAGS=$CFLAGS lt_save_LIBS=$LIBS
		CFLAGS="$CFLAGS -fPIC -shared -Wl,-z,defs,-z,text"
		LIBS="$lt_archive -Wl,--exclude-libs,ALL"
		AS_IF([test -f "$lt_archive"], [
			AC_LINK_IFELSE([AC_LANG_SOURCE([[
#include <unwind.h>
int lt_probe(_Unwind_Trace_Fn f) { return _Unwind_Backtrace(f, 0); }
]])], [lt_cv_libgcc_eh=$lt_archive])])
		CFLAGS=$lt_save_CFLAGS LIBS=$lt_save_LIBS])
	LIBGCC_EH_LIBS=
	AS_IF([test "$lt_cv_libgcc_eh" != no], [
		AC_DEFINE([HAVE_LIBGCC_EH], [1], [libgcc's unwinder is linked in])
		LIBGCC_EH_LIBS="-Wl,$lt_cv_libgcc_eh -Wl,--exclude-libs,ALL"])
	AC_SUBST([LIBGCC_EH_LIBS])
])

dnl LEAKTRACE_IBERTY: the demangler (C++ and Rust names).
AC_DEFUN([LEAKTRACE_IBERTY], [
	AC_CHECK_HEADER([libiberty/demangle.h], [], [LEAKTRACE_LACK([libiberty/demangle.h], [libiberty-dev])])
	AC_CHECK_LIB([iberty], [rust_demangle], [:],
		[LEAKTRACE_LACK([-liberty with rust_demangle], [libiberty-dev])])
	AC_SUBST([IBERTY_LIBS], [-liberty])
])

dnl LEAKTRACE_CMOCKA: --with-cmocka=yes|no|check; the unit tests need it.
AC_DEFUN([LEAKTRACE_CMOCKA], [
	AC_ARG_WITH([cmocka], [AS_HELP_STRING([--with-cmocka=yes|no|check],
		[build the unit tests (default: check, when cmocka is there)])], [], [with_cmocka=check])
	have_cmocka=no
	AS_IF([test "$with_cmocka" != no], [
		PKG_CHECK_MODULES([CMOCKA], [cmocka >= 1.1], [have_cmocka=yes], [have_cmocka=no])])
	AS_IF([test "$with_cmocka$have_cmocka" = yesno],
		[AC_MSG_ERROR([--with-cmocka was given and cmocka is not there: apt-get install libcmocka-dev])])
	AM_CONDITIONAL([HAVE_CMOCKA], [test "$have_cmocka" = yes])
])

dnl LEAKTRACE_FLAGS(VARIABLE, FLAGS): appends those flags that the compiler knows.
AC_DEFUN([LEAKTRACE_FLAGS], [
	for lt_flag in $2; do
		AS_VAR_PUSHDEF([lt_cache], [lt_cv_flag_$lt_flag])
		AC_CACHE_CHECK([whether $CC knows $lt_flag], [lt_cache], [
			lt_save_CFLAGS=$CFLAGS
			CFLAGS="$CFLAGS -Werror $lt_flag"
			AC_COMPILE_IFELSE([AC_LANG_PROGRAM()], [AS_VAR_SET([lt_cache], [yes])], [AS_VAR_SET([lt_cache], [no])])
			CFLAGS=$lt_save_CFLAGS])
		AS_VAR_IF([lt_cache], [yes], [$1="$$1 $lt_flag"])
		AS_VAR_POPDEF([lt_cache])
	done
])

dnl LEAKTRACE_WARNINGS: WARN_CFLAGS; --enable-werror makes each one an error.
AC_DEFUN([LEAKTRACE_WARNINGS], [
	AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [treat compiler warnings as errors])],
		[], [enable_werror=no])
	WARN_CFLAGS=
	LEAKTRACE_FLAGS([WARN_CFLAGS], [-Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wundef \
		-Wpointer-arith -Wwrite-strings -Wformat=2 -Wimplicit-fallthrough -Wredundant-decls -Wdate-time])
	dnl gcc's attributes, such as noclone, mean nothing to clang.
	lt_clang=
	LEAKTRACE_FLAGS([lt_clang], [-Wunknown-attributes])
	AS_IF([test -n "$lt_clang"], [WARN_CFLAGS="$WARN_CFLAGS -Wno-unknown-attributes"])
	WARN_CXXFLAGS="-Wall -Wextra"
	AS_IF([test "$enable_werror" = yes], [WARN_CFLAGS="$WARN_CFLAGS -Werror" WARN_CXXFLAGS="$WARN_CXXFLAGS -Werror"])
	AC_SUBST([WARN_CFLAGS])
	AC_SUBST([WARN_CXXFLAGS])
])

dnl LEAKTRACE_SANITIZERS: the reporter, the format and the unit tests under sanitizers. The preloaded
dnl library is not built then: a sanitizer's own malloc cannot stand below one that is preloaded.
AC_DEFUN([LEAKTRACE_SANITIZERS], [
	AC_ARG_ENABLE([sanitizers], [AS_HELP_STRING([--enable-sanitizers=LIST],
		[build the reporter and the tests with these (address,undefined); leaves libleaktrace.so out])],
		[], [enable_sanitizers=no])
	AS_IF([test "$enable_sanitizers" = yes], [enable_sanitizers=address,undefined])
	SAN_CFLAGS=
	AS_IF([test "$enable_sanitizers" != no], [
		SAN_CFLAGS="-fsanitize=$enable_sanitizers -fno-sanitize-recover=all -fno-omit-frame-pointer"
		lt_save_CFLAGS=$CFLAGS
		CFLAGS="$CFLAGS $SAN_CFLAGS"
		AC_MSG_CHECKING([whether $CC links with -fsanitize=$enable_sanitizers])
		AC_LINK_IFELSE([AC_LANG_PROGRAM()], [AC_MSG_RESULT([yes])], [AC_MSG_RESULT([no])
			AC_MSG_ERROR([$CC cannot link with -fsanitize=$enable_sanitizers: install its runtime, or name others])])
		CFLAGS=$lt_save_CFLAGS])
	AC_SUBST([SAN_CFLAGS])
	dnl The ring's own test runs under ThreadSanitizer, which goes with no other.
	TSAN_CFLAGS=
	AS_IF([test "$enable_sanitizers" = no], [
		lt_save_CFLAGS=$CFLAGS
		CFLAGS="$CFLAGS -fsanitize=thread"
		AC_MSG_CHECKING([whether $CC links with -fsanitize=thread])
		AC_LINK_IFELSE([AC_LANG_PROGRAM()], [TSAN_CFLAGS=-fsanitize=thread; AC_MSG_RESULT([yes])],
			[AC_MSG_RESULT([no])])
		CFLAGS=$lt_save_CFLAGS])
	AC_SUBST([TSAN_CFLAGS])
	AM_CONDITIONAL([SANITIZERS], [test "$enable_sanitizers" != no])
	AM_CONDITIONAL([BUILD_LIBRARY], [test "$enable_sanitizers" = no])
])

dnl LEAKTRACE_ROW(FEATURE, ON-OR-OFF, WHAT IT BUYS)
AC_DEFUN([LEAKTRACE_ROW], [AS_ECHO(["`printf '  %-22s %-4s %s' '$1' "$2" '$3'`"])])

AC_DEFUN([LEAKTRACE_TABLE], [
	AS_IF([test "$enable_sanitizers" = no], [lt_library=on lt_san=off], [lt_library=off lt_san=on])
	AS_IF([test "$have_cmocka" = yes], [lt_cmocka=on], [lt_cmocka=off])
	AS_IF([test "$lt_cv_libgcc_eh" != no], [lt_judge=on], [lt_judge=off])
	AS_IF([test "$lt_cv_cxx" = yes], [lt_cxx=on], [lt_cxx=off])
	AS_IF([test "$enable_werror" = yes], [lt_werror=on], [lt_werror=off])
	AS_ECHO([""])
	AS_ECHO(["leaktrace $PACKAGE_VERSION, with $CC"])
	AS_ECHO([""])
	LEAKTRACE_ROW([libleaktrace.so], [$lt_library], [traces programs (left out of a sanitizer build)])
	LEAKTRACE_ROW([leakreport, leaktrace], [on], [read dumps, start programs])
	LEAKTRACE_ROW([libunwind], [on], [the tests compare with it; LEAKTRACE_UNWIND=plain loads it])
	LEAKTRACE_ROW([libgcc_eh, hidden], [$lt_judge], [LEAKTRACE_UNWIND=verify compares with libgcc too])
	LEAKTRACE_ROW([libzstd, hidden], [on], [dumps take a fraction of the room; nothing of it is exported])
	LEAKTRACE_ROW([elfutils], [on], [files, lines and inlined frames])
	LEAKTRACE_ROW([libiberty], [on], [C++ and Rust names])
	LEAKTRACE_ROW([unit tests (cmocka)], [$lt_cmocka], [make check tests the parts, not only the whole])
	LEAKTRACE_ROW([C++ tests], [$lt_cxx], [operator new and delete are tested])
	LEAKTRACE_ROW([sanitizers], [$lt_san], [a memory error in the reporter stops it])
	LEAKTRACE_ROW([warnings are errors], [$lt_werror], [for work on leaktrace itself])
	AS_ECHO([""])
])
