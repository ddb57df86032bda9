/* SPDX-License-Identifier: MIT */
/* A host that is short of something is not the worse for the shim. */
#include "trial.h"

#include <signal.h>
#include <stdio.h>

#define SAYS_7 .status = 7, .end = TEL_END_CODE, .code = 7
/* Memory that is full, with a table in it that has no pages yet. */
#define FULL                                                            \
    "unshare -m /bin/sh -c '"                                           \
    "mount -t tmpfs -o mode=700,size=64k none \"$XDG_RUNTIME_DIR\" && " \
    "mkdir -p " TEL_SHMDIR " && "                                       \
    "mount -t tmpfs -o mode=1777,size=64k none " TEL_SHMDIR " && "      \
    "export NAIVE_TABLE=\"$XDG_RUNTIME_DIR/naive.table\" && "           \
    "truncate -s 4096 \"$NAIVE_TABLE\" && "                             \
    "{ cat /dev/zero > \"$XDG_RUNTIME_DIR/full\"; exec \"$@\"; } "      \
    "2>/dev/null' "                                                     \
    "sh"

static bool can_mount(void)
{
    return is_root() && can_unshare();
}

#define NEEDS_ROOT \
    .possible = is_root, .impossible = "only root can become somebody else"

static const struct trial trials[] = {
    {"ends-as-told", .naive = "writes-at-exit", .status = 7, .end = NO_RUN,
     .shell = "ulimit -f 0",
     .because = "writes when the host ends: SIGXFSZ kills it"},
    {"ends-as-told", .naive = "writes-at-exit", .status = 7, .end = NO_RUN,
     .shell = "ulimit -f 0", .without_table = true,
     .because = "makes its table beyond the limit: SIGXFSZ kills the host"},
    {"says-hello", .naive = "hungry", SAYS_7, .shell = "ulimit -v 32768",
     .because = "aborts where it gets no memory"},
    {"says-hello", .naive = "hungry", SAYS_7, .shell = "ulimit -v 32768",
     .sender = STARTS, .without_table = true,
     .because = "aborts where it gets no memory for its helper"},
    {"says-hello", .naive = "hungry", SAYS_7, .shell = "ulimit -d 4096",
     .because = "aborts where it gets no heap"},
    {"says-hello", .naive = "needs-stack", SAYS_7, .shell = "ulimit -s 128",
     .because = "puts its buffers on the stack: SIGSEGV"},
    {"says-hello", .naive = "needs-stack", SAYS_7, .shell = "ulimit -s 128",
     .sender = STARTS, .without_table = true,
     .because = "puts its buffers on the stack: SIGSEGV"},
    {"says-hello", .naive = "forks-or-aborts", SAYS_7, .under = "one-process",
     .as_nobody = true, .sender = STAYS_AWAY,
     .because = "aborts where it can't start its helper", NEEDS_ROOT},
    {"shows-its-state", .naive = "changes-limit", SAYS_7, .as_nobody = true,
     .shell = "ulimit -l 0; ulimit -c 0",
     .because = "changes a limit of a user who can't get it back", NEEDS_ROOT},
    {"says-hello", .naive = "maps-table", .status = 7, .end = NO_RUN,
     .via = FULL, .under = "alone", .possible = can_mount,
     .impossible = "only root can mount memory",
     .because = "maps what has no pages yet, and memory is full: SIGBUS"},
};

/* With as much address space: 7 as ever, or 127 and ld.so's word, as it could
 * not even load what it should; or else another status. */
static int status_within(struct recorded *r, unsigned kib, const char *object,
                         const char *naive)
{
    char limit[48];
    struct trial trial = {"says-hello", .shell = limit};
    struct result result;
    int status;

    (void)snprintf(limit, sizeof(limit), "ulimit -v %u", kib);
    result = trial_run(r, &trial, object, naive);
    status = result.status;
    if (status == 7) {
        assert_string_equal(result.out, "hello\n");
        assert_string_equal(result.err, "");
    }
    result_clear(&result);
    return status;
}

/* From where ld.so can load all, in steps of two pages. */
static void test_limits_any_address_space_is_enough_once_loaded(void **state)
{
    struct recorded *r = recorded_new();
    unsigned enough = 1800;

    (void)state;
    recorded_tool(r, "says-hello", "[command]\nverbs = none\n");
    while (status_within(r, enough, TEL_STAGE_SHIM, NULL) == 127) {
        enough += 8;
        assert_true(enough < 32768);
    }
    for (unsigned kib = enough; kib < enough + 400; kib += 8) {
        assert_int_equal(status_within(r, kib, TEL_STAGE_SHIM, NULL), 7);
    }
    assert_int_equal(status_within(r, enough + 400, naive_object, "hungry"),
                     -SIGABRT);
    recorded_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits_any_address_space_is_enough_once_loaded),
    };

    return trials_run("hosts_limits", trials, COUNT(trials), tests,
                      COUNT(tests));
}
