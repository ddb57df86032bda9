/* SPDX-License-Identifier: MIT */
/*
 * Batches share nothing but the address: what a real server can see of two
 * of them, by its log and by the first bytes of each connection. The server
 * offers all that could link them: tickets, a session cache, early data,
 * cookies, HSTS, Alt-Svc, redirects. Each check must find a client that
 * takes them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hello.h"
#include "tls.h"

#define LINES_MAX 64
#define TOOLS 10

/* The places at which the version, the other server's port and the number of
 * requests a connection may have are put in. */
static const char server_text[] =
    "absolute_redirect off;\nssl_protocols TLSv1.%u;\nssl_early_data "
    "on;\nkeepalive_requests %u;\n"
    "add_header Set-Cookie \"id=$request_id; Max-Age=9999; Path=/\" always;\n"
    "add_header Strict-Transport-Security max-age=9999 always;\n"
    "add_header ETag '\"$request_id\"' always;\n"
    "location /alt {\n"
    "add_header Set-Cookie \"id=$request_id; Max-Age=9999; Path=/\" always;\n"
    "add_header Alt-Svc 'h1=\"localhost:%u\"; ma=9999, "
    "http/1.1=\"localhost:%u\"; ma=9999, h2=\"localhost:%u\"; ma=9999' "
    "always;\n"
    "return 204;\n}\n"
    "location /moved { return 302 /elsewhere; }\n"
    "location / { return 204; }\n";

struct world {
    struct box *box;
    struct tls *front;
    struct tls *other; /* whom Alt-Svc names */
};

static struct world *world_new(unsigned version, unsigned requests)
{
    struct world *world = calloc(1, sizeof(*world));
    char text[2048];
    unsigned port;

    assert_non_null(world);
    world->box = box_new();
    /* A test is skipped, not its setup. */
    if (!tls_has_nginx())
        return world;
    tls_certify(world->box);
    world->other =
        tls_nginx(world->box, "other", "http2", "location / { return 204; }\n");
    port = relay_port(world->other->relay);
    snprintf(text, sizeof(text), server_text, version, requests, port, port,
             port);
    world->front = tls_nginx(world->box, "front", "http2", text);
    return world;
}

static int setup_12(void **state)
{
    *state = world_new(2, 1000);
    return 0;
}

static int setup_13(void **state)
{
    *state = world_new(3, 1000);
    return 0;
}

/* A connection for each request. */
static int setup_13_closing(void **state)
{
    *state = world_new(3, 1);
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;

    tls_free(world->front);
    tls_free(world->other);
    box_free(world->box);
    free(world);
    return 0;
}

static struct world *here(void **state)
{
    struct world *world = *state;

    skip_unless(world->front != NULL, "nginx was not fetched\n");
    return world;
}

/* Tools of one endpoint: names of one length, for requests of one length. */
static void add_tools(const struct world *world, unsigned count,
                      const char *method, const char *target)
{
    char endpoint[64];
    char name[16];

    tls_endpoint(world->front, target, endpoint, sizeof(endpoint));
    for (unsigned i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "probe%u", i);
        box_tool_at(world->box, name, method, endpoint);
    }
}

/* A batch of each tool, all sent by one process. */
static void send_all(const struct world *world, unsigned tools, unsigned events)
{
    char name[16];
    char out[64];

    for (unsigned i = 0; i < tools; i++) {
        snprintf(name, sizeof(name), "probe%u", i);
        box_new_file(world->box, name, 100, events);
    }
    snprintf(out, sizeof(out), "%u sent, 0 waiting\n", tools * events);
    box_flush(world->box, 0, out);
}

static void remember(const struct world *world, const char *target)
{
    char url[64];

    tls_endpoint(world->front, target, url, sizeof(url));
    free(scratch_ok(world->box->scratch, 0, RESUMER, url,
                    scratch_path(world->box->scratch, "home/cert.pem"), NULL));
}

/* ---- what links ---------------------------------------------------------- */

/* Takes "NAME=value " out of a line: the value, quotes and all. */
static void cut(char *line, const char *name, char *value, size_t size)
{
    char key[32];
    char *at;
    size_t len;

    snprintf(key, sizeof(key), " %s=", name);
    at = strstr(line, key);
    assert_non_null(at);
    len = strcspn(at + 1, " ") + 1;
    snprintf(value, size, "%.*s", (int)(len - strlen(key)), at + strlen(key));
    memmove(at, at + len, strlen(at + len) + 1);
}

struct lines {
    size_t count;
    char rest[LINES_MAX][1024]; /* without these, and the event itself */
    char connection[LINES_MAX][128];
    char session[LINES_MAX][128];
    char key[LINES_MAX][128];
};

