#include "analysis/report/report_page.hpp"

#ifdef STDPSCOPE_REPORT_PAGE

// The assembler includes the file as it is: half a megabyte as a list of numbers would take the compiler seconds.
asm(R"(
    .section .rodata
    .global stdpscope_report_page_begin
    .global stdpscope_report_page_end
stdpscope_report_page_begin:
    .incbin ")" STDPSCOPE_REPORT_PAGE R"("
stdpscope_report_page_end:
    .byte 0
    .section .text
)");
extern "C" const char stdpscope_report_page_begin[];
extern "C" const char stdpscope_report_page_end[];

namespace stdpscope::analysis {

std::string_view report_page() {
    return {stdpscope_report_page_begin, stdpscope_report_page_end};
}

}  // namespace stdpscope::analysis

#else

namespace stdpscope::analysis {

std::string_view report_page() {
    return {};
}

}  // namespace stdpscope::analysis

#endif
