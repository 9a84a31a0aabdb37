# stdpscope_report_page(TARGET): bundles analysis/report/page/ into one HTML file with npm and esbuild and embeds it in TARGET.
# npm fetches the two packages that the committed lock file names; the program itself needs neither Node nor a network.
function(stdpscope_report_page target)
  set(source ${PROJECT_SOURCE_DIR}/analysis/report/page)
  set(work ${PROJECT_BINARY_DIR}/report-page)
  set(page ${work}/page.html)
  find_program(STDPSCOPE_NODE NAMES node nodejs)
  find_program(STDPSCOPE_NPM npm)
  if(NOT STDPSCOPE_NODE OR NOT STDPSCOPE_NPM)
    message(FATAL_ERROR "The page of HTML reports is bundled with Node.js (>= 18) and npm, which are not here. Install them "
      "(Debian: nodejs npm; scripts/install-packages does), or build without HTML reports: -DSTDPSCOPE_HTML_REPORT=OFF")
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${source}/src/*)
  add_custom_command(OUTPUT ${work}/node_modules/.installed
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${source} -DWORK=${work} -DNPM=${STDPSCOPE_NPM}
            -P ${PROJECT_SOURCE_DIR}/cmake/install_npm_packages.cmake
    DEPENDS ${source}/package.json ${source}/package-lock.json ${PROJECT_SOURCE_DIR}/cmake/install_npm_packages.cmake
    COMMENT "Fetching ECharts and esbuild (npm ci)" VERBATIM)
  add_custom_command(OUTPUT ${page}
    COMMAND ${CMAKE_COMMAND} -E copy_directory ${source}/src ${work}/src
    COMMAND ${CMAKE_COMMAND} -E copy ${source}/build.mjs ${work}/build.mjs
    COMMAND ${STDPSCOPE_NODE} ${work}/build.mjs ${page}
    DEPENDS ${sources} ${source}/build.mjs ${work}/node_modules/.installed
    COMMENT "Bundling the page of reports" VERBATIM)
  set_source_files_properties(report/report_page.cpp PROPERTIES
    OBJECT_DEPENDS ${page} COMPILE_DEFINITIONS STDPSCOPE_REPORT_PAGE="${page}")
  target_sources(${target} PRIVATE ${page})
endfunction()
