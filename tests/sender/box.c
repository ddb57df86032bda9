/* SPDX-License-Identifier: MIT */
/* A scratch with a collector, and an outbox to be filled. */
#include "box.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tel/outbox.h>

#include "../../runs/table.h"
#include "alone.h"

struct tel_env box_env(const struct box *box)
{
    struct tel_env env;

    tel_env_read(&env, box->scratch->vars, false, geteuid());
    return env;
}

struct box *box_new(void)
{
    struct box *box = calloc(1, sizeof(*box));
    struct tel_env env;

    assert_non_null(box);
    /* A sender also looks for a table in /dev/shm, under the user's id, and
     * must meet neither that of other tests nor the user's own. */
    (void)alone_in_memory();
    box->scratch = scratch_new();
    box->server = server_new(AF_INET);
    env = box_env(box);
    assert_int_equal(tel_path_state(&env, box->state, sizeof(box->state)), 0);
    assert_int_equal(tel_table_dir(&env, 0, box->table, sizeof(box->table)), 0);
    return box;
}

void box_free(struct box *box)
{
    if (box == NULL)
        return;
    scratch_free(box->scratch);
    server_free(box->server);
    free(box);
}

void box_consent(struct box *box, const char *name, enum tel_answer answer)
{
    static struct tel_policy policy;
    struct tel_env env = box_env(box);
    struct tel_err err;

    if (tel_policy_find(&env, name, &policy, &err) < 0 ||
        tel_consent_write(&env, &policy, answer, &err) < 0)
        fail_msg("%s", err.text);
}

void box_tool_at(struct box *box, const char *name, const char *method,
                 const char *endpoint)
{
    char path[256];
    char text[2048];

    snprintf(text, sizeof(text),
             "[tool]\nid = %s\nversion = 1.2\nendpoint = %s\nmethod = %s\n"
             "[command]\nverbs = none\n"
             "[fields]\nms = rounded\nexit = code\n",
             name, endpoint, method);
    snprintf(path, sizeof(path), "config/tel/tools.d/%s.conf", name);
    scratch_write(box->scratch, path, text);
    box_consent(box, name, TEL_ANSWER_YES);
}

void box_tool(struct box *box, const char *name, const char *method)
{
    char endpoint[64];

    snprintf(endpoint, sizeof(endpoint), "http://127.0.0.1:%u/t",
             server_port(box->server));
    box_tool_at(box, name, method, endpoint);
}

struct tel_event box_event(const char *name, unsigned number)
{
    struct tel_event event = {
        .event = "run",
        .version = "1.2",
        .libc = "glibc-2.36",
        .ms = (int32_t)number,
        .end = TEL_END_CODE,
    };

    snprintf(event.tool, sizeof(event.tool), "%s", name);
    return event;
}

static uint64_t number(void)
{
    uint64_t value;

    assert_int_equal(getrandom(&value, sizeof(value), 0), sizeof(value));
    return value;
}

void box_new_file(struct box *box, const char *name, unsigned first,
                  unsigned count)
{
    char path[256];
    char *text = calloc(count + 1, TEL_EVENT_TEXT_MAX);
    size_t len = 0;

    assert_non_null(text);
    for (unsigned i = 0; i < count; i++) {
        struct tel_event event = box_event(name, first + i);
        char json[TEL_EVENT_TEXT_MAX];

        assert_true(tel_event_to_json(&event, json, sizeof(json)) > 0);
        len += (size_t)sprintf(text + len, "%016llx%016llx %s\n",
                               (unsigned long long)number(),
                               (unsigned long long)number(), json);
    }
    snprintf(path, sizeof(path), "state/tel/outbox/%016llx-%s.new",
             (unsigned long long)number(), name);
    scratch_write(box->scratch, path, text);
    free(text);
}

