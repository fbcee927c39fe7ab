# Converts the cases beside this file and runs them; every one must pass.
file(REMOVE_RECURSE ${WORK})
execute_process(COMMAND ${WEB_OPS} convert ${CASES} ${WORK} RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "the cases cannot be converted")
endif()
execute_process(COMMAND ${TENON} check --device reference --atol 1e-5 ${WORK}
  RESULT_VARIABLE result OUTPUT_VARIABLE output)
message("${output}")
if(NOT result EQUAL 0 OR NOT output MATCHES " passed, 0 failed, 0 unsupported, 0 refused")
  message(FATAL_ERROR "not all cases pass")
endif()
