/* SPDX-License-Identifier: MIT */
/* Random numbers, from the kernel. */
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "files.h"

void draw(void *at, size_t len)
{
    char *next = at;
    while (len > 0) {
        ssize_t n = getrandom(next, len, 0);
        if (n < 0 && errno == EINTR)
            continue;
        /* A key that could be guessed or met twice would break the count,
         * and a moment that could be foreseen the promise: better none. */
        if (n <= 0)
            abort();
        next += n;
        len -= (size_t)n;
    }
}

uint64_t draw_below(uint64_t bound)
{
    /* The top of the range that is no multiple of bound would favour low
     * numbers. */
    uint64_t top = UINT64_MAX - UINT64_MAX % bound;
    uint64_t number;
    do
        draw(&number, sizeof(number));
    while (number >= top);
    return number % bound;
}

uint64_t draw_key(void)
{
    uint64_t key;
    do
        draw(&key, sizeof(key));
    while (key == 0);
    return key;
}

void draw_hex(char key[TEL_IDEMPOTENCY_LEN + 1])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[TEL_IDEMPOTENCY_LEN / 2];
    draw(bytes, sizeof(bytes));
    for (size_t i = 0; i < sizeof(bytes); i++) {
        key[2 * i] = digits[bytes[i] >> 4];
        key[2 * i + 1] = digits[bytes[i] & 15];
    }
    key[TEL_IDEMPOTENCY_LEN] = '\0';
}
