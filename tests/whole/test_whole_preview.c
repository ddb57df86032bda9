/* SPDX-License-Identifier: MIT */
/*
 * What tel preview --raw shows is what a collector receives, byte for byte:
 * for many command lines of git, apt and docker, each really run, by preload
 * and by the wrapper in turns. The run's own part (ms and how it ended) and
 * the random key are left aside.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "box.h"
#include "preview_lines.h"
#include "terminal.h"

#define ARGS_MAX 16

_Static_assert(COUNT(git_lines) + COUNT(apt_lines) + COUNT(docker_lines) >= 200,
               "as many lines as were promised");

/* Requests or events, as texts that the list owns. */
struct list {
    char *at[512];
    size_t count;
};

struct world {
    struct box *box;
    struct list shown;
    struct list received;
    char *head; /* of a POST, as it was shown */
    size_t ignored;
    bool is_get;
};

static void list_add(struct list *list, const char *text, size_t len)
{
    assert_true(list->count < COUNT(list->at));
    list->at[list->count] = strndup(text, len);
    assert_non_null(list->at[list->count]);
    list->count++;
}

static void list_clear(struct list *list)
{
    while (list->count > 0)
        free(list->at[--list->count]);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof(*w));

    assert_non_null(w);
    w->box = box_new();
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;

    list_clear(&w->shown);
    list_clear(&w->received);
    box_free(w->box);
    free(w->head);
    free(w);
    return 0;
}

static void write_policies(struct world *w, const struct group *group)
{
    struct scratch *s = w->box->scratch;

    for (size_t i = 0; i < group->ntools; i++) {
        const struct tool *tool = &group->tools[i];
        char text[8192];
        char path[128];

        (void)snprintf(text, sizeof(text),
                       "[tool]\nid = %s\nversion = 2.39.5\n"
                       "endpoint = http://127.0.0.1:%u/t?k=1\nmethod = %s\n%s",
                       tool->name, server_port(w->box->server),
                       w->is_get ? "GET" : "POST", tool->policy);
        (void)snprintf(path, sizeof(path), "config/tel/tools.d/%s.conf",
                       tool->name);
        scratch_write(s, path, text);
        free(scratch_ok(s, 0, TEL, "on", tool->name, NULL));
    }
    tend(s);
}

/* ---- a command line ------------------------------------------------------ */

struct command {
    char text[512];
    char *args[ARGS_MAX]; /* from the tool's name on */
    size_t count;
    bool on_terminal;
};

static void replace(char *word, char from, char to)
{
    for (; *word != '\0'; word++) {
        if (*word == from)
            *word = to;
    }
}

