/* SPDX-License-Identifier: MIT */
/* One odd host, run bare, under the shim, and under a naive object. */
#include "trial.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 4242

const char naive_object[] = NAIVE_OBJECT;

/* The files below a folder, as one text. */
static char *seen;
static size_t seen_len;
static FILE *seen_stream;
static size_t skipped;

bool is_root(void)
{
    return geteuid() == 0;
}

bool can_unshare(void)
{
    int status = 1;
    pid_t pid = fork();

    if (pid == 0) {
        /* As unshare(1) does: not in a chroot, whose root is no mount. */
        _exit(unshare(CLONE_NEWNS | CLONE_NEWPID) == 0 &&
                      mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0
                  ? 0
                  : 1);
    }
    waitpid(pid, &status, 0);
    return status == 0;
}

const char *host_path(const char *host)
{
    static char ring[8][512];
    static unsigned next;
    char *path = ring[next++ % COUNT(ring)];

    (void)snprintf(path, sizeof(ring[0]), "%s/%s", HOSTS, host);
    return path;
}

static int look_at(const char *path, const struct stat *info, int type,
                   struct FTW *walk)
{
    char *text;
    size_t len = 0;

    (void)walk;
    (void)fprintf(seen_stream, "%s %o", path + skipped, info->st_mode);
    if (type == FTW_F && S_ISREG(info->st_mode)) {
        text = file_read(path, &len);
        (void)fprintf(seen_stream, " %zu: %s", len, text != NULL ? text : "?");
        free(text);
    }
    (void)fputc('\n', seen_stream);
    return 0;
}

/* Names, modes and contents of all files below a folder; caller frees. */
static char *snapshot(const char *folder)
{
    seen_stream = open_memstream(&seen, &seen_len);
    assert_non_null(seen_stream);
    skipped = strlen(folder);
    nftw(folder, look_at, 8, FTW_PHYS);
    (void)fclose(seen_stream);
    return seen;
}

static int hand_over(const char *path, const struct stat *info, int type,
                     struct FTW *walk)
{
    (void)info;
    (void)type;
    (void)walk;
    return lchown(path, NOBODY, NOBODY);
}

static void hand_all_over(struct scratch *s)
{
    assert_int_equal(nftw(s->root, hand_over, 8, FTW_PHYS), 0);
    assert_int_equal(nftw(s->runtime, hand_over, 8, FTW_PHYS), 0);
}

/* The object twice, by two paths, or beside a copy of itself. */
static const char *objects(struct recorded *r, const struct trial *trial,
                           const char *object)
{
    static char list[1024];
    const char *other = scratch_path(r->scratch, "another.so");

    if (trial->loaded == ONCE) {
        return object;
    }
    (void)unlink(other);
    if (trial->loaded == LINKED) {
        assert_int_equal(symlink(object, other), 0);
    } else if (trial->loaded == COPIED) {
        free(scratch_ok(r->scratch, 0, "cp", object, other, NULL));
    }
    (void)snprintf(list, sizeof(list), "%s:%s", object,
                   trial->loaded == TWICE ? object : other);
    return list;
}

static void empty_home(struct scratch *s)
{
    const char *home = scratch_path(s, "home");

    remove_tree(home);
    assert_int_equal(mkdir(home, 0755), 0);
}

/* The shell that applies what the trial wants, then becomes the host. */
static char *script_of(const struct trial *trial)
{
    char *script = NULL;

    if (asprintf(&script, "%s\nexec %s %s " UNDER " %s \"$@\"\n",
                 trial->shell != NULL ? trial->shell : "",
                 trial->via != NULL ? trial->via : "",
                 trial->as_nobody
                     ? "setpriv --reuid 4242 --regid 4242 --clear-groups"
                     : "",
                 trial->under != NULL ? trial->under : "none") < 0) {
        fail_msg("out of memory");
    }
    return script;
}

