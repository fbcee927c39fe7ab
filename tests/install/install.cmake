# Installs the build, builds the examples outside the tree against it, drops the minimal backend into
# a plugin directory under a name of its own, uses it, removes it.
file(REMOVE_RECURSE ${WORK})
set(prefix ${WORK}/prefix)
set(tenon ${prefix}/bin/tenon)
set(ENV{XDG_CACHE_HOME} ${WORK}/cache)
set(ENV{XDG_DATA_HOME} ${WORK}/data)

# run(<exit code> <words that the output must hold...> COMMAND <command...>)
function(run code)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "COMMAND")
  execute_process(COMMAND ${arg_COMMAND} RESULT_VARIABLE result OUTPUT_VARIABLE output
    ERROR_VARIABLE output)
  if(NOT result EQUAL code)
    message(FATAL_ERROR "${arg_COMMAND}: exit ${result}, expected ${code}\n${output}")
  endif()
  foreach(words IN LISTS arg_UNPARSED_ARGUMENTS)
    string(FIND "${output}" "${words}" found)
    if(found EQUAL -1)
      message(FATAL_ERROR "${arg_COMMAND}: \"${words}\" is not in\n${output}")
    endif()
  endforeach()
endfunction()

function(build_example name)
  run(0 COMMAND ${CMAKE_COMMAND} -G ${GENERATOR} -DCMAKE_C_COMPILER=${C}
    -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_BUILD_TYPE=Release
    -S ${ROOT}/examples/${name} -B ${WORK}/${name})
  run(0 COMMAND ${CMAKE_COMMAND} --build ${WORK}/${name})
endfunction()

run(0 COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})
build_example(embed_cpp)
build_example(embed_c)
build_example(backend_minimal)

set(digits ${ROOT}/examples/models/digits/model.onnx)
run(0 "logits [ 1 10 ]" COMMAND ${WORK}/embed_cpp/embed_cpp ${digits} reference)
run(0 COMMAND ${WORK}/embed_c/embed_c ${digits})
run(1 "no such file" COMMAND ${WORK}/embed_cpp/embed_cpp ${WORK}/missing.onnx)

# A stranger's backend: dropped in under any name, used, gone after removal. Nothing is rebuilt.
set(plugins ${WORK}/plugins)
file(MAKE_DIRECTORY ${plugins})
file(CHMOD ${plugins} DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
run(4 "there is no device \"my_cpu\""
  COMMAND ${tenon} run ${ROOT}/tests/models/linear.onnx --plugins ${plugins} --device my_cpu)
configure_file(${WORK}/backend_minimal/my_cpu.so ${plugins}/a-name-of-its-own COPYONLY)
run(0 "my_cpu" COMMAND ${tenon} devices --plugins ${plugins})
run(0 "a-name-of-its-own" COMMAND ${tenon} plugins --plugins ${plugins})
run(0 "3 nodes on my_cpu"
  COMMAND ${tenon} run ${ROOT}/tests/models/linear.onnx --plugins ${plugins} --device my_cpu)
run(4 "node \"likely.Reduce\" (Reduce)" "node \"folded\" (Reshape)" "--device auto"
  COMMAND ${tenon} run ${ROOT}/tests/models/mixed.onnx --plugins ${plugins} --device my_cpu
    -i x=ones -i shape=3,4)
run(0 "on my_cpu" "on reference"
  COMMAND ${tenon} run ${digits} --plugins ${plugins} --device my_cpu,reference)
file(REMOVE ${plugins}/a-name-of-its-own)

# Quantization formats are installed beside the plugins, and found beside others.
file(MAKE_DIRECTORY ${plugins}/formats)
file(WRITE ${plugins}/formats/mine.quant "format my_bits block 8 bytes 1\ncode = u(e, 1)\n")
file(CHMOD ${plugins}/formats ${plugins}/formats/mine.quant
  PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
run(0 " my_bits " " q4_K " " gptq " COMMAND ${tenon} plugins --plugins ${plugins})
run(4 "there is no device \"my_cpu\""
  COMMAND ${tenon} run ${ROOT}/tests/models/linear.onnx --plugins ${plugins} --device my_cpu)