static struct lines *read_lines(const struct tls *tls)
{
    static struct lines lines;
    char *log = tls_log(tls);
    char *rest = NULL;

    memset(&lines, 0, sizeof(lines));
    for (char *line = strtok_r(log, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        size_t i = lines.count++;

        assert_true(i < LINES_MAX);
        snprintf(lines.rest[i], sizeof(lines.rest[i]), " %.*s ",
                 (int)(strstr(line, " request=") - line), line);
        cut(lines.rest[i], "connection", lines.connection[i], 128);
        cut(lines.rest[i], "session", lines.session[i], 128);
        cut(lines.rest[i], "key", lines.key[i], 128);
    }
    free(log);
    return &lines;
}

/* What in the server's log links two requests, or would tell one from all
 * others; NULL: nothing. */
static const char *link_in_log(const struct tls *tls, bool one_connection)
{
    static const char *const each[] = {
        " cookie=\"-\" ",   " referer=\"-\" ",  " auth=\"-\" ",
        " early=\"-\" ",    " client=\"-\" ",   " accept=\"-\" ",
        " encoding=\"-\" ", " expect=\"-\" ",   " used=\"-\" ",
        " since=\"-\" ",    " match=\"-\" ",    " proxy=\"-\" ",
        " reused=. ",       " name=localhost ", " agent=\"tel/1\" "};
    const struct lines *lines = read_lines(tls);

    assert_true(lines->count > 1);
    for (size_t i = 0; i < lines->count; i++) {
        for (size_t j = 0; j < sizeof(each) / sizeof(each[0]); j++) {
            if (strstr(lines->rest[i], each[j]) == NULL)
                return each[j];
        }
        for (size_t j = 0; j < i; j++) {
            if (!one_connection &&
                strcmp(lines->connection[i], lines->connection[j]) == 0)
                return "connection";
            if (!one_connection && strlen(lines->session[i]) > 2 &&
                strcmp(lines->session[i], lines->session[j]) == 0)
                return "session";
            if (strcmp(lines->key[i], lines->key[j]) == 0)
                return "key";
            if (!one_connection && strcmp(lines->rest[i], lines->rest[j]) != 0)
                return lines->rest[i];
        }
    }
    return NULL;
}

static bool knows_session(const struct tls *tls, const char *session)
{
    char *log = tls_log(tls);
    bool known = *session != '\0' && strstr(log, session) != NULL;

    free(log);
    return known;
}

/* The same for the first bytes of each connection. */
static const char *link_in_hellos(const struct tls *tls, const char *names)
{
    static struct hello hellos[LINES_MAX];
    size_t count = relay_connections(tls->relay);

    assert_true(count > 1 && count <= LINES_MAX);
    for (size_t i = 0; i < count; i++) {
        struct hello *hello = &hellos[i];
        size_t len = 0;
        const unsigned char *said = relay_said(tls->relay, i, &len);

        hello_read(said, len, hello);
        assert_string_equal(hello->names, names);
        if (hello->resumes)
            return "a ticket, a pre-shared key, or early data";
        if (knows_session(tls, hello->session))
            return "the id of a session that the server gave";
        for (size_t j = 0; j < i; j++) {
            if (*hello->session != '\0' &&
                strcmp(hello->session, hellos[j].session) == 0)
                return "one session id";
            if (hello->len != hellos[j].len ||
                memcmp(hello->bytes, hellos[j].bytes, hello->len) != 0)
                return "other bytes";
        }
    }
    return NULL;
}

static void expect_nothing(const char *found)
{
    if (found != NULL)
        fail_msg("what links them: %s", found);
}

/* ---- batches ------------------------------------------------------------- */

static void ten_and_ten(struct world *world, const char *method)
{
    add_tools(world, TOOLS, method, "/t");
    send_all(world, TOOLS, 1);
    send_all(world, TOOLS, 1);
    assert_int_equal(read_lines(world->front)->count, 2 * TOOLS);
    assert_int_equal(relay_connections(world->front->relay), 2 * TOOLS);
    expect_nothing(link_in_log(world->front, false));
    expect_nothing(link_in_hellos(world->front, "http/1.1 "));
}

static void test_unlinkable_batches(void **state)
{
    ten_and_ten(here(state), "POST");
}

static void test_unlinkable_single_gets(void **state)
{
    ten_and_ten(here(state), "GET");
}

/* Batches of many requests each: what is within one is one connection's. */
static void test_unlinkable_batches_over_http2(void **state)
{
    struct world *world = here(state);
    const struct lines *lines;

    add_tools(world, 2, "GET", "/t");
    send_all(world, 2, 10);
    send_all(world, 1, 10);
    lines = read_lines(world->front);
    assert_int_equal(lines->count, 30);
    assert_int_equal(relay_connections(world->front->relay), 3);
    for (size_t i = 0; i < lines->count; i++) {
        assert_non_null(strstr(lines->rest[i], " server=HTTP/2.0 "));
        for (size_t j = 0; j < i; j++) {
            bool one = strcmp(lines->connection[i], lines->connection[j]) == 0;

            assert_true(one == (i / 10 == j / 10));
        }
    }
    expect_nothing(link_in_log(world->front, true));
    expect_nothing(link_in_hellos(world->front, "h2 http/1.1 "));
}

/* The same within a batch, where the server closes after each request. */
static void test_unlinkable_connections_of_a_batch(void **state)
{
    struct world *world = here(state);

    add_tools(world, 1, "GET", "/t");
    send_all(world, 1, 4);
    assert_int_equal(relay_connections(world->front->relay), 4);
    expect_nothing(link_in_log(world->front, false));
    expect_nothing(link_in_hellos(world->front, "http/1.1 "));
}

static void test_unlinkable_alternative_is_not_taken(void **state)
{
    struct world *world = here(state);

    add_tools(world, 1, "GET", "/alt");
    send_all(world, 1, 4);
    send_all(world, 1, 4);
    assert_int_equal(relay_connections(world->other->relay), 0);
    assert_int_equal(relay_connections(world->front->relay), 8);
}

static void test_unlinkable_redirect_is_not_followed(void **state)
{
    struct world *world = here(state);
    char *log;

    add_tools(world, 1, "GET", "/moved");
    box_new_file(world->box, "probe0", 0, 3);
    box_flush(world->box, 1, "0 sent, 3 waiting\n");
    log = tls_log(world->front);
    assert_int_equal(count_of(log, "\n"), 1);
    assert_null(strstr(log, "/elsewhere"));
    free(log);
}

/* ---- a client that remembers --------------------------------------------- */

static void test_unlinkable_resumed_session_would_be_seen(void **state)
{
    struct world *world = here(state);

    remember(world, "/t");
    assert_int_equal(read_lines(world->front)->count, 2);
    assert_non_null(strstr(read_lines(world->front)->rest[1], " reused=r "));
    assert_non_null(link_in_log(world->front, false));
    assert_non_null(link_in_hellos(world->front, "h2 http/1.1 "));
}

static void test_unlinkable_cookie_would_be_seen(void **state)
{
    struct world *world = here(state);

    remember(world, "/t");
    assert_non_null(strstr(read_lines(world->front)->rest[1], " cookie=\"id="));
}

static void test_unlinkable_alternative_would_be_seen(void **state)
{
    struct world *world = here(state);

    remember(world, "/alt");
    assert_int_equal(relay_connections(world->other->relay), 1);
}

static void test_unlinkable_redirect_would_be_seen(void **state)
{
    struct world *world = here(state);
    char *log;

    remember(world, "/moved");
    log = tls_log(world->front);
    assert_non_null(strstr(log, "/elsewhere"));
    free(log);
}

#define AS(name, test, setup)             \
    {                                     \
        name, test, setup, teardown, NULL \
    }
#define TLS_12(test) AS(#test "_in_tls_12", test, setup_12)
#define TLS_13(test) AS(#test "_in_tls_13", test, setup_13)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TLS_12(test_unlinkable_batches),
        TLS_13(test_unlinkable_batches),
        TLS_12(test_unlinkable_single_gets),
        TLS_13(test_unlinkable_single_gets),
        TLS_12(test_unlinkable_batches_over_http2),
        TLS_13(test_unlinkable_batches_over_http2),
        AS("test_unlinkable_connections_of_a_batch",
           test_unlinkable_connections_of_a_batch, setup_13_closing),
        AS("test_unlinkable_alternative_is_not_taken",
           test_unlinkable_alternative_is_not_taken, setup_13_closing),
        TLS_13(test_unlinkable_redirect_is_not_followed),
        TLS_12(test_unlinkable_resumed_session_would_be_seen),
        TLS_13(test_unlinkable_resumed_session_would_be_seen),
        TLS_13(test_unlinkable_cookie_would_be_seen),
        TLS_13(test_unlinkable_alternative_would_be_seen),
        TLS_13(test_unlinkable_redirect_would_be_seen),
    };

    return cmocka_run_group_tests_name("unlinkable", tests, NULL, NULL);
}
