/* SPDX-License-Identifier: MIT */
/*
 * serve, against a table of requests that nobody honest sends: each is
 * answered as it should be or its connection ended, while a second client is
 * served between them, and nothing but that one's events is counted.
 */
#include "second.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define GOOD QUERY("commit", "ms=1&exit=0")
#define GOOD_LINE LINE("commit", "\"ms\":1,\"exit\":0")
#define GET(query) "GET /t?" query " HTTP/1.1\r\n" TAIL
#define HEAD(headers) "GET /t?" GOOD " HTTP/1.1\r\n" headers TAIL
#define TAIL "Host: x\r\nConnection: close\r\n\r\n"

/* What comes of it: a status, or the end of the connection without one. */
#define ENDED 0

/* The reasons under which a request may be counted. */
#define NOT_COUNTED NULL

struct hostile {
    const char *name;
    const char *bytes;
    size_t len;
    int status;
    const char *reason;
    unsigned refused; /* how often */
};

#define RAW(name, string, status, reason)               \
    {                                                   \
        name, string, sizeof(string) - 1, status, reason, \
            (reason) != NULL ? 1 : 0                    \
    }
/* A query, refused as no event can be read from it. */
#define FORM(name, query) RAW(name, GET(query), 400, "form")
/* Refused by the daemon before it is a request. */
#define BAD(name, string) RAW(name, string, 400, NOT_COUNTED)

static const struct hostile requests[] = {
