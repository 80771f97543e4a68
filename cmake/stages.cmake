# A stage is one folder under src/ and one object library, triclave_<stage>. A stage names the stages that it stands on;
# the library joins all of them, a unit test joins its own stage and what lies below.
#
# TRICLAVE_UNITY joins sources that are compiled together, several a time: half the time from nothing, but a change costs
# more. The ciphers' engines stay apart, since each calls its functions by the same names. GCC takes a joined source for a
# header, and warns of what only a header must not do.
function(triclave_unity target)
  if(TRICLAVE_UNITY AND NOT target STREQUAL triclave_cipher)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  endif()
endfunction()

function(triclave_stage name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;SOURCES;LINK" ${ARGN})
  add_library(triclave_${name} OBJECT ${ARG_SOURCES})
  target_compile_definitions(triclave_${name} PRIVATE TRICLAVE_BUILDING=1)
  target_include_directories(triclave_${name} PUBLIC
    "${PROJECT_SOURCE_DIR}/include" "${PROJECT_BINARY_DIR}/include" "${PROJECT_SOURCE_DIR}/src" "${PROJECT_BINARY_DIR}/src")
  target_link_libraries(triclave_${name} PUBLIC tl::expected ${ARG_LINK})
  triclave_unity(triclave_${name})
  set(all ${name})
  foreach(below ${ARG_DEPENDS})
    target_link_libraries(triclave_${name} PUBLIC triclave_${below})
    get_property(deeper GLOBAL PROPERTY TRICLAVE_STAGE_${below})
    list(APPEND all ${deeper})
  endforeach()
  list(REMOVE_DUPLICATES all)
  set_property(GLOBAL PROPERTY TRICLAVE_STAGE_${name} "${all}")
  set_property(GLOBAL APPEND PROPERTY TRICLAVE_STAGES ${name})
endfunction()

# Adds a stage's objects, and those of every stage below it, to a program that looks inside (tests, benchmarks, fuzzers).
function(triclave_use_stage target stage)
  get_property(all GLOBAL PROPERTY TRICLAVE_STAGE_${stage})
  foreach(each ${all})
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:triclave_${each}>)
    target_link_libraries(${target} PRIVATE triclave_${each})
  endforeach()
endfunction()
