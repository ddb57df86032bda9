/* SPDX-License-Identifier: MIT */
/*
 * hello: the first message of a TLS client, without what must be drawn anew
 * for each connection. Two of one client and one server are the same then, or
 * something in them links or tells apart.
 */
#ifndef TEL_TEST_HELLO_H
#define TEL_TEST_HELLO_H

#include <stdbool.h>
#include <stddef.h>

struct hello {
    unsigned char bytes[4096]; /* zero where it is drawn: random, session id,
                                  key shares */
    size_t len;
    char session[65]; /* the session id, in hexadecimal */
    bool resumes;     /* by a ticket or a pre-shared key, or with early data */
    char names[64];   /* the protocols of ALPN, each with a blank after it */
};

/* Fails the test where it is none. */
void hello_read(const unsigned char *said, size_t len, struct hello *ret_hello);

#endif
