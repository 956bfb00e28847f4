dnl AX_LEAKTRACE_CHECK([BUDGETS], [OPTIONS])
dnl
dnl Gives a package's makefiles three targets:
dnl
dnl   make check-leaktrace     `make check`, each test under leaktrace and held to its budget
dnl   make update-leaktrace    the same, and the budgets are written anew
dnl   make report-leaktrace    the same without budgets: one report on all processes of the suite
dnl
dnl In configure.ac, after AM_INIT_AUTOMAKE:        AX_LEAKTRACE_CHECK
dnl In the topmost Makefile.am, on a line of its own:        @LEAKTRACE_CHECK_RULES@
dnl
dnl BUDGETS is the directory of the budgets in the source tree (budgets): one file for each test, BUDGETS/SUBDIR/TEST.json.
dnl They are distributed (its name may hold no spaces). OPTIONS are further options for leaktrace, for all tests: --suppressions=.., --rule=..,
dnl --repeat=.., --programs=... By default only what lies in the build tree is traced: not the shells, makes and seds
dnl that run it. Both may use variables of make.
dnl
dnl Any kind of test will do: programs, libtool's wrappers, scripts with a _LOG_COMPILER, any number of SUBDIRS, serial
dnl tests, tests with Automake's TAP driver (the verdict is told as further points). `make -j`, TESTS="..", builds outside the source
dnl tree and a read-only source tree are as with `make check`.
dnl
dnl It works by TESTS_ENVIRONMENT, which stands before each test's driver. A Makefile.am that sets this variable itself ends it with
dnl $(LEAKTRACE_TEST); `make check-leaktrace` fails, and says so, where a test did not come by.
dnl
dnl configure gets --enable-leaktrace (leaktrace must be found) and --disable-leaktrace (it is not looked for); else the targets
dnl say what is missing when they are made. configure's variable LEAKTRACE names the command.
dnl
dnl Makefiles get LEAKTRACE, the conditional HAVE_LEAKTRACE, and LEAKTRACE_BUDGETS and LEAKTRACE_OPTIONS as given here.
dnl
dnl Copyright (c) the authors of leaktrace. MIT: copy it into your package as you like.
#serial 1

