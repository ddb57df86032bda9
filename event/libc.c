/* SPDX-License-Identifier: MIT */
/* Which C library this process runs on, asked at run time. */
#include <tel/event.h>
#include <tel/text.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "valid.h"

/*
 * gnu_get_libc_version would have to be weak for musl's sake, and is then
 * missing in a static program too; confstr is in both libraries, and on musl
 * does not know this name.
 */
#ifndef _CS_GNU_LIBC_VERSION
#define _CS_GNU_LIBC_VERSION 2
#endif

const char *tel_event_libc(char *buf, size_t size)
{
    char answer[TEL_LIBC_MAX + 1]; /* "glibc 2.36" */
    int kept = errno;
    size_t len = confstr(_CS_GNU_LIBC_VERSION, answer, sizeof(answer));
    struct tel_text text;
    char *space;

    errno = kept;
    if (len == 0 || len > sizeof(answer))
        return "musl";
    space = memchr(answer, ' ', len);
    if (space != NULL)
        *space = '-';
    tel_text_start(&text, buf, size);
    tel_text_add(&text, answer);
    if (tel_text_end(&text) < 0 ||
        !tel_event_token(buf, text.len, TEL_LIBC_MAX))
        return "glibc";
    return buf;
}
