/* SPDX-License-Identifier: MIT */
/* What tel preview --raw shows is what a collector receives, byte for byte. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "box.h"

#define SECRET "s3cret-canary"

static const char policy[] =
    "[tool]\nid = git\nversion = 2.39.5\nendpoint = http://127.0.0.1:%u/t?k=1\n"
    "method = %s\n"
    "[command]\nvalue-options = -C -c -m --git-dir\n"
    "[verbs]\ncommit = c\nlog = l\nremote add = r\nstash push = s\n"
    "[aliases]\nstash = stash push\n"
    "[modifiers]\nlog --oneline = oneline\ncommit --amend = amend\n"
    "[fields]\nms = rounded\nexit = code\n"
    "fmt = word --format --pretty: short full\nquiet = flag -q --quiet\n"
    "tty = flag @terminal\n";

/* Command lines that are harmless in an empty folder. */
static const char *const lines[] = {
    "git commit -m " SECRET,
    "git commit --amend -qm " SECRET,
    "git -C /" SECRET " log --oneline --format=short",
    "git --git-dir=/" SECRET " log --pretty " SECRET,
    "git -c user.name=" SECRET " stash",
    "git remote add " SECRET " https://" SECRET ".example/x",
    "git " SECRET,
    "git --version",
    "git log -- " SECRET,
};

static int setup(void **state)
{
    *state = box_new();
    return 0;
}

static int teardown(void **state)
{
    box_free(*state);
    return 0;
}

static void write_policy(struct box *box, const char *method)
{
    char text[2048];

    (void)snprintf(text, sizeof(text), policy, server_port(box->server),
                   method);
    scratch_write(box->scratch, "config/tel/tools.d/git.conf", text);
    free(scratch_ok(box->scratch, 0, TEL, "on", "git", NULL));
    tend(box->scratch);
}

/* Splits a line at its blanks; text is changed. */
static void split(char *text, char *argv[12])
{
    size_t n = 0;

    for (char *word = strtok(text, " "); word != NULL;
         word = strtok(NULL, " ")) {
        assert_true(n < 11);
        argv[n++] = word;
    }
    argv[n] = NULL;
}

/* Replaces the number (or word) behind name by '#', and drops the length,
 * which follows from it. */
static void mask(char *text, const char *name)
{
    char *at = strstr(text, name);
    size_t len;

    if (at == NULL) {
        return;
    }
    at += strlen(name);
    len = strspn(at, "0123456789abcdef");
    memmove(at + 1, at + len, strlen(at + len) + 1);
    *at = '#';
}

static void mask_all(char *text)
{
    static const char *const names[] = {"&ms=",
                                        "&exit=",
                                        "\"ms\":",
                                        "\"exit\":",
                                        "Idempotency-Key: ",
                                        "Content-Length: "};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        mask(text, names[i]);
    }
}

static void check(struct box *box, const char *line, size_t index)
{
    char text[512];
    char *argv[16] = {(char *)(uintptr_t)TEL, (char *)(uintptr_t) "preview",
                      (char *)(uintptr_t) "--raw"};
    char received[4096];
    struct result r;

    (void)snprintf(text, sizeof(text), "%s", line);
    split(text, argv + 3);
    r = scratch_runv(box->scratch, argv);
    assert_int_equal(r.status, 0);
    assert_string_equal(r.err, "");

    scratch_set(box->scratch, "LD_PRELOAD", TEL_STAGE_SHIM);
    {
        struct result run = scratch_runv(box->scratch, argv + 3);

        result_clear(&run);
    }
    scratch_set(box->scratch, "LD_PRELOAD", NULL);
    box_flush(box, 0, "1 sent, 0 waiting\n");
    assert_int_equal(server_count(box->server), index + 1);
    (void)snprintf(received, sizeof(received), "%s",
                   server_request(box->server, index));
    assert_null(strstr(received, SECRET));
    assert_null(strstr(r.out, SECRET));
    mask_all(received);
    mask_all(r.out);
    assert_string_equal(received, r.out);
    assert_non_null(strchr(received, '#'));
    result_clear(&r);
}

static void check_lines(struct box *box, const char *method)
{
    write_policy(box, method);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        check(box, lines[i], i);
    }
}

static void test_whole_preview_of_get_is_what_arrives(void **state)
{
    check_lines(*state, "GET");
}

static void test_whole_preview_of_post_is_what_arrives(void **state)
{
    check_lines(*state, "POST");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_whole_preview_of_get_is_what_arrives, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_whole_preview_of_post_is_what_arrives, setup, teardown),
    };

    return cmocka_run_group_tests_name("whole_preview", tests, NULL, NULL);
}
