# Flags for everything: warnings are errors; sanitizers and the executor are chosen by presets.
include_guard(GLOBAL)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_C_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

# The installed tree may be moved as a whole.
set(CMAKE_INSTALL_RPATH $ORIGIN $ORIGIN/../${CMAKE_INSTALL_LIBDIR})

set(TENON_SANITIZE "" CACHE STRING "address,undefined or thread; empty for none")
set(TENON_EXECUTOR "tbb" CACHE STRING "who runs tasks: tbb or threads")
option(TENON_FUZZ "build libFuzzer targets (clang)" OFF)
option(TENON_TESTS "build tests" ON)

add_compile_options(-Wall -Wextra -Wpedantic -Werror)
# Warnings of g++ 12 with many false alarms inside the standard library once it optimises.
add_compile_options(
  "$<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wno-restrict;-Wno-free-nonheap-object>")
add_compile_options(-ffp-contract=off)
if(TENON_SANITIZE)
  add_compile_options(-fsanitize=${TENON_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${TENON_SANITIZE})
  # g++ 12 takes the checks of a sanitizer for uses of what is not set.
  add_compile_options(
    "$<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wno-maybe-uninitialized>")
  if(TENON_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()
if(TENON_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# tenon_precompile(<target> <header>...): headers that its files begin with are parsed once. ccache,
# where there is one, shares objects between trees only without this.
function(tenon_precompile target)
  if(NOT CCACHE)
    foreach(header IN LISTS ARGN)
      if(NOT header MATCHES "^<")
        cmake_path(ABSOLUTE_PATH header)
      endif()
      target_precompile_headers(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:${header}>)
    endforeach()
    # g++ 12 no longer knows the lengths of texts in headers that were parsed before.
    set(gnu "$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>")
    target_compile_options(${target} PRIVATE
      "$<${gnu}:-Wno-stringop-overflow>" "$<${gnu}:-Wno-array-bounds>")
  endif()
endfunction()
