# Builds a small project on cmake/registry.cmake, adds one file, rebuilds, and looks for its row:
# the mechanism by which operators, kernels, passes and commands are registered.
file(REMOVE_RECURSE ${WORK})
file(WRITE ${WORK}/CMakeLists.txt "
cmake_minimum_required(VERSION 3.25)
project(rows LANGUAGES CXX)
set(CMAKE_CXX_STANDARD 20)
include(${ROOT}/cmake/registry.cmake)
add_executable(rows main.cpp)
target_include_directories(rows PRIVATE .)
tenon_table(rows Row demo row.h items)
")
file(WRITE ${WORK}/row.h "#pragma once\nstruct Row { const char* name; };\n")
file(WRITE ${WORK}/main.cpp "
#include \"row.h\"
#include <cstdio>
#include <vector>
namespace demo { std::vector<Row> table(); }
int main() { for (const Row& row : demo::table()) std::puts(row.name); }
")
function(add_item name)
  file(WRITE ${WORK}/items/${name}.cpp "#include \"row.h\"\nnamespace demo { Row ${name}() { return {\"${name}\"}; } }\n")
endfunction()
function(rows_are expected)
  execute_process(COMMAND ${CMAKE_COMMAND} --build ${WORK}/build OUTPUT_VARIABLE log
    ERROR_VARIABLE log RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "${log}")
  endif()
  execute_process(COMMAND ${WORK}/build/rows OUTPUT_VARIABLE rows COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "\n" " " rows "${rows}")
  if(NOT rows STREQUAL expected)
    message(FATAL_ERROR "rows: ${rows}, expected: ${expected}")
  endif()
endfunction()

add_item(first)
execute_process(COMMAND ${CMAKE_COMMAND} -G ${GENERATOR} -DCMAKE_CXX_COMPILER=${CXX} -S ${WORK}
  -B ${WORK}/build OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
rows_are("first ")
add_item(second)
rows_are("first second ")
file(REMOVE ${WORK}/items/first.cpp)
rows_are("second ")
