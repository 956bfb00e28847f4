# find_package(leaktrace): budgets for what a project's tests allocate.
#
#   find_package(leaktrace QUIET)
#   if(leaktrace_FOUND)
#     leaktrace_add_check(NAME check-parser COMMAND test_parser --fast LIKE parser)
#   endif()
#
# leaktrace_add_check(NAME <name> COMMAND <command> [<argument>...]
#                     [BUDGET <file>] [OPTIONS <option>...] [LIKE <test>] [LABELS <label>...])
#   adds the test <name>: the command under leaktrace, held to the budget. It passes when the command does and is within
#   its budget; it fails when the command fails, or cannot be traced, or has no budget yet.
#   A command that is a target of the project's is that program. BUDGET is budgets/<name>.json by default, from the current
#   source directory. OPTIONS are leaktrace's: --suppressions=.., --rule=.., --repeat=3. LIKE takes over what is set for
#   another test of the same directory, before this call: its fixtures, environment, working directory, time limit, locks,
#   what it depends on. The test has the label leaktrace, besides others:
#
#     ctest -L leaktrace       only these          ctest -LE leaktrace      all others
#     cmake --build . --target leaktrace-update    runs them and writes their budgets
#
# leaktrace_launch_tests([BUDGETS <directory>] [OPTIONS <option>...])
#   lets every test of this directory whose command is a target made after this call run under leaktrace: no test is named twice,
#   and the budgets are <directory>/<program>.json (budgets).
#   CMake before 3.29 has no launcher for tests alone; there this sets CMAKE_CROSSCOMPILING_EMULATOR, which
#   gtest_discover_tests() uses as well: give that DISCOVERY_MODE PRE_TEST.
#
# leaktrace::leaktrace is the target with leaktrace.h; LEAKTRACE_EXECUTABLE the command.

get_filename_component(_leaktrace_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
find_program(LEAKTRACE_EXECUTABLE leaktrace HINTS "${_leaktrace_prefix}/bin")
find_path(LEAKTRACE_INCLUDE_DIR leaktrace.h HINTS "${_leaktrace_prefix}/include")
mark_as_advanced(LEAKTRACE_EXECUTABLE LEAKTRACE_INCLUDE_DIR)
if(NOT LEAKTRACE_EXECUTABLE)
  set(leaktrace_FOUND FALSE)
  set(leaktrace_NOT_FOUND_MESSAGE "the leaktrace command is neither in ${_leaktrace_prefix}/bin nor in PATH")
  return()
endif()

if(LEAKTRACE_INCLUDE_DIR AND NOT TARGET leaktrace::leaktrace)
  add_library(leaktrace::leaktrace INTERFACE IMPORTED)
  set_target_properties(leaktrace::leaktrace PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${LEAKTRACE_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES "${CMAKE_DL_LIBS}")
endif()

# What a test needs to run at all, and so its like.
set(_LEAKTRACE_LIKE
  FIXTURES_REQUIRED ENVIRONMENT ENVIRONMENT_MODIFICATION WORKING_DIRECTORY TIMEOUT RUN_SERIAL RESOURCE_LOCK
  RESOURCE_GROUPS PROCESSORS PROCESSOR_AFFINITY DEPENDS REQUIRED_FILES SKIP_RETURN_CODE SKIP_REGULAR_EXPRESSION
  DISABLED COST)

function(leaktrace_add_check)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;BUDGET;LIKE" "COMMAND;OPTIONS;LABELS")
  if(NOT arg_NAME OR NOT arg_COMMAND)
    message(FATAL_ERROR "leaktrace_add_check needs a NAME and a COMMAND")
  endif()
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "leaktrace_add_check does not know: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_BUDGET)
    set(arg_BUDGET "budgets/${arg_NAME}.json")
  endif()
  get_filename_component(budget "${arg_BUDGET}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
  list(POP_FRONT arg_COMMAND program)
  if(TARGET "${program}")
    set(program "$<TARGET_FILE:${program}>")
  endif()
  add_test(NAME "${arg_NAME}"
    COMMAND "${LEAKTRACE_EXECUTABLE}" "--check=${budget}" ${arg_OPTIONS} -- "${program}" ${arg_COMMAND})
  set_tests_properties("${arg_NAME}" PROPERTIES SKIP_RETURN_CODE 77)
  set(labels leaktrace ${arg_LABELS})
  if(arg_LIKE)
    foreach(property IN LISTS _LEAKTRACE_LIKE)
      get_property(is_set TEST "${arg_LIKE}" PROPERTY ${property} SET)
      if(is_set)
        get_property(value TEST "${arg_LIKE}" PROPERTY ${property})
        set_property(TEST "${arg_NAME}" PROPERTY ${property} "${value}")
      endif()
    endforeach()
    get_property(value TEST "${arg_LIKE}" PROPERTY LABELS)
    list(APPEND labels ${value})
  endif()
  set_property(TEST "${arg_NAME}" PROPERTY LABELS ${labels})
  _leaktrace_update_target()
endfunction()

function(_leaktrace_update_target)
  if(NOT TARGET leaktrace-update)
    add_custom_target(leaktrace-update
      COMMAND "${CMAKE_COMMAND}" -E env LEAKTRACE_CHECK_UPDATE=1
        "${CMAKE_CTEST_COMMAND}" -L "^leaktrace$" --output-on-failure
      WORKING_DIRECTORY "${CMAKE_BINARY_DIR}"
      COMMENT "Writing the budgets of all checks"
      USES_TERMINAL VERBATIM)
  endif()
endfunction()

macro(leaktrace_launch_tests)
  cmake_parse_arguments(_leaktrace "" "BUDGETS" "OPTIONS" ${ARGN})
  if(NOT _leaktrace_BUDGETS)
    set(_leaktrace_BUDGETS budgets)
  endif()
  get_filename_component(_leaktrace_budgets "${_leaktrace_BUDGETS}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
  set(_leaktrace_launcher "${LEAKTRACE_EXECUTABLE}" "--check=${_leaktrace_budgets}/%e.json" ${_leaktrace_OPTIONS})
  if(CMAKE_VERSION VERSION_LESS 3.29)
    set(CMAKE_CROSSCOMPILING_EMULATOR ${_leaktrace_launcher})
  else()
    set(CMAKE_TEST_LAUNCHER ${_leaktrace_launcher})
  endif()
endmacro()
