# stdpscope_room(NAME SOURCES ... [PUBLIC libs...] [PRIVATE libs...]): the library of one room, stdpscope::NAME.
function(stdpscope_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(stdpscope_${name} STATIC ${ROOM_SOURCES})
  add_library(stdpscope::${name} ALIAS stdpscope_${name})
  set_target_properties(stdpscope_${name} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(stdpscope_${name} PUBLIC cxx_std_20)
  target_include_directories(stdpscope_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/stdpscope>)
  target_link_libraries(stdpscope_${name} PUBLIC ${ROOM_PUBLIC} PRIVATE ${ROOM_PRIVATE}
                        $<BUILD_INTERFACE:stdpscope_warnings>)
endfunction()
