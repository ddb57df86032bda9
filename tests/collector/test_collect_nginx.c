/* SPDX-License-Identifier: MIT */
/* The site file for nginx that is shipped, in the real nginx: what arrives
 * counts, and of who sent it nothing is kept or passed on. */
#include "front.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMMIT QUERY("commit", "ms=12&exit=0")

static int setup(void **state)
{
    *state = front_new();
    return 0;
}

static int teardown(void **state)
{
    front_free(*state);
    return 0;
}

static struct front *begin(void **state)
{
    skip_unless(
        *state != NULL,
        "nginx was not fetched (tests/foreign/used/fetch-servers.sh)\n");
    return *state;
}

/* ---- what the files below a folder may not hold ------------------------ */

static unsigned files;
static const char *const forbidden[] = {CLIENT, CANARY, "192.0.2.7",
                                        "canary.example"};

static int look(const char *path, const struct stat *info, int type,
                struct FTW *walk)
{
    size_t len = 0;
    char *bytes = NULL;

    (void)walk;
    if (type != FTW_F || !S_ISREG(info->st_mode))
        return 0;
    files++;
    bytes = file_read(path, &len);
    assert_non_null(bytes);
    for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
        if (memmem(bytes, len, forbidden[i], strlen(forbidden[i])) != NULL)
            fail_msg("%s is in %s: %.400s", forbidden[i], path, bytes);
    }
    free(bytes);
    return 0;
}

static void assert_clean(const char *folder, unsigned least)
{
    files = 0;
    assert_int_equal(nftw(folder, look, 16, FTW_PHYS), 0);
    assert_true(files >= least);
}

/* ---- tests -------------------------------------------------------------- */

static long runs_of(struct collect *c, const char *tool)
{
    char sql[128];

    snprintf(sql, sizeof(sql),
             "SELECT sum(n) FROM total WHERE tool = '%s' AND item = 'runs'",
             tool);
    return collect_sql(c, sql);
}

/* Real senders by POST and GET, and raw requests: all of it counts. */
static void test_nginx_counts_what_is_sent(void **state)
{
    struct front *front = begin(state);
    struct box *box = front->box;
    char endpoint[64];

    snprintf(endpoint, sizeof(endpoint), "https://localhost:%d/t", front->port);
    box_tool_at(box, "poster", "POST", endpoint);
    box_tool_at(box, "getter", "GET", endpoint);
    for (int i = 0; i < 2; i++) {
        static const char *const names[] = {"poster", "getter"};
        char *policy = file_read(
            scratch_path(box->scratch, "config/tel/tools.d/%s.conf", names[i]),
            NULL);
        char to[32];

        assert_non_null(policy);
        snprintf(to, sizeof(to), "tools/%s.conf", names[i]);
        scratch_write(front->c.scratch, to, policy);
        free(policy);
    }
    collect_start(&front->c, "127.0.0.1:0");
    front_start(front, front->c.port);
    box_new_file(box, "poster", 1, 60);
    box_new_file(box, "getter", 1, 20);
    box_flush(box, 0, "80 sent, 0 waiting\n");
    assert_int_equal(front_request(front, "GET", "/t?" COMMIT, "", ""), 204);
    assert_int_equal(front_request(front, "GET", "/t?" COMMIT,
                                   "Idempotency-Key: " KEY "\r\n", ""),
                     204);
    assert_int_equal(front_request(front, "GET", "/t?" COMMIT,
                                   "Idempotency-Key: " KEY "\r\n", ""),
                     204);
    assert_int_equal(front_request(front, "POST", "/t",
                                   "Content-Type: application/x-ndjson\r\n",
                                   ROW("commit", "\"ms\":1,\"exit\":0")
                                       ROW("commit", "\"ms\":1,\"exit\":1")),
                     204);
    front_stop(front);
    assert_int_equal(runs_of(&front->c, "git"), 4);
    assert_int_equal(runs_of(&front->c, "poster"), 60);
    assert_int_equal(runs_of(&front->c, "getter"), 20);
    collect_stop(&front->c);
}

/* Everything that can go wrong on the way, with canaries in all of it. */
static void send_badly(struct front *front)
{
    char *large = malloc(2200000);
    char *answer = NULL;

    assert_non_null(large);
    memset(large, '\n', 2200000);
    /* Refused by the collector: its path, query, key; what it never sees. */
    assert_int_equal(front_request(front, "GET", "/t?" CANARY "=1", "", ""),
                     400);
    assert_int_equal(front_request(front, "GET", "/" CANARY "?" COMMIT, "", ""),
                     404);
    assert_int_equal(front_request(front, "GET", "/metrics", "", ""), 404);
    assert_int_equal(front_request(front, "GET", "/healthz", "", ""), 404);
    assert_int_equal(front_request(front, "DELETE", "/t?" CANARY, "", ""), 405);
    assert_int_equal(front_request(front, "TRACE", "/t?" CANARY, "", ""), 405);
    assert_int_equal(front_request(front, "GET", "/t?" COMMIT,
                                   "Idempotency-Key: " CANARY "\r\n", ""),
                     400);
    assert_int_equal(
        front_request(front, "GET", "/t", "Bad header " CANARY "\r\n", ""),
        400);
    /* 1 MiB of lines is more than a batch; twice that more than a body. */
    large[1048576] = '\0';
    assert_int_equal(front_request(front, "POST", "/t", "", large), 413);
    memset(large, '\n', 2200000);
    large[2100000] = '\0';
    assert_int_equal(front_request(front, "POST", "/t", "", large), 413);
    memset(large, 'a', 20000);
    large[0] = '/';
    large[20000] = '\0';
    assert_int_equal(front_request(front, "GET", large, "", ""), 414);
    free(large);
    /* No HTTP at all, no end, an old TLS, another name. */
    answer = front_raw(front, "", CANARY "\r\n\r\n", strlen(CANARY) + 4);
    free(answer);
    answer = front_raw(front, "-tls1_1", "", 0);
    assert_null(strstr(answer, "HTTP/1.1"));
    free(answer);
    answer = front_raw(front, "-servername " CANARY ".example",
                       "GET / HTTP/1.0\r\n\r\n", 18);
    free(answer);
}

