# What `cmake --install` writes for those who build against Tenon: headers, the SDK's static
# libraries and the CMake package. Targets join with install(TARGETS ... EXPORT TenonTargets).
include_guard(GLOBAL)
include(CMakePackageConfigHelpers)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/Tenon)
foreach(library sdk expr memory pictures kernels kernelgen)
  if(TARGET tenon_${library})
    install(TARGETS tenon_${library} EXPORT TenonTargets
      ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT sdk)
  endif()
endforeach()
install(TARGETS tenon EXPORT TenonTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/core/api/include/tenon
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
configure_file(${CMAKE_CURRENT_LIST_DIR}/tenon.pc.in ${PROJECT_BINARY_DIR}/tenon.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/tenon.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/sdk/include/tenon DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT sdk)
install(EXPORT TenonTargets NAMESPACE Tenon:: DESTINATION ${package} COMPONENT sdk)

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/TenonConfig.cmake.in
  ${PROJECT_BINARY_DIR}/TenonConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/TenonConfigVersion.cmake
  COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/TenonConfig.cmake
  ${PROJECT_BINARY_DIR}/TenonConfigVersion.cmake ${CMAKE_CURRENT_LIST_DIR}/plugin.cmake
  ${CMAKE_CURRENT_LIST_DIR}/plugin.map ${CMAKE_CURRENT_LIST_DIR}/manifest.c.in
  DESTINATION ${package} COMPONENT sdk)
