# The top level holds these entries and no others; dot files are free.
set(expected CHANGELOG.md CMakeLists.txt CMakePresets.json CONTRIBUTING.md LICENSE README.md
  SECURITY.md apps bench cmake core docs examples plugins sdk tests)
file(GLOB entries RELATIVE ${ROOT} ${ROOT}/*)
list(FILTER entries EXCLUDE REGEX "^(\\..*|build|compile_commands.json)$")
list(SORT entries)
list(SORT expected)
if(NOT entries STREQUAL expected)
  message(FATAL_ERROR "found:    ${entries}\nexpected: ${expected}")
endif()
