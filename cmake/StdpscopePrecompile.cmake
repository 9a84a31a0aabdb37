# GCC 12 warns falsely of its own std::string where the header was precompiled and so is no system header any more.
set(STDPSCOPE_PRECOMPILED_OPTIONS -Wno-array-bounds -Wno-restrict -Wno-stringop-overread -Wno-stringop-overflow)

# stdpscope_precompile(TARGET [headers...] [WITHOUT sources...]): parses the large headers that a target's sources share
# once for all of them, but those of WITHOUT, which have flags of their own or define something before they include.
# Every source still includes what it uses: -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON builds without.
function(stdpscope_precompile target)
  cmake_parse_arguments(PRECOMPILE "" "" "WITHOUT" ${ARGN})
  target_precompile_headers(${target} PRIVATE
    <algorithm> <array> <cmath> <filesystem> <fstream> <functional> <map> <memory> <optional> <sstream> <string> <variant>
    <vector> ${PRECOMPILE_UNPARSED_ARGUMENTS})
  target_compile_options(${target} PRIVATE ${STDPSCOPE_PRECOMPILED_OPTIONS})
  set_source_files_properties(${PRECOMPILE_WITHOUT} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
endfunction()

# stdpscope_part(TARGET NAME SOURCES ... HEADERS ...): more sources of a target, which share further large headers. A
# header costs every source that it is precompiled for a second or more, used or not: its templates are instantiated.
function(stdpscope_part target name)
  cmake_parse_arguments(PART "" "" "SOURCES;HEADERS" ${ARGN})
  set(part ${target}_${name})
  add_library(${part} OBJECT ${PART_SOURCES})
  target_compile_features(${part} PRIVATE cxx_std_20)
  target_include_directories(${part} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${part} PRIVATE $<TARGET_PROPERTY:${target},COMPILE_DEFINITIONS>)
  get_target_property(libraries ${target} LINK_LIBRARIES)
  target_link_libraries(${part} PRIVATE ${libraries})
  stdpscope_precompile(${part} ${PART_HEADERS})
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:${part}>)
endfunction()
