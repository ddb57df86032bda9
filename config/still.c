/* SPDX-License-Identifier: MIT */
/* Characters, and which of a file's may be shown on a terminal. */
#include <tel/text.h>

/* RFC 3629: no overlong forms, no surrogates. */
size_t tel_text_character(const char *bytes, size_t len, uint32_t *ret_point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *s = (const unsigned char *)bytes;
    uint32_t point;
    size_t size;

    if (len == 0 || s[0] > 0xf4 || (s[0] >= 0x80 && s[0] < 0xc2)) {
        return 0;
    }
    size = s[0] < 0x80 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    point = size == 1 ? s[0] : s[0] & (0x7fU >> size);
    for (size_t i = 1; i < size; i++) {
        if (i == len || (s[i] & 0xc0) != 0x80) {
            return 0;
        }
        point = point << 6 | (s[i] & 0x3fU);
    }
    if (point < least[size] || point > 0x10ffff ||
        (point >= 0xd800 && point < 0xe000)) {
        return 0;
    }
    *ret_point = point;
    return size;
}

/*
 * No control, of which U+009B is as good as ESC [ to a terminal; nothing
 * without a width, nothing that turns the direction of writing, no line or
 * paragraph separator, no byte order mark.
 */
static bool is_still(uint32_t point)
{
    return !tel_text_control(point) && point != 0xad &&
           !(point >= 0x200b && point <= 0x200f) &&
           !(point >= 0x2028 && point <= 0x202e) &&
           !(point >= 0x2060 && point <= 0x206f) && point != 0x61c &&
           point != 0xfeff && !(point >= 0xe0000 && point <= 0xe0fff);
}

bool tel_text_still(const char *bytes, size_t len, size_t *ret_size)
{
    uint32_t point = 0;
    size_t size = tel_text_character(bytes, len, &point);

    *ret_size = size > 0 ? size : 1;
    return size > 0 && is_still(point);
}
