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

set(style_file ${CMAKE_CURRENT_SOURCE_DIR}/html/style.css)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${style_file})
file(READ ${style_file} style)
string(SHA256 style_hash "${style}")
tel_base64(${style_hash} TEL_STYLE_HASH)
string(REPLACE "\\" "\\\\" style "${style}")
string(REPLACE "\"" "\\\"" style "${style}")
string(REPLACE "\n" "\\n\"\n    \"" TEL_STYLE "${style}")
configure_file(html/style.c.in style.c @ONLY)

# The page is a folder of its own within the room.
target_sources(tel_collector PRIVATE
    html/html.c html/figures.c html/words.c html/scale.c html/svg.c
    html/charts.c html/chart_days.c html/chart_bars.c html/chart_outcomes.c
    html/chart_spans.c html/chart_histogram.c html/chart_compare.c
    html/findings.c html/look.c html/tool.c html/tool_events.c
    html/tool_durations.c html/tool_versions.c html/tool_fields.c
    html/tool_ends.c html/how.c html/page.c html/save.c
    ${CMAKE_CURRENT_BINARY_DIR}/style.c)