static void test_nginx_keeps_nothing_of_who_sent(void **state)
{
    struct front *front = begin(state);
    char *folder = strdup(scratch_path(front->box->scratch, "nginx"));

    collect_start(&front->c, "127.0.0.1:0");
    front_start(front, front->c.port);
    send_badly(front);
    collect_stop(&front->c);
    /* Nobody answers behind it any more. */
    assert_int_equal(front_request(front, "GET", "/t?" COMMIT, "", ""), 502);
    assert_clean(folder, 4);
    assert_clean(front->c.scratch->root, 5);
    front_stop(front);
    assert_clean(folder, 3);
    free(folder);
}

/* Whether a client that has kept its session may take it up again. */
static bool reuses(struct front *front, const char *version)
{
    static const char bytes[] =
        "GET /t HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    const char *way[] = {"-sess_out", "-sess_in"};
    bool reused = false;

    for (size_t i = 0; i < 2; i++) {
        char options[320];
        const char *kept = scratch_path(front->box->scratch, "session");
        char *answer = NULL;

        /* There may have been nothing to keep. */
        if (i == 1 && access(kept, R_OK) != 0)
            return false;
        snprintf(options, sizeof(options), "-%s %s '%s'", version, way[i],
                 kept);
        answer = front_raw(front, options, bytes, strlen(bytes));
        assert_int_equal(front_status(answer), 400);
        reused = strstr(answer, "\nReused, ") != NULL;
        assert_true(reused || strstr(answer, "\nNew, ") != NULL);
        free(answer);
    }
    (void)unlink(scratch_path(front->box->scratch, "session"));
    return reused;
}

/* A session that is taken up again links two batches. */
static void test_nginx_lets_no_session_be_taken_up(void **state)
{
    struct front *front = begin(state);
    char *answer = NULL;

    collect_start(&front->c, "127.0.0.1:0");
    front_start(front, front->c.port);
    assert_false(reuses(front, "tls1_2"));
    assert_false(reuses(front, "tls1_3"));
    answer = front_raw(front, "-no_ign_eof -alpn h2", "", 0);
    assert_non_null(strstr(answer, "ALPN protocol: h2\n"));
    free(answer);
    front_stop(front);
    collect_stop(&front->c);
}

/* The request's head, but for the lines that may be there. */
static void assert_only_known_headers(const char *head)
{
    static const char key[] = "Idempotency-Key: " KEY;
    static const char *const known[] = {"Host: tel-collect",
                                        "Content-Type: application/x-ndjson",
                                        key, "Content-Length: "};
    char *copy = strdup(head);
    char *rest = copy;
    char *line = strsep(&rest, "\n");

    assert_non_null(line);
    while ((line = strsep(&rest, "\n")) != NULL && line[0] != '\r') {
        bool found = false;

        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
            found = found || strncmp(line, known[i], strlen(known[i])) == 0;
        if (!found)
            fail_msg("the collector is told: %s", line);
    }
    assert_null(strstr(head, CANARY));
    assert_null(strstr(head, "192.0.2.7"));
    assert_null(strstr(head, CLIENT));
    free(copy);
}

/* A stand-in for the collector keeps what reaches it. */
static void test_nginx_passes_on_nothing_but_what_counts(void **state)
{
    struct front *front = begin(state);
    struct server *server = front->box->server;

    front_start(front, (int)server_port(server));
    server_answers(server, 204);
    assert_int_equal(front_request(front, "GET", "/t?" COMMIT, "", ""), 204);
    assert_int_equal(
        front_request(front, "POST", "/t",
                      "Content-Type: application/x-ndjson\r\n"
                      "Idempotency-Key: " KEY "\r\nTE: trailers\r\n"
                      "Expect: 100-continue\r\nUpgrade: " CANARY "\r\n",
                      ROW("commit", "\"ms\":1,\"exit\":0")),
        204);
    assert_int_equal(server_count(server), 2);
    assert_int_equal(strncmp(server_request(server, 0),
                             "GET /t?" COMMIT " HTTP/1.1\r\n",
                             strlen("GET /t?" COMMIT " HTTP/1.1\r\n")),
                     0);
    for (size_t i = 0; i < 2; i++)
        assert_only_known_headers(server_request(server, i));
    assert_string_equal(server_key(server, 1), KEY);
    assert_string_equal(server_payload(server, 1),
                        ROW("commit", "\"ms\":1,\"exit\":0"));
    /* Its answers are the sender's, and each is asked for once. */
    server_answers(server, 503);
    assert_int_equal(front_request(front, "GET", "/t?" COMMIT, "", ""), 503);
    server_answers(server, 429);
    assert_int_equal(front_request(front, "GET", "/t?" COMMIT, "", ""), 429);
    assert_int_equal(server_count(server), 4);
    front_stop(front);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nginx_counts_what_is_sent),
        TEST(test_nginx_keeps_nothing_of_who_sent),
        TEST(test_nginx_lets_no_session_be_taken_up),
        TEST(test_nginx_passes_on_nothing_but_what_counts),
    };

    return cmocka_run_group_tests_name("collect nginx", tests, NULL, NULL);
}