struct result trial_run(struct recorded *r, const struct trial *trial,
                        const char *object, const char *naive)
{
    struct scratch *s = r->scratch;
    char record[256];
    char *script = script_of(trial);
    struct result result;

    (void)snprintf(record, sizeof(record), "%s/naive", s->runtime);
    scratch_set(s, "OBJECT", object != NULL ? objects(r, trial, object) : NULL);
    scratch_set(s, "NAIVE", naive != NULL ? naive : "nothing");
    scratch_set(s, "NAIVE_RECORD", record);
    empty_home(s);
    if (trial->as_nobody) {
        hand_all_over(s);
    }
    result = scratch_run(s, "/bin/sh", "-c", script, "sh",
                         host_path(trial->host), trial->argument, NULL);
    free(script);
    return result;
}

static bool is_ready(void *context)
{
    struct recorded *r = context;
    char *said = file_read(scratch_path(r->scratch, "said"), NULL);
    bool ready = said != NULL && strcmp(said, "ready\n") == 0;

    free(said);
    return ready;
}

void trial_until_ready(struct recorded *r)
{
    until(is_ready, r);
}

static void show(const char *what, const struct result *result)
{
    print_error("%s: status %d\nstdout: %.1500s\nstderr: %.500s\n", what,
                result->status, result->out, result->err);
}

void trial_compare(const struct result *bare, const struct result *other,
                   bool same, const char *what)
{
    if (result_same(bare, other) == same) {
        return;
    }
    show("bare", bare);
    show(what, other);
    fail_msg("%s: the host is %s", what, same ? "changed" : "not changed");
}

/* Runs it, and puts the files that it left behind its stdout. */
static struct result run_and_look(struct recorded *r, const struct trial *trial,
                                  const char *object, const char *naive)
{
    struct result result = trial_run(r, trial, object, naive);
    char *files = snapshot(scratch_path(r->scratch, "home"));
    size_t len = strlen(files);

    result.out = realloc(result.out, result.out_len + len + 1);
    assert_non_null(result.out);
    memcpy(result.out + result.out_len, files, len + 1);
    result.out_len += len;
    free(files);
    return result;
}

static bool sender_is_there(void *table)
{
    return tel_lease_holder(table) != 0;
}

static void check_record(struct recorded *r, const struct trial *trial)
{
    struct tel_finished run;

    if (trial->sender == STARTS && !trial->without_table) {
        until(sender_is_there, r->table);
    } else if (trial->sender == STAYS_AWAY) {
        /* It would have been there before the host went on. */
        assert_int_equal(scratch_processes(r->scratch), 0);
    }
    if (trial->end == ANY_RUN || trial->sender != HELD ||
        trial->without_table) {
        while (tel_table_look(r->table),
               tel_table_finished(r->table, &run, 1) == 1) {
            tel_table_free(r->table, &run);
        }
        return;
    }
    if (trial->end != NO_RUN) {
        recorded_expect(r, "run", trial->end, trial->code);
    }
    recorded_nothing_more(r);
}

/* What a correct naive object would have written. */
static bool naive_is_right(struct recorded *r, const struct trial *trial)
{
    char path[256];
    char right[64];
    char *text;
    bool is_right;

    (void)snprintf(path, sizeof(path), "%s/naive", r->scratch->runtime);
    text = file_read(path, NULL);
    (void)snprintf(right, sizeof(right), "ended %d\n", trial->code);
    is_right = text != NULL &&
               (strcmp(text, right) == 0 || strcmp(text, "began 0\n") == 0);
    free(text);
    return is_right;
}

static void check_naive(struct recorded *r, const struct trial *trial,
                        const struct result *bare)
{
    struct result other = run_and_look(r, trial, naive_object, NULL);

    trial_compare(bare, &other, true, "the object that does nothing");
    result_clear(&other);
    other = run_and_look(r, trial, naive_object, trial->naive);
    if (!trial->record_wrong) {
        trial_compare(bare, &other, false, trial->naive);
    } else if (naive_is_right(r, trial)) {
        fail_msg("%s: what it recorded is right", trial->naive);
    }
    result_clear(&other);
}

static void unlink_table(struct recorded *r)
{
    char path[256];

    (void)snprintf(path, sizeof(path), "%s/tel/" TEL_TABLE_FILE,
                   r->scratch->runtime);
    assert_int_equal(unlink(path), 0);
}

