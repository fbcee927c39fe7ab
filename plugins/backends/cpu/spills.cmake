# cpu_spill_tests(<target> <level> <list>): for each line "<file> <pattern>" of the list, a test
# that the functions of math/<file>.cpp whose names match keep no vector on the stack at that level.
include_guard(GLOBAL)

function(cpu_spill_tests target level list)
  find_program(TENON_OBJDUMP objdump)
  find_program(TENON_AWK awk)
  set(optimized Release RelWithDebInfo)
  if(NOT TENON_OBJDUMP OR NOT TENON_AWK OR NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU" OR TENON_SANITIZE
      OR NOT CMAKE_BUILD_TYPE IN_LIST optimized OR NOT level IN_LIST CPU_LEVELS)
    return()
  endif()
  file(STRINGS ${list} lines REGEX "^[a-z]")
  foreach(line IN LISTS lines)
    string(REGEX MATCH "^([a-z0-9_]+) +(.*)$" matched "${line}")
    set(file ${CMAKE_MATCH_1})
    set(names "${CMAKE_MATCH_2}")
    add_test(NAME "cpu_spills.${file} ${names}" COMMAND sh -c
      "for o in $<JOIN:$<TARGET_OBJECTS:${target}_${level}>, >; do case $o in */${file}.cpp.o) \
${TENON_OBJDUMP} -d -C --no-show-raw-insn $o | ${TENON_AWK} -v names='${names}' \
-f ${CMAKE_CURRENT_SOURCE_DIR}/spills.awk;; esac; done")
  endforeach()
endfunction()
