# Unpacks the archive, converts its cases, runs them, and fails below 98 % of those whose operator
# exists.
set(data $ENV{TENON_TEST_DATA})
if(NOT data)
  set(data ${ROOT}/../shared/data)
endif()
cmake_path(SET data NORMALIZE ${data})
set(archive ${data}/ort-web-op-tests.tar.xz)
if(NOT EXISTS ${archive})
  message("SKIPPED: ${archive} does not exist; set TENON_TEST_DATA")
  return()
endif()

# run(<program> <argument...>): its output goes to the test's; fails when the program does.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " words)
    message(FATAL_ERROR "${words}: exit ${result}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
file(ARCHIVE_EXTRACT INPUT ${archive} DESTINATION ${WORK}/unpacked)
run(${WEB_OPS} convert ${WORK}/unpacked/ort-web-op-tests ${WORK}/tests)
execute_process(COMMAND ${TENON} check --device reference --atol 1e-4 --json ${WORK}/tests
  RESULT_VARIABLE result OUTPUT_FILE ${WORK}/verdicts.json)
if(NOT result MATCHES "^[01]$")
  message(FATAL_ERROR "tenon check: exit ${result}")
endif()
run(${WEB_OPS} report ${WORK}/verdicts.json 98)
