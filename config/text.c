/* SPDX-License-Identifier: MIT */
/* Bytes appended to a fixed buffer, and decimal numbers read back. */
#include <tel/text.h>

#include <errno.h>
#include <string.h>

void tel_text_start(struct tel_text *text, char *buf, size_t size)
{
    text->buf = buf;
    text->size = size;
    text->len = 0;
    text->full = false;
    buf[0] = '\0';
}

void tel_text_bytes(struct tel_text *text, const char *bytes, size_t len)
{
    if (text->full || len >= text->size - text->len) {
        text->full = true;
        return;
    }
    if (len > 0)
        memcpy(text->buf + text->len, bytes, len);
    text->len += len;
    text->buf[text->len] = '\0';
}

void tel_text_add(struct tel_text *text, const char *string)
{
    tel_text_bytes(text, string, strlen(string));
}

void tel_text_number(struct tel_text *text, uint64_t number)
{
    char digits[20];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    tel_text_bytes(text, digits + at, sizeof(digits) - at);
}

void tel_text_hex(struct tel_text *text, uint64_t number)
{
    char digits[16];

    for (size_t i = sizeof(digits); i-- > 0; number >>= 4)
        digits[i] = "0123456789abcdef"[number & 15];
    tel_text_bytes(text, digits, sizeof(digits));
}

int tel_text_end(const struct tel_text *text)
{
    return text->full ? -ENAMETOOLONG : (int)text->len;
}

uint32_t tel_text_hash(const char *string)
{
    uint32_t hash = 2166136261U;

    for (; *string != '\0'; string++)
        hash = (hash ^ (unsigned char)*string) * 16777619U;
    return hash;
}

bool tel_text_parse(const char *bytes, size_t len, uint64_t max,
                    uint64_t *ret_number)
{
    uint64_t number = 0;

    if (len == 0)
        return false;
    for (size_t i = 0; i < len; i++) {
        unsigned digit = (unsigned)(unsigned char)bytes[i] - '0';

        if (digit > 9 || number > (UINT64_MAX - digit) / 10)
            return false;
        number = number * 10 + digit;
        if (number > max)
            return false;
    }
    *ret_number = number;
    return true;
}
