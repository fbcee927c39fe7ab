# Unit tests lie beside the code they test. tenon_tests() gathers them into one program a room.
include_guard(GLOBAL)
include(GoogleTest)

# tenon_tests(<program> [FOLDERS <folder>...] [SOURCES <file>...] [HEADERS <header>...]
#   LIBRARIES <target>...)
# A program of every *_test.cpp below the folders. HEADERS: what most of them include, parsed once.
function(tenon_tests program)
  if(NOT TENON_TESTS)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "FOLDERS;SOURCES;HEADERS;LIBRARIES")
  set(files ${arg_SOURCES})
  foreach(folder IN LISTS arg_FOLDERS)
    file(GLOB_RECURSE found CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*_test.cpp)
    list(APPEND files ${found})
  endforeach()
  if(NOT files)
    return()
  endif()
  add_executable(${program} ${files})
  target_include_directories(${program} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${program} PRIVATE ${arg_LIBRARIES} GTest::gtest GTest::gtest_main)
  target_compile_definitions(${program} PRIVATE TENON_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    TENON_BINARY_DIR="${PROJECT_BINARY_DIR}")
  list(LENGTH files count)
  if(count GREATER 2)
    tenon_precompile(${program} <gtest/gtest.h> ${arg_HEADERS})
  endif()
  gtest_discover_tests(${program} DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 600)
endfunction()

# tenon_fuzz(<name> SOURCE <file> LIBRARIES <target>...)
# <name>_fuzz with libFuzzer when TENON_FUZZ is on; always <name>_mutate, which feeds the same
# function with seeded mutations of the files it is given (tests/mutator/mutator.cpp).
function(tenon_fuzz name)
  if(NOT TENON_TESTS OR NOT EXISTS ${PROJECT_SOURCE_DIR}/tests/mutator/mutator.cpp)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SOURCE" "LIBRARIES")
  add_executable(${name}_mutate ${arg_SOURCE} ${PROJECT_SOURCE_DIR}/tests/mutator/mutator.cpp)
  target_include_directories(${name}_mutate PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name}_mutate PRIVATE ${arg_LIBRARIES})
  if(TENON_FUZZ)
    add_executable(${name}_fuzz ${arg_SOURCE})
    target_include_directories(${name}_fuzz PRIVATE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name}_fuzz PRIVATE ${arg_LIBRARIES})
    target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
  endif()
endfunction()

# tenon_nightly(<name> COMMAND <words>...): a test that takes long. It is run by
#   ctest -C nightly -L nightly
# and by no other command.
function(tenon_nightly name)
  add_test(NAME ${name} ${ARGN} CONFIGURATIONS nightly)
  set_tests_properties(${name} PROPERTIES LABELS nightly TIMEOUT 7200
    SKIP_REGULAR_EXPRESSION "SKIPPED: ")
endfunction()
