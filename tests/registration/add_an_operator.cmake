# Writes one file, core/ops/wave.cpp, into a copy of that folder, compiles it and the table of
# operators, links the library anew, and looks at what follows: the operator is imported from an ONNX
# file, runs on both backends, is documented, and its sample is judged like all others.
file(REMOVE_RECURSE ${WORK})
file(COPY ${ROOT}/core/ops DESTINATION ${WORK}/core)
file(WRITE ${WORK}/core/ops/wave.cpp "// SPDX-License-Identifier: Apache-2.0
#include \"core/ops/op.h\"

namespace tenon::ops {

Op wave() {
  return {
      .name = \"Wave\",
      .doc = \"Three times x and one more.\",
      .inputs = {{\"x\", \"float\"}},
      .outputs = {{\"y\", \"float\"}},
      .infer = same_as_input,
      .element = \"3 * x + 1\",
      .samples = {{.inputs = {{.dims = {3, 5}}}}},
  };
}

}  // namespace tenon::ops
")

# The folder's own rule makes the table; only the new file and the table are compiled, the rest is
# what the build has.
file(WRITE ${WORK}/CMakeLists.txt "
cmake_minimum_required(VERSION 3.25)
project(wave LANGUAGES CXX)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
find_package(fmt REQUIRED)
find_package(TBB REQUIRED)
find_package(simdjson REQUIRED)
find_package(Threads REQUIRED)
find_package(GTest REQUIRED)
include(${ROOT}/cmake/registry.cmake)
add_library(all_operators OBJECT EXCLUDE_FROM_ALL)
set(CMAKE_CURRENT_SOURCE_DIR ${WORK}/core)
tenon_table(all_operators Op tenon::ops core/ops/op.h ops)
set(CMAKE_CURRENT_SOURCE_DIR ${WORK})
add_library(operators OBJECT core/ops/wave.cpp \${CMAKE_CURRENT_BINARY_DIR}/all_operators_tenon_ops_table.cpp)
target_include_directories(operators PRIVATE ${ROOT} ${ROOT}/sdk/include)
target_link_libraries(operators PRIVATE fmt::fmt)
target_compile_options(operators PRIVATE -O0)
set(rest ${LIBRARIES} fmt::fmt TBB::tbb simdjson::simdjson Threads::Threads \${CMAKE_DL_LIBS})
add_library(tenon SHARED ${C_API} \$<TARGET_OBJECTS:operators>)
set_target_properties(tenon PROPERTIES LINKER_LANGUAGE CXX SOVERSION ${SOVERSION}
  LIBRARY_OUTPUT_DIRECTORY ${WORK}/build/lib)
target_link_libraries(tenon PRIVATE \${rest})
target_link_options(tenon PRIVATE -Wl,--exclude-libs,ALL)
add_executable(conformance ${CONFORMANCE} \$<TARGET_OBJECTS:operators>)
set_target_properties(conformance PROPERTIES LINKER_LANGUAGE CXX)
target_link_libraries(conformance PRIVATE \${rest} GTest::gtest GTest::gtest_main)
add_executable(facts facts.cpp)
target_include_directories(facts PRIVATE ${ROOT}/core/api/include ${ROOT}/sdk/include)
target_compile_options(facts PRIVATE -O0)
target_link_libraries(facts PRIVATE tenon)
")
file(WRITE ${WORK}/facts.cpp "#include \"tenon/tenon.hpp\"
#include <cstdio>
int main() { std::puts(tenon::Engine().describe(\"operators\").c_str()); }
")

function(run variable)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(failed)
    message(FATAL_ERROR "${ARGN}: ${failed}\n${output}")
  endif()
  set(${variable} "${output}" PARENT_SCOPE)
endfunction()
function(holds text words)
  string(FIND "${text}" "${words}" found)
  if(found EQUAL -1)
    message(FATAL_ERROR "\"${words}\" is not in\n${text}")
  endif()
endfunction()

run(output ${CMAKE_COMMAND} -G ${GENERATOR} -DCMAKE_CXX_COMPILER=${CXX} -S ${WORK} -B ${WORK}/build)
run(output ${CMAKE_COMMAND} --build ${WORK}/build --parallel 2)
string(REGEX MATCHALL "Building CXX object" compiled "${output}")
list(LENGTH compiled count)
if(count GREATER 3)
  message(FATAL_ERROR "${count} files were compiled, expected the operator, the table and facts.cpp\n${output}")
endif()

# An ONNX file with the operator: relu(x w + b) of linear.onnx becomes wave(x w + b).
execute_process(COMMAND ${CMAKE_COMMAND} -E env LC_ALL=C sed s/Relu/Wave/
  ${ROOT}/tests/models/linear.onnx OUTPUT_FILE ${WORK}/wave.onnx COMMAND_ERROR_IS_FATAL ANY)
# The library finds plugins and the probe beside itself.
file(COPY ${INSTALLED}/plugins ${INSTALLED}/tenon-probe DESTINATION ${WORK}/build/lib/tenon)
set(ENV{LD_LIBRARY_PATH} ${WORK}/build/lib)
set(ENV{POCL_CACHE_DIR} ${WORK}/pocl)
run(output ${TENON} inspect ${WORK}/wave.onnx --device reference --plan)
holds("${output}" "Wave")
set(devices reference)
run(known ${TENON} devices)
if(known MATCHES "opencl")
  list(APPEND devices opencl)
else()
  message("SKIPPED: there is no OpenCL device")
endif()
foreach(device IN LISTS devices)
  run(output ${TENON} run ${WORK}/wave.onnx --device ${device} -i 1,2,3,-4,0,1)
  holds("${output}" "min -8  max 34  mean 17.5")
endforeach()
run(output ${WORK}/build/facts)
holds("${output}" "Three times x and one more.")
set(ENV{TENON_OPERATORS} Wave)
run(output ${WORK}/build/conformance 
  --gtest_filter=Conformance.*:Widened.*-*every_kernel_template*)
holds("${output}" "[  PASSED  ]")
message(STATUS "${output}")
