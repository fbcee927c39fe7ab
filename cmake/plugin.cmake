# tenon_add_plugin(<name> SOURCES <file>... MANIFEST <json> [LIBRARIES <target>...])
# Builds a plugin: one exported symbol, hidden visibility, no undefined symbols, the manifest as an
# ELF note. Used inside the tree and, from the installed package, outside it.
include_guard(GLOBAL)
set(TENON_PLUGIN_CMAKE_DIR ${CMAKE_CURRENT_LIST_DIR})

function(tenon_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "MANIFEST" "SOURCES;LIBRARIES")
  cmake_path(ABSOLUTE_PATH arg_MANIFEST OUTPUT_VARIABLE manifest)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${manifest})
  file(READ ${manifest} json)
  string(JSON id ERROR_VARIABLE error GET "${json}" id)
  if(error)
    message(FATAL_ERROR "${manifest}: ${error}")
  endif()
  file(SIZE ${manifest} manifest_size)
  set(note ${CMAKE_CURRENT_BINARY_DIR}/${name}_manifest.c)
  file(READ ${manifest} hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  configure_file(${TENON_PLUGIN_CMAKE_DIR}/manifest.c.in ${note} @ONLY)

  add_library(${name} MODULE ${arg_SOURCES} ${note})
  target_link_libraries(${name} PRIVATE Tenon::sdk ${arg_LIBRARIES})
  target_compile_features(${name} PRIVATE cxx_std_20)
  target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
  set_target_properties(${name} PROPERTIES PREFIX "" C_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  set(defs -Wl,-z,defs)
  if(TENON_SANITIZE)
    set(defs "")  # the sanitizer's runtime is resolved from the program
  endif()
  target_link_options(${name} PRIVATE -Wl,-z,now,-z,relro,-z,nodelete ${defs}
    -Wl,--exclude-libs,ALL -Wl,--version-script=${TENON_PLUGIN_CMAKE_DIR}/plugin.map)
  set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS ${TENON_PLUGIN_CMAKE_DIR}/plugin.map)
endfunction()
