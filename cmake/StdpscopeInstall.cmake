# Install and find_package(stdpscope): one imported target a room, the program, the headers.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/stdpscope)
install(TARGETS stdpscope_data stdpscope_ann stdpscope_sim stdpscope_analysis EXPORT stdpscopeTargets)
install(TARGETS stdpscope RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
foreach(room data ann sim analysis)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${room} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/stdpscope
          FILES_MATCHING PATTERN "*.hpp" PATTERN samples EXCLUDE)
endforeach()
install(EXPORT stdpscopeTargets NAMESPACE stdpscope:: DESTINATION ${package_dir})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/stdpscopeConfig.cmake.in
  ${PROJECT_BINARY_DIR}/stdpscopeConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/stdpscopeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/stdpscopeConfig.cmake ${PROJECT_BINARY_DIR}/stdpscopeConfigVersion.cmake
              ${PROJECT_SOURCE_DIR}/cmake/StdpscopeDependencies.cmake DESTINATION ${package_dir})
