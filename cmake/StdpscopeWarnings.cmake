# Warnings and sanitizers of our own code, linked PRIVATE by every target.
add_library(stdpscope_warnings INTERFACE)
target_compile_options(stdpscope_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                       $<$<BOOL:${STDPSCOPE_WARNINGS_AS_ERRORS}>:-Werror>)
if(STDPSCOPE_SANITIZE)
  target_compile_options(stdpscope_warnings INTERFACE -fsanitize=${STDPSCOPE_SANITIZE} -fno-sanitize-recover=all
                         -fno-omit-frame-pointer)
  target_link_options(stdpscope_warnings INTERFACE -fsanitize=${STDPSCOPE_SANITIZE})
endif()
