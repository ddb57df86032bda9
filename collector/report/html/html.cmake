# SPDX-License-Identifier: MIT
# style.css becomes a C string, with its SHA-256 in base64, by which alone the
# page's Content-Security-Policy lets it apply.

# tel_base64(HEX result): the bytes that HEX says, in base64.
function(tel_base64 hex result)
    set(digits ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
    set(text "")
    string(LENGTH "${hex}" length)
    set(at 0)
    while(at LESS length)
        # Three bytes become four digits; what is missing counts as zero.
        string(SUBSTRING "${hex}00000" ${at} 6 six)
        math(EXPR bits "0x${six}")
        foreach(shift 18 12 6 0)
            math(EXPR digit "(${bits} >> ${shift}) & 63")
            string(SUBSTRING "${digits}" ${digit} 1 digit)
            string(APPEND text "${digit}")
        endforeach()
        math(EXPR at "${at} + 6")
    endwhile()
    # And is written as "=": of 32 bytes one is missing.
    string(REGEX REPLACE ".$" "=" text "${text}")
    set(${result} "${text}" PARENT_SCOPE)
endfunction()

set(style_file ${CMAKE_CURRENT_SOURCE_DIR}/report/html/style.css)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${style_file})
file(READ ${style_file} style)
string(SHA256 style_hash "${style}")
tel_base64(${style_hash} TEL_STYLE_HASH)
string(REPLACE "\\" "\\\\" style "${style}")
string(REPLACE "\"" "\\\"" style "${style}")
string(REPLACE "\n" "\\n\"\n    \"" TEL_STYLE "${style}")
configure_file(report/html/style.c.in style.c @ONLY)

# The page is a folder of its own within the room.
target_sources(tel_collector PRIVATE
    report/html/html.c report/html/figures.c report/html/words.c
    report/html/scale.c report/html/svg.c report/html/charts.c
    report/html/chart_days.c report/html/chart_bars.c
    report/html/chart_outcomes.c report/html/chart_spans.c
    report/html/chart_histogram.c report/html/chart_compare.c
    report/html/findings.c report/html/look.c report/html/tool.c
    report/html/tool_events.c report/html/tool_durations.c
    report/html/tool_versions.c report/html/tool_fields.c
    report/html/tool_ends.c report/html/how.c report/html/page.c
    report/html/save.c ${CMAKE_CURRENT_BINARY_DIR}/style.c)
