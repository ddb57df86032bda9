/* SPDX-License-Identifier: MIT */
/* A crash as it stands on the wire: three numbers in hexadecimal. */
#include <tel/event.h>
#include <tel/text.h>

#include <errno.h>
#include <string.h>

#include "valid.h"

#define FRAMES_LEN 8
#define OFFSET_LEN 12

static void add_hex(struct tel_text *text, uint64_t number, size_t least)
{
    static const char digits[] = "0123456789abcdef";
    char buf[16];
    size_t len = 0;

    do {
        buf[sizeof(buf) - ++len] = digits[number % 16];
        number /= 16;
    } while (number > 0 || len < least);
    tel_text_bytes(text, buf + sizeof(buf) - len, len);
}

int tel_crash_text(const struct tel_crash *crash, char *buf, size_t size)
{
    struct tel_text text;

    if (crash->offset >= TEL_CRASH_OFFSET_TOP)
        return -ERANGE;
    tel_text_start(&text, buf, size);
    add_hex(&text, crash->build, TEL_BUILD_LEN);
    tel_text_add(&text, "-");
    add_hex(&text, crash->offset, 1);
    tel_text_add(&text, "-");
    add_hex(&text, crash->frames, FRAMES_LEN);
    return tel_text_end(&text) < 0 ? -ERANGE : 0;
}

/* How many of the len bytes, from the first on, are hexadecimal digits. */
static size_t hex_run(const char *at, size_t len)
{
    size_t n = 0;

    while (n < len &&
           ((at[n] >= '0' && at[n] <= '9') || (at[n] >= 'a' && at[n] <= 'f')))
        n++;
    return n;
}

bool tel_crash_valid(const char *text, size_t len)
{
    size_t at = TEL_BUILD_LEN + 1;
    size_t digits;

    if (len < at || hex_run(text, len) != TEL_BUILD_LEN || text[at - 1] != '-')
        return false;
    digits = hex_run(text + at, len - at);
    /* An offset has one form only, as every number has. */
    if (digits < 1 || digits > OFFSET_LEN || (text[at] == '0' && digits > 1))
        return false;
    at += digits;
    return len - at == 1 + FRAMES_LEN && text[at] == '-' &&
           hex_run(text + at + 1, FRAMES_LEN) == FRAMES_LEN;
}
