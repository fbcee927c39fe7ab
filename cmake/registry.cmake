# tenon_table(<target> <type> <namespace> <header> <folder>)
# Compiles every <folder>/<name>.cpp that is no test into <target> and collects what
# <type> <namespace>::<name>() returns into std::vector<type> <namespace>::table().
# Adding a file is the whole act of registration.
include_guard(GLOBAL)
set(TENON_REGISTRY_CMAKE_DIR ${CMAKE_CURRENT_LIST_DIR})

function(tenon_table target type namespace header folder)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp)
  list(FILTER files EXCLUDE REGEX "_(test|fuzz)\\.cpp$")
  set(declarations "")
  set(entries "")
  foreach(file IN LISTS files)
    cmake_path(GET file STEM name)
    string(APPEND declarations "${type} ${name}();\n")
    string(APPEND entries "  rows.push_back(${name}());\n")
  endforeach()
  string(REPLACE "::" "_" stem ${namespace})
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${target}_${stem}_table.cpp)
  configure_file(${TENON_REGISTRY_CMAKE_DIR}/table.cpp.in ${source} @ONLY)
  target_sources(${target} PRIVATE ${files} ${source})
endfunction()