/* A file on disk, as large as the head of a table, for naive objects. */
static void make_naive_table(struct recorded *r)
{
    const char *path = scratch_path(r->scratch, "naive.table");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, 4096), 0);
    close(fd);
    scratch_set(r->scratch, "NAIVE_TABLE", path);
}

static void test_trial(void **state)
{
    const struct trial *trial = *state;
    struct recorded *r;
    struct result bare;
    struct result shim;

    skip_unless(trial->possible == NULL || trial->possible(), "%s",
                trial->impossible != NULL ? trial->impossible : "");
    r = recorded_new();
    recorded_tool(r, trial->host, "[command]\nverbs = none\n");
    make_naive_table(r);
    if (trial->sender != HELD) {
        tel_lease_drop(r->table);
    }
    bare = run_and_look(r, trial, NULL, NULL);
    if (bare.status != trial->status) {
        show("bare", &bare);
        fail_msg("the bare host ended with %d instead of %d", bare.status,
                 trial->status);
    }
    if (trial->without_table) {
        unlink_table(r);
    }
    shim = run_and_look(r, trial, TEL_STAGE_SHIM, NULL);
    trial_compare(&bare, &shim, true, "the shim");
    check_record(r, trial);
    check_naive(r, trial, &bare);
    result_clear(&bare);
    result_clear(&shim);
    recorded_free(r);
}

/* The host and all that is special, so that each trial can be found. */
static char *name_of_trial(const struct trial *trial)
{
    static const char *const loads[] = {NULL, "named twice", "by two paths",
                                        "and a copy"};
    static const char *const senders[] = {NULL, "sender starts",
                                          "sender stays away"};
    const char *const parts[] = {trial->argument,
                                 trial->shell,
                                 trial->via,
                                 trial->under,
                                 loads[trial->loaded],
                                 senders[trial->sender],
                                 trial->without_table ? "no table yet" : NULL,
                                 trial->as_nobody ? "as nobody" : NULL,
                                 trial->naive};
    char *name = NULL;
    char *longer;

    assert_true(asprintf(&name, "test_hosts_%s", trial->host) > 0);
    for (size_t i = 0; i < COUNT(parts); i++) {
        if (parts[i] == NULL) {
            continue;
        }
        assert_true(asprintf(&longer, "%s, %s", name, parts[i]) > 0);
        free(name);
        name = longer;
    }
    return name;
}

static const struct trial *documented;
static size_t ndocumented;

static void test_every_hazard_is_on_the_page(void **state)
{
    char *page = file_read(TEL_SOURCE "/docs/hazards.md", NULL);
    char cell[64];

    (void)state;
    assert_non_null(page);
    for (size_t i = 0; i < ndocumented; i++) {
        (void)snprintf(cell, sizeof(cell), "| `%s`: ", documented[i].host);
        if (strstr(page, cell) == NULL ||
            strstr(page, documented[i].because) == NULL) {
            fail_msg("docs/hazards.md lacks %s: %s", documented[i].host,
                     documented[i].because);
        }
    }
    free(page);
}

int trials_run(const char *name, const struct trial *trials, size_t count,
               const struct CMUnitTest *tests, size_t ntests)
{
    struct CMUnitTest *all = calloc(count + ntests + 1, sizeof(*all));
    int failed;

    if (all == NULL) {
        return 1;
    }
    for (size_t i = 0; i < count; i++) {
        all[i].name = name_of_trial(&trials[i]);
        all[i].test_func = test_trial;
        all[i].initial_state = (void *)(uintptr_t)&trials[i];
    }
    for (size_t i = 0; i < ntests; i++) {
        all[count + i] = tests[i];
    }
    documented = trials;
    ndocumented = count;
    all[count + ntests] =
        (struct CMUnitTest)cmocka_unit_test(test_every_hazard_is_on_the_page);
    /* The macro counts an array; the function behind it takes a number. */
    failed = _cmocka_run_group_tests(name, all, count + ntests + 1, NULL, NULL);
    for (size_t i = 0; i < count; i++) {
        free((void *)(uintptr_t)all[i].name);
    }
    free(all);
    return failed;
}
