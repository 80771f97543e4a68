# What Triclave stands on. Found here and in the installed package's config alike, so that both ask for the same.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Protobuf 3.21 REQUIRED)
find_package(tl-expected REQUIRED)
find_package(fmt REQUIRED)
find_package(TBB REQUIRED)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium>=1.0.18)

# Botan 3: the distribution's where it has one, else what cmake/botan.sh built in the cache.
set(_saved_pkg_config_path "$ENV{PKG_CONFIG_PATH}")
if(NOT DEFINED TRICLAVE_BOTAN_CACHE)
  execute_process(COMMAND sh "${CMAKE_CURRENT_LIST_DIR}/botan.sh" --where
    OUTPUT_VARIABLE TRICLAVE_BOTAN_CACHE OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()
set(ENV{PKG_CONFIG_PATH} "$ENV{PKG_CONFIG_PATH}:${TRICLAVE_BOTAN_CACHE}/lib/pkgconfig")
pkg_check_modules(BOTAN REQUIRED IMPORTED_TARGET botan-3>=3.6)
set(ENV{PKG_CONFIG_PATH} "${_saved_pkg_config_path}")

# The fast engine is optional: without it Botan's and libsodium's AES-GCM serve.
if(TRICLAVE_IPSEC_MB AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|amd64|AMD64")
  find_path(IPSEC_MB_INCLUDE intel-ipsec-mb.h)
  find_library(IPSEC_MB_LIBRARY IPSec_MB)
endif()
if(IPSEC_MB_INCLUDE AND IPSEC_MB_LIBRARY)
  add_library(triclave_ipsec_mb INTERFACE IMPORTED)
  target_include_directories(triclave_ipsec_mb INTERFACE "${IPSEC_MB_INCLUDE}")
  target_link_libraries(triclave_ipsec_mb INTERFACE "${IPSEC_MB_LIBRARY}")
  target_compile_definitions(triclave_ipsec_mb INTERFACE TRICLAVE_HAVE_IPSEC_MB=1)
endif()

# The CSV parser has neither a CMake package nor a pkg-config file. It is LGPL: linked shared.
find_path(CSV_INCLUDE csv.h REQUIRED)
find_library(CSV_LIBRARY csv REQUIRED)
add_library(triclave_csv INTERFACE IMPORTED)
target_include_directories(triclave_csv INTERFACE "${CSV_INCLUDE}")
target_link_libraries(triclave_csv INTERFACE "${CSV_LIBRARY}")

# Compression of a table's columns, for who asks for it.
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd>=1.4)

# The custodian: its service and client, and its state.
pkg_check_modules(GRPC REQUIRED IMPORTED_TARGET grpc++>=1.51)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3>=3.40)
