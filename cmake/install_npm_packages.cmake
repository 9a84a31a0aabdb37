# npm packages exactly as the lock file in SOURCE has them, in WORK/node_modules. No package script is run.
file(COPY ${SOURCE}/package.json ${SOURCE}/package-lock.json DESTINATION ${WORK})
execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --loglevel=error
                WORKING_DIRECTORY ${WORK} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "npm ci failed in ${WORK}:\n${output}\nHTML reports need the npm packages of ${SOURCE}/package-lock.json once, "
    "when the project is built. Without a network: build with -DSTDPSCOPE_HTML_REPORT=OFF, or run 'npm ci' in that folder on a "
    "machine that has one, copy its node_modules to ${WORK} and make the empty file ${WORK}/node_modules/.installed.")
endif()
file(TOUCH ${WORK}/node_modules/.installed)