static void split(const char *line, struct command *command)
{
    char *rest = NULL;

    *command = (struct command){.on_terminal = line[0] == '@'};
    (void)snprintf(command->text, sizeof(command->text), "%s",
                   line + command->on_terminal);
    for (char *word = strtok_r(command->text, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        assert_true(command->count < ARGS_MAX);
        if (strcmp(word, "''") == 0)
            *word = '\0';
        replace(word, '~', ' ');
        replace(word, '^', '\33');
        command->args[command->count++] = word;
    }
}

/* A terminal puts a '\r' before each '\n'. */
static void undo_terminal(char *text)
{
    char *to = text;

    for (const char *from = text; *from != '\0'; from++) {
        if (from[0] != '\r' || from[1] != '\n')
            *to++ = *from;
    }
    *to = '\0';
}

/* Runs before and then the command: its status, and what it has shown. */
static int run(struct world *w, const struct command *command,
               char *const *before, const char *program, char **ret_out)
{
    char *argv[ARGS_MAX + 8] = {NULL};
    struct terminal *t;
    size_t n = 0;
    int status;

    while (before[n] != NULL) {
        argv[n] = before[n];
        n++;
    }
    for (size_t i = 0; i < command->count; i++)
        argv[n++] = command->args[i];
    if (program != NULL)
        argv[n - command->count] = (char *)(uintptr_t)program;
    if (!command->on_terminal) {
        struct result r = scratch_runv(w->box->scratch, argv);

        *ret_out = strdup(r.out);
        status = r.status;
        result_clear(&r);
        return status;
    }
    t = terminal_start(w->box->scratch, argv);
    status = terminal_end(t);
    *ret_out = strdup(t->shown);
    terminal_free(t);
    undo_terminal(*ret_out);
    return status;
}

/* ---- the part that is the run's own --------------------------------------- */

/* Takes out what begins with name, up to one of ends. */
static void drop(char *text, const char *name, const char *ends)
{
    char *at = strstr(text, name);
    size_t len;

    if (at == NULL)
        return;
    len = strlen(name) + strcspn(at + strlen(name), ends);
    memmove(at, at + len, strlen(at + len) + 1);
}

static void drop_end(char *event)
{
    static const char *const names[] = {"ms", "exit", "sig", "end"};
    char pair[16];

    for (size_t i = 0; i < COUNT(names); i++) {
        (void)snprintf(pair, sizeof(pair), "&%s=", names[i]);
        drop(event, pair, "& ");
        (void)snprintf(pair, sizeof(pair), ",\"%s\":", names[i]);
        drop(event, pair, ",}");
    }
}

static void drop_key(char *head)
{
    drop(head, "Idempotency-Key: ", "\r");
    drop(head, "Content-Length: ", "\r");
}

/* A request's events into the list; a POST's head stays behind. */
static void take_request(struct world *w, char *request, struct list *list)
{
    char *body = strstr(request, "\r\n\r\n");
    char *rest = NULL;

    assert_non_null(body);
    assert_null(strstr(request, S));
    if (w->is_get) {
        drop_end(request);
        drop_key(request);
        list_add(list, request, strlen(request));
        return;
    }
    *body = '\0';
    body += 4;
    drop_key(request);
    if (w->head == NULL)
        w->head = strdup(request);
    assert_string_equal(request, w->head);
    for (char *line = strtok_r(body, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        drop_end(line);
        list_add(list, line, strlen(line));
    }
}

/* ---- all lines ------------------------------------------------------------ */

static void preview(struct world *w, const struct command *command)
{
    char *const before[] = {(char[]){TEL}, (char[]){"preview"},
                            (char[]){"--raw"}, NULL};
    char *out = NULL;
    int status = run(w, command, before, NULL, &out);

    if (status == 1) {
        /* The terminal shows why, which a pipe keeps apart. */
        if (!command->on_terminal)
            assert_string_equal(out, "");
        w->ignored++;
    } else {
        assert_int_equal(status, 0);
        take_request(w, out, &w->shown);
    }
    free(out);
}

static void really_run(struct world *w, const struct command *command,
                       const char *program, bool wrapped)
{
    char *const wrapper[] = {(char[]){TEL_WRAP}, (char[]){"--"}, NULL};
    char *const nothing[] = {NULL};
    char *out = NULL;

    if (!wrapped)
        scratch_set(w->box->scratch, "LD_PRELOAD", TEL_STAGE_SHIM);
    (void)run(w, command, wrapped ? wrapper : nothing, program, &out);
    scratch_set(w->box->scratch, "LD_PRELOAD", NULL);
    free(out);
}

static void take_received(struct world *w)
{
    size_t count = server_count(w->box->server);

    list_clear(&w->received);
    for (size_t i = 0; i < count; i++) {
        char *copy = strdup(server_request(w->box->server, i));

        take_request(w, copy, &w->received);
        free(copy);
    }
}

static bool all_have_come(void *context)
{
    struct world *w = context;
    struct result r = scratch_run(w->box->scratch, TEL, "flush", NULL);

    result_clear(&r);
    take_received(w);
    return w->received.count >= w->shown.count;
}

static void compare(struct world *w)
{
    qsort(w->shown.at, w->shown.count, sizeof(char *), compare_texts);
    qsort(w->received.at, w->received.count, sizeof(char *), compare_texts);
    for (size_t i = 0; i < w->shown.count; i++)
        assert_string_equal(w->shown.at[i], w->received.at[i]);
    assert_int_equal(w->shown.count, w->received.count);
}

/* "log_oneline" or "quiet yes", in one of the events. */
static bool has_happened(const struct world *w, const char *what)
{
    const char *blank = strchr(what, ' ');
    int len = blank != NULL ? (int)(blank - what) : 1;
    char pair[96];

    (void)snprintf(pair, sizeof(pair), w->is_get ? "&%.*s=%s" : "\"%.*s\":\"%s",
                   len, blank != NULL ? what : "e",
                   blank != NULL ? blank + 1 : what);
    for (size_t i = 0; i < w->received.count; i++) {
        const char *at = strstr(w->received.at[i], pair);

        if (at != NULL && strchr("& \"", at[strlen(pair)]) != NULL)
            return true;
    }
    return false;
}

static void check_group(struct world *w, const struct group *group, bool is_get,
                        const char *program)
{
    w->is_get = is_get;
    write_policies(w, group);
    for (size_t i = 0; i < group->nlines; i++) {
        struct command command;

        split(group->lines[i], &command);
        if (command.on_terminal && !terminal_works())
            continue;
        preview(w, &command);
        /* Between the two methods each line is run both ways. */
        really_run(w, &command, program, i % 2 == is_get);
    }
    assert_int_equal(w->ignored, group->ignored);
    until(all_have_come, w);
    compare(w);
    for (size_t i = 0; group->happens[i] != NULL; i++) {
        if (!has_happened(w, group->happens[i]) && terminal_works())
            fail_msg("no line caused %s", group->happens[i]);
    }
    print_message("%zu events of %s by %s were as previewed\n",
                  w->received.count, group->tools[0].name,
                  is_get ? "GET" : "POST");
    /* And the policies explain all that has left. */
    free(scratch_ok(w->box->scratch, 0, TEL, "log", "--check", NULL));
}

/* ---- the three tools ------------------------------------------------------- */

static void check_git(struct world *w, bool is_get)
{
    struct scratch *s = w->box->scratch;

    scratch_set(s, "GIT_EDITOR", "true");
    scratch_set(s, "GIT_PAGER", "cat");
    scratch_set(s, "GIT_TERMINAL_PROMPT", "0");
    scratch_set(s, "GIT_CONFIG_NOSYSTEM", "1");
    check_group(w, &git_group, is_get, NULL);
}

/* Nothing of the machine's packages is read or changed. */
static void check_apt(struct world *w, bool is_get)
{
    struct scratch *s = w->box->scratch;
    char text[1024];

    skip_unless(access("/usr/bin/apt-cache", X_OK) == 0, "no apt here");
    (void)snprintf(text, sizeof(text),
                   "Dir \"%s\";\nDir::State::status \"%s\";\n"
                   "Dir::Bin::dpkg \"/bin/false\";\n"
                   "Debug::NoLocking \"1\";\nAPT::Sandbox::User \"\";\n",
                   scratch_path(s, "apt/"), scratch_path(s, "apt/status"));
    scratch_write(s, "apt/status", "");
    scratch_write(s, "apt.conf", text);
    scratch_set(s, "APT_CONFIG", scratch_path(s, "apt.conf"));
    check_group(w, &apt_group, is_get, NULL);
}

static void check_docker(struct world *w, bool is_get)
{
    static const char program[] = TEL_SERVERS "/unpacked/usr/bin/docker";
    struct scratch *s = w->box->scratch;
    char host[256];

    skip_unless(access(program, X_OK) == 0,
                "no %s: run tests/foreign/used/fetch-servers.sh", program);
    (void)snprintf(host, sizeof(host), "unix://%s",
                   scratch_path(s, "no-such.sock"));
    scratch_set(s, "DOCKER_HOST", host);
    check_group(w, &docker_group, is_get, program);
}

static void test_whole_preview_of_git_by_get(void **state)
{
    check_git(*state, true);
}

static void test_whole_preview_of_git_by_post(void **state)
{
    check_git(*state, false);
}

static void test_whole_preview_of_apt_by_get(void **state)
{
    check_apt(*state, true);
}

static void test_whole_preview_of_apt_by_post(void **state)
{
    check_apt(*state, false);
}

static void test_whole_preview_of_docker_by_get(void **state)
{
    check_docker(*state, true);
}

static void test_whole_preview_of_docker_by_post(void **state)
{
    check_docker(*state, false);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_whole_preview_of_git_by_get),
        CASE(test_whole_preview_of_git_by_post),
        CASE(test_whole_preview_of_apt_by_get),
        CASE(test_whole_preview_of_apt_by_post),
        CASE(test_whole_preview_of_docker_by_get),
        CASE(test_whole_preview_of_docker_by_post),
    };

    return cmocka_run_group_tests_name("whole_preview", tests, NULL, NULL);
}
