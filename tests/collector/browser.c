/* SPDX-License-Identifier: MIT */
/* browser: a headless Chromium, led over a pipe. */
#include "browser.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS 60000
#define CHUNK 65536

/* Chromium reads orders from 3 and answers on 4, each ended by a NUL. */
enum { ORDERS = 3, ANSWERS = 4 };

struct browser {
    pid_t pid;
    int to, from;
    char *buf; /* what was read and not yet taken */
    size_t len;
    json_int_t id;
    char session[80];
    bool loaded;
    unsigned requests;
    char *complaint;
};

static const char *find_chromium(void)
{
    static const char *const places[] = {"/usr/bin/chromium",
                                         "/usr/bin/chromium-browser",
                                         "/usr/bin/google-chrome"};

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (access(places[i], X_OK) == 0)
            return places[i];
    }
    return NULL;
}

/* A group of its own, since it starts many processes. */
static void become_chromium(const char *program, const char *profile,
                            int orders, int answers, char **vars)
{
    const char *const argv[] = {program,
                                "--headless",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-quic",
                                "--disable-dev-shm-usage",
                                "--disable-extensions",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync",
                                "--remote-debugging-pipe",
                                profile,
                                NULL};
    char *copies[sizeof(argv) / sizeof(argv[0])];
    int null = open("/dev/null", O_RDWR);

    memcpy(copies, argv, sizeof(copies));
    (void)setpgid(0, 0);
    if (null < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0 ||
        dup2(orders, ORDERS) < 0 || dup2(answers, ANSWERS) < 0)
        _exit(126);
    (void)execve(program, copies, vars);
    _exit(127);
}

static void launch(struct browser *b, struct scratch *scratch,
                   const char *program)
{
    char profile[192];
    int to[2];
    int from[2];
    int orders;
    int answers;

    snprintf(profile, sizeof(profile), "--user-data-dir=%s",
             scratch_path(scratch, "chromium"));
    assert_int_equal(pipe2(to, O_CLOEXEC), 0);
    assert_int_equal(pipe2(from, O_CLOEXEC), 0);
    /* Out of the way of 3 and 4. */
    orders = fcntl(to[0], F_DUPFD_CLOEXEC, 20);
    answers = fcntl(from[1], F_DUPFD_CLOEXEC, 20);
    (void)close(to[0]);
    (void)close(from[1]);
    b->to = to[1];
    b->from = from[0];
    b->pid = fork();
    assert_true(b->pid >= 0);
    if (b->pid == 0)
        become_chromium(program, profile, orders, answers, scratch->vars);
    (void)close(orders);
    (void)close(answers);
}

/* Waits for bytes, and takes what is there. */
static void read_more(struct browser *b)
{
    struct pollfd poller = {.fd = b->from, .events = POLLIN};
    ssize_t got;

    if (poll(&poller, 1, WAIT_MS) != 1)
        fail_msg("chromium says nothing");
    b->buf = realloc(b->buf, b->len + CHUNK);
    assert_non_null(b->buf);
    got = read(b->from, b->buf + b->len, CHUNK);
    if (got <= 0)
        fail_msg("chromium is gone");
    b->len += (size_t)got;
}

static json_t *next_message(struct browser *b)
{
    const char *end = NULL;
    size_t size;
    json_t *message = NULL;

    while (b->len == 0 || (end = memchr(b->buf, '\0', b->len)) == NULL)
        read_more(b);
    message = json_loads(b->buf, 0, NULL);
    assert_non_null(message);
    size = (size_t)(end - b->buf) + 1;
    memmove(b->buf, b->buf + size, b->len - size);
    b->len -= size;
    return message;
}

static bool is_one_of(const char *method, const char *const *names)
{
    for (size_t i = 0; names[i] != NULL; i++) {
        if (strcmp(method, names[i]) == 0)
            return true;
    }
    return false;
}

static void note_event(struct browser *b, const json_t *message)
{
    static const char *const complaints[] = {
        "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded",
        "Audits.issueAdded", NULL};
    const char *method = json_string_value(json_object_get(message, "method"));

    if (method == NULL)
        return;
    if (strcmp(method, "Page.loadEventFired") == 0)
        b->loaded = true;
    if (strcmp(method, "Network.requestWillBeSent") == 0)
        b->requests++;
    if (is_one_of(method, complaints) && b->complaint == NULL)
        b->complaint = json_dumps(json_object_get(message, "params"), 0);
}

/* Sends an order; params is taken over. */
static void order(struct browser *b, const char *method, json_t *params)
{
    json_t *message = json_pack("{s:I, s:s, s:o}", "id", ++b->id, "method",
                                method, "params", params);
    char *text = NULL;

    if (b->session[0] != '\0')
        json_object_set_new(message, "sessionId", json_string(b->session));
    text = json_dumps(message, JSON_COMPACT);
    assert_non_null(text);
    /* With its NUL. */
    assert_int_equal(write(b->to, text, strlen(text) + 1),
                     (ssize_t)strlen(text) + 1);
    free(text);
    json_decref(message);
}

