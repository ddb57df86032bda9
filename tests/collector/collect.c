/* SPDX-License-Identifier: MIT */
/* collect: a collector as a real process, and raw requests to it. */
#include "collect.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sqlite3.h>

#define HEAD(id, version, method)                                     \
    "[tool]\nid = " id "\nversion = " version "\n"                    \
    "endpoint = https://t.example.org/t\nmethod = " method "\n"       \
    "purpose = Decide which commands to make faster\n"                \
    "source = https://example.org/source\ncontroller = Example Org\n" \
    "contact = privacy@example.org\nretention = 365 days\n"

static const char git[] = HEAD(
    "git", "2.39.5",
    "GET") "[verbs]\ncommit = record a change\nlog = read the history\n"
           "remote add = add a remote\n"
           "[modifiers]\ncommit --amend = amend\n"
           "[fields]\nms = rounded\nexit = code\n"
           "fmt = word --format: json table csv\nquiet = flag --quiet -q\n";

/* A later version knows one verb more, and one field less. */
static const char git_later[] = HEAD(
    "git", "2.40.0",
    "GET") "[verbs]\ncommit = record a change\nswitch = go to a branch\n"
           "[fields]\nms = rounded\nexit = code\nquiet = flag --quiet -q\n";

static const char dock[] =
    HEAD("dock", "1", "POST") "[verbs]\npull = fetch an image\n"
                              "[fields]\nms = off\nexit = class\n";

static const char lister[] =
    HEAD("lister", "1.2", "POST") "[command]\nverbs = none\n"
                                  "[fields]\nms = bucket\nexit = 0 1 2\n"
                                  "crash = on\nbuild-ids = 1a2b3c4d5e6f7081\n";

static bool is_listening(void *context)
{
    struct collect *c = context;
    char *log = collect_log(c);
    const char *line = log != NULL ? strstr(log, "listening on ") : NULL;
    const char *end = line != NULL ? strchr(line, '\n') : NULL;

    if (end != NULL) {
        const char *colon = end;

        while (*colon != ':')
            colon--;
        c->port = atoi(colon + 1);
        c->ipv6 = strncmp(line, "listening on [", 14) == 0;
    }
    free(log);
    return end != NULL;
}

void collect_setup(struct collect *c)
{
    memset(c, 0, sizeof(*c));
    c->scratch = scratch_new();
    snprintf(c->db, sizeof(c->db), "%s", scratch_path(c->scratch, "totals.db"));
    scratch_write(c->scratch, "tools/git.conf", git);
    scratch_write(c->scratch, "tools/git-2.40.conf", git_later);
    scratch_write(c->scratch, "tools/dock.conf", dock);
    scratch_write(c->scratch, "tools/lister.conf", lister);
}

void collect_teardown(struct collect *c)
{
    scratch_free(c->scratch);
    c->scratch = NULL;
}

void collect_start_as(struct collect *c, char *const *argv)
{
    char log[32];

    snprintf(log, sizeof(log), "serve-%u.log", ++c->starts);
    c->pid = scratch_start(c->scratch, log, argv);
    until(is_listening, c);
}

void collect_start(struct collect *c, const char *listen)
{
    char tools[256];
    char *argv[] = {strdup(TEL_COLLECT), strdup("serve"), strdup("--listen"),
                    strdup(listen),      strdup("--db"),  c->db,
                    strdup("--tools"),   tools,           NULL};

    snprintf(tools, sizeof(tools), "%s", scratch_path(c->scratch, "tools"));
    collect_start_as(c, argv);
    for (size_t i = 0; argv[i] != NULL; i++) {
        if (argv[i] != c->db && argv[i] != tools)
            free(argv[i]);
    }
}

void collect_stop(struct collect *c)
{
    assert_int_equal(scratch_stop(c->scratch, c->pid, SIGTERM), 0);
    c->pid = 0;
}

