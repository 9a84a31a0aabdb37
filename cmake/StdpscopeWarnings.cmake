# Warnings and sanitizers of our own code, linked PRIVATE by every target.
add_library(stdpscope_warnings INTERFACE)
target_compile_options(stdpscope_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                       $<$<BOOL:${STDPSCOPE_WARNINGS_AS_ERRORS}>:-Werror>)
if(STDPSCOPE_SANITIZE)
  target_compile_options(stdpscope_warnings INTERFACE -fsanitize=${STDPSCOPE_SANITIZE} -fno-sanitize-recover=all
                         -fno-omit-frame-pointer)
  target_link_options(stdpscope_warnings INTERFACE -fsanitize=${STDPSCOPE_SANITIZE})
endif()
if(STDPSCOPE_SANITIZE OR CMAKE_BUILD_TYPE STREQUAL "Release")
  # GCC 12 warns falsely of std::function, std::optional and std::variant where sanitizers keep it from seeing through
  # them or -O3 inlines their destructors; the dev preset keeps this warning.
  target_compile_options(stdpscope_warnings INTERFACE -Wno-maybe-uninitialized)
endif()