/* Sends an order and returns its result. */
static json_t *call(struct browser *b, const char *method, json_t *params)
{
    json_t *answer = NULL;
    json_t *result = NULL;

    order(b, method, params);
    for (;;) {
        answer = next_message(b);
        if (json_integer_value(json_object_get(answer, "id")) == b->id)
            break;
        note_event(b, answer);
        json_decref(answer);
    }
    result = json_incref(json_object_get(answer, "result"));
    if (result == NULL)
        fail_msg("%s: %s", method, json_dumps(answer, 0));
    json_decref(answer);
    return result;
}

static void tell(struct browser *b, const char *method, json_t *params)
{
    json_decref(call(b, method, params));
}

struct browser *browser_start(struct scratch *scratch)
{
    static const char *const domains[] = {"Page.enable", "Runtime.enable",
                                          "Network.enable", "Log.enable",
                                          "Audits.enable"};
    const char *program = find_chromium();
    struct browser *b = NULL;
    json_t *target = NULL;
    json_t *session = NULL;

    skip_unless(program != NULL, "there is no Chromium");
    (void)signal(SIGPIPE, SIG_IGN);
    b = calloc(1, sizeof(*b));
    assert_non_null(b);
    launch(b, scratch, program);
    target = call(b, "Target.createTarget",
                  json_pack("{s:s}", "url", "about:blank"));
    session =
        call(b, "Target.attachToTarget",
             json_pack("{s:O, s:b}", "targetId",
                       json_object_get(target, "targetId"), "flatten", 1));
    snprintf(b->session, sizeof(b->session), "%s",
             json_string_value(json_object_get(session, "sessionId")));
    json_decref(session);
    json_decref(target);
    for (size_t i = 0; i < sizeof(domains) / sizeof(domains[0]); i++)
        tell(b, domains[i], json_object());
    return b;
}

/* It is asked first, so that nobody writes to its profile any more; what can
 * not be asked any more is ended. */
void browser_stop(struct browser *b)
{
    static const char close_it[] = "{\"id\":0,\"method\":\"Browser.close\"}";
    struct pollfd poller;
    char rest[4096];

    if (b == NULL)
        return;
    poller = (struct pollfd){.fd = b->from, .events = POLLIN};
    if (write(b->to, close_it, sizeof(close_it)) > 0) {
        while (poll(&poller, 1, WAIT_MS) == 1 &&
               read(b->from, rest, sizeof(rest)) > 0)
            continue;
    }
    (void)kill(-b->pid, SIGKILL);
    (void)waitpid(b->pid, NULL, 0);
    (void)close(b->to);
    (void)close(b->from);
    free(b->complaint);
    free(b->buf);
    free(b);
}

void browser_size(struct browser *b, int width, int height, const char *scheme)
{
    tell(b, "Emulation.setDeviceMetricsOverride",
         json_pack("{s:i, s:i, s:i, s:b}", "width", width, "height", height,
                   "deviceScaleFactor", width < 600 ? 2 : 1, "mobile",
                   width < 600));
    tell(b, "Emulation.setEmulatedMedia",
         json_pack("{s:[{s:s, s:s}]}", "features", "name",
                   "prefers-color-scheme", "value", scheme));
}

void browser_open(struct browser *b, const char *path)
{
    char url[512];

    snprintf(url, sizeof(url), "file://%s", path);
    b->loaded = false;
    b->requests = 0;
    free(b->complaint);
    b->complaint = NULL;
    tell(b, "Page.navigate", json_pack("{s:s}", "url", url));
    while (!b->loaded) {
        json_t *message = next_message(b);

        note_event(b, message);
        json_decref(message);
    }
}

json_t *browser_eval(struct browser *b, const char *expression)
{
    json_t *answer = call(b, "Runtime.evaluate",
                          json_pack("{s:s, s:b, s:b}", "expression", expression,
                                    "returnByValue", 1, "awaitPromise", 1));
    json_t *value = json_incref(
        json_object_get(json_object_get(answer, "result"), "value"));

    if (json_object_get(answer, "exceptionDetails") != NULL || value == NULL)
        fail_msg("%s", json_dumps(answer, 0));
    json_decref(answer);
    return value;
}

unsigned browser_requests(const struct browser *b)
{
    return b->requests;
}

const char *browser_complaint(const struct browser *b)
{
    return b->complaint;
}

/* Of one digit of base64. */
static unsigned bits_of(char digit)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = strchr(digits, digit);

    return at != NULL ? (unsigned)(at - digits) : 0;
}

void browser_shoot(struct browser *b, const char *path)
{
    json_t *answer = call(b, "Page.captureScreenshot",
                          json_pack("{s:b}", "captureBeyondViewport", 1));
    const char *text = json_string_value(json_object_get(answer, "data"));
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    for (; text != NULL && *text != '\0'; text += 4) {
        unsigned bits = bits_of(text[0]) << 18 | bits_of(text[1]) << 12 |
                        bits_of(text[2]) << 6 | bits_of(text[3]);

        (void)fputc((int)(bits >> 16), file);
        if (text[2] != '=')
            (void)fputc((int)(bits >> 8 & 255), file);
        if (text[3] != '=')
            (void)fputc((int)(bits & 255), file);
    }
    assert_int_equal(fclose(file), 0);
    json_decref(answer);
}
