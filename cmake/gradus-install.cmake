# SPDX-License-Identifier: MIT
# Headers, the CMake package and the pkg-config file. All of it is independent of the machine.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(gradus_package_dir "${CMAKE_INSTALL_DATADIR}/cmake/gradus")

install(TARGETS gradus EXPORT gradusTargets FILE_SET HEADERS)
install(EXPORT gradusTargets NAMESPACE gradus:: DESTINATION "${gradus_package_dir}")

configure_package_config_file(
    cmake/gradusConfig.cmake.in "${PROJECT_BINARY_DIR}/gradusConfig.cmake"
    INSTALL_DESTINATION "${gradus_package_dir}"
    NO_SET_AND_CHECK_MACRO
)
write_basic_package_version_file(
    "${PROJECT_BINARY_DIR}/gradusConfigVersion.cmake"
    COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT
)
install(FILES "${PROJECT_BINARY_DIR}/gradusConfig.cmake"
              "${PROJECT_BINARY_DIR}/gradusConfigVersion.cmake" cmake/gradus-dependencies.cmake
              cmake/gradus-components.cmake cmake/gradus-isa-kernels.cmake
        DESTINATION "${gradus_package_dir}"
)

# The prefix is written relative to the file itself, so that an installed tree can be moved.
file(RELATIVE_PATH gradus_prefix_from_pc "/${CMAKE_INSTALL_DATADIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" gradus_prefix_from_pc "${gradus_prefix_from_pc}")
configure_file(cmake/gradus.pc.in "${PROJECT_BINARY_DIR}/gradus.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/gradus.pc" DESTINATION "${CMAKE_INSTALL_DATADIR}/pkgconfig")
