/* SPDX-License-Identifier: MIT */
/* The first message of a TLS client (RFC 8446, 4.1.2, in a record of 5.1). */
#include "hello.h"

#include <stdio.h>
#include <string.h>

#include "support.h"

#define HANDSHAKE 22
#define CLIENT_HELLO 1
#define ALPN 16
#define SESSION_TICKET 35
#define PRE_SHARED_KEY 41
#define EARLY_DATA 42
#define KEY_SHARE 51

/* Takes a number of count bytes. */
static size_t take(const struct hello *hello, size_t *at, size_t count)
{
    size_t number = 0;

    assert_true(*at + count <= hello->len);
    for (size_t i = 0; i < count; i++)
        number = number << 8 | hello->bytes[(*at)++];
    return number;
}

/* Takes len bytes, which may be made zero. */
static const unsigned char *skip_bytes(struct hello *hello, size_t *at,
                                       size_t len, bool drawn)
{
    unsigned char *bytes = hello->bytes + *at;

    assert_true(*at + len <= hello->len);
    *at += len;
    if (drawn)
        memset(bytes, 0, len);
    return bytes;
}

static void read_names(struct hello *hello, size_t at)
{
    size_t end = take(hello, &at, 2);

    end += at;
    while (at < end) {
        size_t len = take(hello, &at, 1);
        const unsigned char *name = skip_bytes(hello, &at, len, false);
        size_t used = strlen(hello->names);

        snprintf(hello->names + used, sizeof(hello->names) - used, "%.*s ",
                 (int)len, (const char *)name);
    }
}

static void read_shares(struct hello *hello, size_t at)
{
    size_t end = take(hello, &at, 2);

    end += at;
    while (at < end) {
        size_t len;

        (void)take(hello, &at, 2);
        len = take(hello, &at, 2);
        (void)skip_bytes(hello, &at, len, true);
    }
}

static void read_extensions(struct hello *hello, size_t at)
{
    size_t end = take(hello, &at, 2);

    end += at;
    while (at < end) {
        size_t type = take(hello, &at, 2);
        size_t len = take(hello, &at, 2);

        if (type == ALPN)
            read_names(hello, at);
        if (type == KEY_SHARE)
            read_shares(hello, at);
        if (type == PRE_SHARED_KEY || type == EARLY_DATA ||
            (type == SESSION_TICKET && len > 0))
            hello->resumes = true;
        (void)skip_bytes(hello, &at, len, false);
    }
}

void hello_read(const unsigned char *said, size_t len, struct hello *ret_hello)
{
    struct hello hello = {.len = len};
    size_t at = 0;
    size_t id_len;
    unsigned char id[32];

    assert_non_null(said);
    hello.len = len < sizeof(hello.bytes) ? len : sizeof(hello.bytes);
    memcpy(hello.bytes, said, hello.len);
    assert_int_equal(take(&hello, &at, 1), HANDSHAKE);
    (void)take(&hello, &at, 2);
    hello.len = take(&hello, &at, 2) + at;
    assert_true(hello.len <= len && hello.len <= sizeof(hello.bytes));
    assert_int_equal(take(&hello, &at, 1), CLIENT_HELLO);
    (void)take(&hello, &at, 3);
    (void)take(&hello, &at, 2);
    (void)skip_bytes(&hello, &at, 32, true);
    id_len = take(&hello, &at, 1);
    assert_true(id_len <= sizeof(id));
    memcpy(id, hello.bytes + at, id_len);
    for (size_t i = 0; i < id_len; i++)
        snprintf(hello.session + 2 * i, 3, "%02x", id[i]);
    (void)skip_bytes(&hello, &at, id_len, true);
    (void)skip_bytes(&hello, &at, take(&hello, &at, 2), false);
    (void)skip_bytes(&hello, &at, take(&hello, &at, 1), false);
    read_extensions(&hello, at);
    *ret_hello = hello;
}
