# Warnings and sanitizers of our own code, linked PRIVATE by every target.
add_library(stdpscope_warnings INTERFACE)
target_compile_options(stdpscope_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                       $<$<BOOL:${STDPSCOPE_WARNINGS_AS_ERRORS}>:-Werror>)
if(STDPSCOPE_SANITIZE)
  target_compile_options(stdpscope_warnings INTERFACE -fsanitize=${STDPSCOPE_SANITIZE} -fno-sanitize-recover=all
                         -fno-omit-frame-pointer)
  # GCC 12 warns falsely of std::function and std::optional when sanitizers keep it from seeing through them.
  target_compile_options(stdpscope_warnings INTERFACE -Wno-maybe-uninitialized)
  target_link_options(stdpscope_warnings INTERFACE -fsanitize=${STDPSCOPE_SANITIZE})
endif()