int collect_connect(const struct collect *c)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6,
                              .sin6_port = htons((uint16_t)c->port),
                              .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr_in v4 = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)c->port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval limit = {.tv_sec = 20};
    int fd =
        socket(c->ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int r;

    assert_true(fd >= 0);
    r = c->ipv6 ? connect(fd, (struct sockaddr *)&v6, sizeof(v6))
                : connect(fd, (struct sockaddr *)&v4, sizeof(v4));
    if (r < 0) {
        (void)close(fd);
        return -1;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    return fd;
}

/* Where a limit of time is set, a signal that valgrind takes for itself ends a
 * call that nothing else would end. */
static ssize_t send_some(int fd, const char *bytes, size_t len)
{
    ssize_t sent;

    do {
        sent = send(fd, bytes, len, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent;
}

static ssize_t receive_some(int fd, char *buf, size_t size)
{
    ssize_t got;

    do {
        got = recv(fd, buf, size, 0);
    } while (got < 0 && errno == EINTR);
    return got;
}

void send_bytes(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t sent = send_some(fd, bytes, len);

        /* A collector may have heard enough. */
        if (sent <= 0)
            return;
        bytes += sent;
        len -= (size_t)sent;
    }
}

int read_answer(int fd, char *buf, size_t size)
{
    size_t len = 0;
    ssize_t got;
    int status = 0;

    buf[0] = '\0';
    while (len + 1 < size &&
           (got = receive_some(fd, buf + len, size - len - 1)) > 0) {
        len += (size_t)got;
        buf[len] = '\0';
        if (strncmp(buf, "HTTP/1.1 204", 12) == 0 &&
            strstr(buf, "\r\n\r\n") != NULL)
            break;
    }
    if (sscanf(buf, "HTTP/1.%*c %d", &status) != 1)
        return 0;
    return status;
}

int collect_exchange(struct collect *c, const char *bytes, size_t len)
{
    int fd = collect_connect(c);
    int status;

    if (fd < 0)
        return 0;
    send_bytes(fd, bytes, len);
    status = read_answer(fd, c->answer, sizeof(c->answer));
    (void)close(fd);
    return status;
}

void collect_leave(const struct collect *c, const char *bytes, size_t len)
{
    int fd = collect_connect(c);

    assert_true(fd >= 0);
    send_bytes(fd, bytes, len);
    (void)close(fd);
}

static int ask(struct collect *c, const char *method, const char *target,
               const char *body, const char *key)
{
    char *bytes = NULL;
    int len;
    int status;

    len = asprintf(&bytes,
                   "%s %s HTTP/1.1\r\nHost: localhost\r\n%s%s%s"
                   "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                   method, target, key != NULL ? "Idempotency-Key: " : "",
                   key != NULL ? key : "", key != NULL ? "\r\n" : "",
                   strlen(body), body);
    assert_true(len > 0);
    status = collect_exchange(c, bytes, (size_t)len);
    free(bytes);
    return status;
}

int collect_get(struct collect *c, const char *query, const char *key)
{
    char *target = NULL;
    int status;

    assert_true(asprintf(&target, "/t?%s", query) > 0);
    status = ask(c, "GET", target, "", key);
    free(target);
    return status;
}

int collect_post(struct collect *c, const char *body, const char *key)
{
    return ask(c, "POST", "/t", body, key);
}

char *collect_log(const struct collect *c)
{
    return file_read(scratch_path(c->scratch, "serve-%u.log", c->starts), NULL);
}

/* The tools of a report, or its only one. */
static json_t *take_tools(json_t *report, bool one)
{
    json_t *tools = json_object_get(report, "tools");

    if (one) {
        assert_int_equal(json_array_size(tools), 1);
        tools = json_array_get(tools, 0);
    }
    json_incref(tools);
    json_decref(report);
    return tools;
}

json_t *collect_report(struct collect *c, const char *tool, ...)
{
    char *argv[24];
    struct result result;
    json_t *report = NULL;
    json_error_t error;
    size_t count = 0;
    const char *option = NULL;
    va_list options;

    argv[count++] = strdup(TEL_COLLECT);
    argv[count++] = strdup("report");
    argv[count++] = strdup("--json");
    argv[count++] = strdup("--db");
    argv[count++] = strdup(c->db);
    if (tool != NULL) {
        argv[count++] = strdup("--tool");
        argv[count++] = strdup(tool);
    }
    va_start(options, tool);
    while ((option = va_arg(options, const char *)) != NULL)
        argv[count++] = strdup(option);
    va_end(options);
    argv[count] = NULL;
    result = scratch_runv(c->scratch, argv);
    assert_string_equal(result.err, "");
    assert_int_equal(result.status, 0);
    report = json_loads(result.out, JSON_REJECT_DUPLICATES, &error);
    if (report == NULL)
        fail_msg("no JSON: %s: %s", error.text, result.out);
    result_clear(&result);
    while (count > 0)
        free(argv[--count]);
    return take_tools(report, tool != NULL);
}

json_t *event_of(const json_t *report, const char *event)
{
    json_t *entry = NULL;
    size_t i;

    json_array_foreach(json_object_get(report, "events"), i, entry)
    {
        if (strcmp(json_string_value(json_object_get(entry, "event")), event) ==
            0)
            return entry;
    }
    return NULL;
}

json_int_t number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    if (!json_is_integer(value))
        fail_msg("%s: no number", key);
    return json_integer_value(value);
}

json_int_t collect_runs(struct collect *c, const char *event)
{
    json_t *report = collect_report(c, NULL, "-k", "1", NULL);
    json_t *tool = NULL;
    json_int_t runs = 0;
    size_t i;

    json_array_foreach(report, i, tool)
    {
        const char *id = json_string_value(json_object_get(tool, "tool"));

        if (strcmp(id, "git") == 0 && event_of(tool, event) != NULL)
            runs = number_of(event_of(tool, event), "runs");
    }
    json_decref(report);
    return runs;
}

long collect_sql(struct collect *c, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    long number = -1;
    int r;

    assert_int_equal(sqlite3_open(scratch_path(c->scratch, "totals.db"), &db),
                     SQLITE_OK);
    (void)sqlite3_busy_timeout(db, 10000);
    r = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (r == SQLITE_OK)
        r = sqlite3_step(statement);
    if (r == SQLITE_ROW)
        number = (long)sqlite3_column_int64(statement, 0);
    else if (r != SQLITE_DONE)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(db);
    return number;
}

long collect_refused(struct collect *c, const char *reason)
{
    char sql[128];
    long number;

    snprintf(sql, sizeof(sql), "SELECT sum(n) FROM refused WHERE reason = '%s'",
             reason);
    number = collect_sql(c, sql);
    return number < 0 ? 0 : number;
}