size_t box_files(const struct box *box, const char *suffix)
{
    DIR *dir = opendir(scratch_path(box->scratch, "state/tel/outbox"));
    struct dirent *entry;
    size_t files = 0;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        size_t len = strlen(entry->d_name);
        size_t end = strlen(suffix);

        if (entry->d_name[0] != '.' && len >= end &&
            strcmp(entry->d_name + len - end, suffix) == 0)
            files++;
    }
    if (dir != NULL)
        closedir(dir);
    return files;
}

char *box_text(const struct box *box, const char *path)
{
    char *text =
        file_read(scratch_path(box->scratch, "state/tel/%s", path), NULL);

    return text != NULL ? text : strdup("");
}

uint64_t box_waiting(const struct box *box, const char *name)
{
    struct tel_outbox_counts counts;

    assert_int_equal(tel_outbox_count(box->state, name, &counts), 0);
    return counts.waiting;
}

uint64_t box_dropped(const struct box *box, const char *id)
{
    uint64_t dropped;

    assert_int_equal(tel_outbox_dropped(box->state, id, &dropped), 0);
    return dropped;
}

void box_flush(struct box *box, int status, const char *out)
{
    char *said = scratch_ok(box->scratch, status, TEL_SEND, "--flush", NULL);

    assert_string_equal(said, out);
    free(said);
}

void box_make_table(struct box *box)
{
    assert_int_equal(table_make(box->table, geteuid()), 0);
}

struct lease {
    const char *dir;
    pid_t pid;
};

static bool has_lease(void *context)
{
    struct lease *lease = context;
    struct tel_table *table = NULL;
    pid_t holder;

    assert_int_equal(tel_table_open(lease->dir, geteuid(), &table), 0);
    holder = tel_lease_holder(table);
    tel_table_close(table);
    return holder == lease->pid;
}

static pid_t launch(struct scratch *scratch, const char *interval,
                    const char *linger)
{
    char program[] = TEL_SEND;
    char options[3][16] = {"--background", "--interval", "--linger"};
    char values[2][16];
    char *argv[] = {program,    options[0], options[1], values[0],
                    options[2], values[1],  NULL};

    snprintf(values[0], sizeof(values[0]), "%s", interval);
    snprintf(values[1], sizeof(values[1]), "%s", linger);
    return scratch_start(scratch, "sender.log", argv);
}

pid_t box_launch(struct box *box, const char *interval, const char *linger)
{
    return launch(box->scratch, interval, linger);
}

pid_t box_start(struct box *box, const char *interval, const char *linger)
{
    struct lease lease = {box->table, box_launch(box, interval, linger)};

    until(has_lease, &lease);
    return lease.pid;
}

void tend(struct scratch *scratch)
{
    char dir[TEL_PATH_MAX];
    struct lease lease = {.dir = dir};
    struct tel_env env;

    tel_env_read(&env, scratch->vars, false, geteuid());
    assert_int_equal(tel_table_dir(&env, 0, dir, sizeof(dir)), 0);
    assert_int_equal(table_make(dir, geteuid()), 0);
    lease.pid = launch(scratch, "31536000", "600");
    until(has_lease, &lease);
}

pid_t box_record(struct box *box, const char *name, int status)
{
    char path[256];
    pid_t pid;

    snprintf(path, sizeof(path), "/nowhere/%s", name);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct tel_program program = {
            .envp = box->scratch->vars, .path = path, .euid = geteuid()};
        struct tel_run run;

        /* A process group of its own: typed, and not part of a run. */
        setpgid(0, 0);
        if (tel_run_begin(&program, &run) != TEL_BEGIN_RECORDED)
            _exit(255);
        tel_run_end(&run, TEL_RAW_EXIT, status);
        _exit(status);
    }
    return pid;
}

void box_recorded(struct box *box, const char *name, int status)
{
    pid_t pid = box_record(box, name, status);
    int wait_status;

    assert_int_equal(waitpid(pid, &wait_status, 0), pid);
    assert_true(WIFEXITED(wait_status));
    assert_int_equal(WEXITSTATUS(wait_status), status);
}
