# The library: the objects of every stage in one file, and what a program elsewhere needs to find and use it.
add_library(triclave)
add_library(triclave::triclave ALIAS triclave)
set_target_properties(triclave PROPERTIES VERSION ${PROJECT_VERSION}
  # While the version is 0.x, every minor one may change the ABI.
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
target_compile_features(triclave PUBLIC cxx_std_20)
target_include_directories(triclave PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>"
  "$<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>" "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
target_link_libraries(triclave PUBLIC tl::expected)
# gRPC names eighty libraries of which a few are called.
target_link_options(triclave PRIVATE "LINKER:--as-needed")
target_link_options(triclave PRIVATE "$<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,SHARED_LIBRARY>:LINKER:--version-script=${PROJECT_SOURCE_DIR}/cmake/exports.map>")

# Object libraries are not exported; the library takes over what they link with.
get_property(_stages GLOBAL PROPERTY TRICLAVE_STAGES)
foreach(_stage ${_stages})
  target_sources(triclave PRIVATE $<TARGET_OBJECTS:triclave_${_stage}>)
  get_target_property(_links triclave_${_stage} LINK_LIBRARIES)
  list(APPEND _all_links ${_links})
endforeach()
list(TRANSFORM _stages PREPEND triclave_)
list(REMOVE_ITEM _all_links tl::expected ${_stages})
list(REMOVE_DUPLICATES _all_links)
target_link_libraries(triclave PRIVATE ${_all_links})

set(_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/triclave")
install(TARGETS triclave EXPORT triclaveTargets)
# A Botan that stands in somebody's cache comes along: a service's user may not look into that folder.
if(BOTAN_LIBDIR STREQUAL "${TRICLAVE_BOTAN_CACHE}/lib")
  file(REAL_PATH "${BOTAN_LIBDIR}/libbotan-3.so" _botan)
  string(REGEX MATCH "libbotan-3[.]so[.][0-9]+" _soname "${_botan}")
  install(FILES "${_botan}" DESTINATION "${CMAKE_INSTALL_LIBDIR}" RENAME "${_soname}")
  set_target_properties(triclave PROPERTIES INSTALL_RPATH "$ORIGIN")
endif()
install(EXPORT triclaveTargets NAMESPACE triclave:: DESTINATION "${_package_dir}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/triclave" "${PROJECT_BINARY_DIR}/include/triclave"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.h")

include(CMakePackageConfigHelpers)
get_target_property(_type triclave TYPE)
if(_type STREQUAL "STATIC_LIBRARY")
  set(TRICLAVE_CONFIG_STATIC ON)
  set(TRICLAVE_CONFIG_IPSEC_MB OFF)
  if(TARGET triclave_ipsec_mb)
    set(TRICLAVE_CONFIG_IPSEC_MB ON)
    set(TRICLAVE_PC_LIBS_PRIVATE "${IPSEC_MB_LIBRARY} ")
  endif()
  set(TRICLAVE_PC_REQUIRES_PRIVATE "libsodium >= 1.0.18, protobuf, fmt, libzstd, tbb, grpc++, sqlite3")
  # Botan may stand outside the linker's and the loader's usual folders.
  list(JOIN BOTAN_LDFLAGS " " _botan_flags)
  string(APPEND TRICLAVE_PC_LIBS_PRIVATE "${CSV_LIBRARY} -Wl,-rpath,${BOTAN_LIBDIR} ${_botan_flags}")
  install(FILES "${PROJECT_SOURCE_DIR}/cmake/dependencies.cmake" DESTINATION "${_package_dir}")
else()
  set(TRICLAVE_CONFIG_STATIC OFF)
  set(TRICLAVE_CONFIG_IPSEC_MB OFF)
endif()
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/triclaveConfig.cmake.in"
  "${CMAKE_CURRENT_BINARY_DIR}/triclaveConfig.cmake" INSTALL_DESTINATION "${_package_dir}")
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/triclaveConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/triclaveConfig.cmake" "${CMAKE_CURRENT_BINARY_DIR}/triclaveConfigVersion.cmake"
  DESTINATION "${_package_dir}")

# The prefix as seen from the .pc file, so that an installation can be moved as a whole.
file(RELATIVE_PATH TRICLAVE_PC_UP "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
string(REGEX REPLACE "/$" "" TRICLAVE_PC_UP "${TRICLAVE_PC_UP}")
configure_file("${PROJECT_SOURCE_DIR}/cmake/triclave.pc.in" "${CMAKE_CURRENT_BINARY_DIR}/triclave.pc" @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/triclave.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