AC_DEFUN([AX_LEAKTRACE_CHECK], [
AC_REQUIRE([AC_PROG_SED])
AC_ARG_VAR([LEAKTRACE], [the leaktrace command, for make check-leaktrace])
AC_ARG_ENABLE([leaktrace],
	[AS_HELP_STRING([--enable-leaktrace], [require leaktrace for make check-leaktrace (default: use it if it is there)])],
	[], [enable_leaktrace=maybe])

AS_IF([test "x$enable_leaktrace" != xno], [AC_PATH_PROG([LEAKTRACE], [leaktrace])])
ax_leaktrace_run_test=
AS_IF([test -n "$LEAKTRACE"], [
	AC_MSG_CHECKING([for leaktrace's runner of tests])
	ax_leaktrace_real=`readlink -f "$LEAKTRACE" 2>/dev/null || echo "$LEAKTRACE"`
	for ax_leaktrace_dir in "$LEAKTRACE" "$ax_leaktrace_real"; do
		ax_leaktrace_dir=`AS_DIRNAME(["$ax_leaktrace_dir"])`
		test -z "$ax_leaktrace_run_test" && test -r "$ax_leaktrace_dir/../share/leaktrace/run-test" &&
			ax_leaktrace_run_test=$ax_leaktrace_dir/../share/leaktrace/run-test
	done
	AC_MSG_RESULT([${ax_leaktrace_run_test:-no}])
])
AS_IF([test "x$enable_leaktrace" = xno],
		[ax_leaktrace_lacking="configured with --disable-leaktrace"],
	[test -z "$LEAKTRACE"],
		[ax_leaktrace_lacking="leaktrace was not found by configure; install it, or give configure LEAKTRACE=.."],
	[test -z "$ax_leaktrace_run_test"],
		[ax_leaktrace_lacking="share/leaktrace/run-test is not beside $LEAKTRACE; install leaktrace whole"],
	[ax_leaktrace_lacking=])
AS_IF([test "x$enable_leaktrace" = xyes && test -n "$ax_leaktrace_lacking"], [AC_MSG_ERROR([$ax_leaktrace_lacking])])
AS_IF([test -z "$ax_leaktrace_lacking"],
	[AC_PATH_PROG([LEAKREPORT], [leakreport], [leakreport], [`AS_DIRNAME(["$LEAKTRACE"])`$PATH_SEPARATOR$PATH])])
AM_CONDITIONAL([HAVE_LEAKTRACE], [test -z "$ax_leaktrace_lacking"])

AC_SUBST([LEAKTRACE_RUN_TEST], [$ax_leaktrace_run_test])
AC_SUBST([LEAKTRACE_LACKING], [$ax_leaktrace_lacking])
dnl What make puts in: the path of a package's own directory may hold what a shell would.
AC_SUBST([LEAKTRACE_BUDGETS], ['$(abs_top_srcdir)/m4_default([$1], [budgets])'])
AC_SUBST([LEAKTRACE_OPTIONS], ['m4_normalize([$2])'])
AC_SUBST([LEAKTRACE_RESULTS], ['$(abs_top_builddir)/leaktrace-results'])
dnl Empty, but for the makes that check-leaktrace starts. Each makefile knows its own $(subdir).
AC_SUBST([LEAKTRACE_TEST], [])
AS_VAR_APPEND([TESTS_ENVIRONMENT], [' $(LEAKTRACE_TEST)'])
AC_SUBST([TESTS_ENVIRONMENT])

AC_SUBST([LEAKTRACE_CHECK_RULES], ['
leaktrace_run_test = LEAKTRACE="$(LEAKTRACE)" $(SHELL) "$(LEAKTRACE_RUN_TEST)" --prefix=$$(subdir) \
	--budgets="$(LEAKTRACE_BUDGETS)" --results="$(LEAKTRACE_RESULTS)" --built-in="$(abs_top_builddir)" $(LEAKTRACE_OPTIONS)

leaktrace_begin = { \
	test -z "$(LEAKTRACE_LACKING)" || { echo "$(@): $(LEAKTRACE_LACKING)" >&2; exit 1; }; \
	rm -rf "$(LEAKTRACE_RESULTS)" && $(MKDIR_P) "$(LEAKTRACE_RESULTS)" && : >"$(LEAKTRACE_RESULTS)/.begun"; }

# Each test that has run has left its .trs, and by leaktrace a note.
leaktrace_all_came_by = { \
	ran=`find "$(abs_top_builddir)" -name "*.trs" -newer "$(LEAKTRACE_RESULTS)/.begun" | wc -l`; \
	came=`find "$(LEAKTRACE_RESULTS)" -name "*.ran" | wc -l`; \
	test $$ran -le $$came || { \
		echo "$(@): $$ran tests have run, and only $$came of them under leaktrace:" \
			"a Makefile.am that sets TESTS_ENVIRONMENT must end it with \$$(LEAKTRACE_TEST)" >&2; \
		exit 1; \
	}; }

check-leaktrace:
	@$(leaktrace_begin)
	@$(MAKE) $(AM_MAKEFLAGS) check LEAKTRACE_TEST='"'"'$(leaktrace_run_test)'"'"' && $(leaktrace_all_came_by)

update-leaktrace:
	@$(leaktrace_begin)
	@$(MAKE) $(AM_MAKEFLAGS) check LEAKTRACE_TEST='"'"'$(leaktrace_run_test) --update'"'"' && $(leaktrace_all_came_by)
	@echo "the budgets are in $(LEAKTRACE_BUDGETS); look at what has changed there, and commit it"

report-leaktrace:
	@$(leaktrace_begin)
	@$(MAKE) $(AM_MAKEFLAGS) check LEAKTRACE_TEST='"'"'$(leaktrace_run_test) --report'"'"' && $(leaktrace_all_came_by)
	@"$(LEAKREPORT)" "$(LEAKTRACE_RESULTS)/dumps"

clean-leaktrace:
	-rm -rf "$(LEAKTRACE_RESULTS)"
clean-am: clean-leaktrace

EXTRA_DIST += $(patsubst $(srcdir)/%,%,$(wildcard $(srcdir)/m4_default([$1], [budgets])))
.PHONY: check-leaktrace update-leaktrace report-leaktrace clean-leaktrace
'])
m4_ifdef([_AM_SUBST_NOTMAKE], [_AM_SUBST_NOTMAKE([LEAKTRACE_CHECK_RULES])])
])
