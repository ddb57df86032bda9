/* SPDX-License-Identifier: MIT */
/* An honest client, which is to be served whatever others do meanwhile. */
#include "second.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Below what the collector lets one connection carry. */
#define REQUESTS_MAX 900

void serve_with(struct collect *c, const char *program, ...)
{
    char words[24][256];
    char *argv[25] = {NULL};
    const char *word = NULL;
    size_t count = 0;
    va_list options;

    snprintf(words[count++], sizeof(words[0]), "%s", program);
    snprintf(words[count++], sizeof(words[0]), "serve");
    snprintf(words[count++], sizeof(words[0]), "--listen");
    snprintf(words[count++], sizeof(words[0]), "127.0.0.1:0");
    snprintf(words[count++], sizeof(words[0]), "--db");
    snprintf(words[count++], sizeof(words[0]), "%s",
             scratch_path(c->scratch, "totals.db"));
    snprintf(words[count++], sizeof(words[0]), "--tools");
    snprintf(words[count++], sizeof(words[0]), "%s",
             scratch_path(c->scratch, "tools"));
    va_start(options, program);
    while ((word = va_arg(options, const char *)) != NULL)
        snprintf(words[count++], sizeof(words[0]), "%s", word);
    va_end(options);
    for (size_t i = 0; i < count; i++)
        argv[i] = words[i];
    collect_start_as(c, argv);
}

void second_open(struct second *second, struct collect *c)
{
    second->collect = c;
    second->sent = 0;
    second->fd = collect_connect(c);
    assert_true(second->fd >= 0);
}

static void again(struct second *second)
{
    (void)close(second->fd);
    second->fd = collect_connect(second->collect);
    assert_true(second->fd >= 0);
}

/*
 * A test may be kept from running so long that the collector ends this
 * connection by its deadline, as it should: then the client comes again, with
 * the same key.
 */
void second_send(struct second *second)
{
    char request[512];
    char answer[1024];
    int status = 0;

    snprintf(
        request, sizeof(request),
        "GET /t?" QUERY("log", "ms=1&exit=0") " HTTP/1.1\r\nHost: x\r\n"
                                              "Idempotency-Key: %032x\r\n\r\n",
        second->sent);
    if (second->sent > 0 && second->sent % REQUESTS_MAX == 0)
        again(second);
    for (int tries = 0; status == 0 && tries < 20; tries++) {
        if (tries > 0)
            again(second);
        send_bytes(second->fd, request, strlen(request));
        status = read_answer(second->fd, answer, sizeof(answer));
    }
    if (status != 204)
        fail_msg("the second client is answered: %s", answer);
    second->sent++;
}

void second_close(struct second *second)
{
    (void)close(second->fd);
    assert_int_equal(collect_sql(second->collect,
                                 "SELECT coalesce(sum(n), 0) FROM total WHERE "
                                 "item = 'runs' AND event = 'log'"),
                     second->sent);
}
