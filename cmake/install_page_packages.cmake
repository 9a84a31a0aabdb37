# The packages of the report's page, exactly as its lock file has them, in WORK/node_modules. No package script is run.
file(COPY ${SOURCE}/package.json ${SOURCE}/package-lock.json DESTINATION ${WORK})
execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --loglevel=error
                WORKING_DIRECTORY ${WORK} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "npm ci failed in ${WORK}:\n${output}\nThe page of HTML reports needs the npm packages of ${SOURCE}/package-lock.json "
    "once, when it is built. Without a network: build with -DSTDPSCOPE_HTML_REPORT=OFF, or run 'npm ci' there on a machine that "
    "has one and copy ${WORK}/node_modules here.")
endif()
file(TOUCH ${WORK}/node_modules/.installed)
