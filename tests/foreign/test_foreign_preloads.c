/* SPDX-License-Identifier: MIT */
/* Other preload objects beside the shim, in front of it and behind it. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "foreign.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Another object. */
struct other {
    const char *path;
    const char *package; /* of Debian */
};

static const struct other faketime = {LIBDIR "/faketime/libfaketime.so.1",
                                      "libfaketime"};
static const struct other jemalloc = {LIBDIR "/libjemalloc.so.2",
                                      "libjemalloc2"};
static const struct other eatmydata = {LIBDIR "/libeatmydata.so",
                                       "libeatmydata1"};

static const struct way python[] = {
    {"state", 0},         {"exit 77", 77}, {"raise", 1},
    {"quit 12", 12},      {"fork-exit", 3}, {"sub", 4},
    {"interrupt", -SIGINT}, {"exec", 8},   {"exec-self", 7},
    {"abort", -SIGABRT},
};
static const struct way dash[] = {
    {"exit 77", 77},  {"trap", 6},       {"exec", 5},
    {"subshell", 6},  {"background", 8}, {"terminate", -SIGTERM},
    {"missing", 127},
};

/* In every way, with the other objects alone and with the shim among them. */
static void check_ways(struct recorded *r, const char *others,
                       const char *with, const char *script,
                       const struct way *ways, size_t n)
{
    const char *path = foreign_copy(r, script);
    const struct sides sides = {.bare = others, .with = with};
    char *argv[FOREIGN_ARGS];

    foreign_tool(r, script, ways, n);
    argv[0] = (char *)(uintptr_t)path;
    for (size_t i = 0; i < n; i++) {
        char verb[64];

        foreign_words(argv, 1, ways[i].line);
        foreign_same(r, &sides, argv, ways[i].status);
        (void)snprintf(verb, sizeof(verb), "%s", argv[1]);
        foreign_recorded(r, script, verb,
                         ways[i].status < 0 ? FOREIGN_LOST : ways[i].status);
    }
}

/* from: the first of python's ways, of which "state" comes first. */
static void check(struct recorded *r, const char *others, size_t from)
{
    char with[2][1024];

    (void)snprintf(with[0], sizeof(with[0]), "%s:%s", others, TEL_STAGE_SHIM);
    (void)snprintf(with[1], sizeof(with[1]), "%s:%s", TEL_STAGE_SHIM, others);
    recorded_tool(r, "python3", "[command]\nverbs = none\n");
    for (size_t i = 0; i < 2; i++) {
        check_ways(r, others, with[i], "ways.py", python + from, COUNT(python) - from);
        check_ways(r, others, with[i], "ways.sh", dash, COUNT(dash));
    }
}

static void need(const struct other *other)
{
    if (access(other->path, R_OK) < 0) {
        print_message("SKIPPED: no %s (Debian package %s)\n", other->path,
                      other->package);
        skip();
    }
}

static void test_preloads_faketime(void **state)
{
    static const char *const times[] = {"-5y", "+10y", "+0 x10000000",
                                        "@2020-01-01 00:00:00 x0.01",
                                        "+0 i2.0"};
    struct recorded *r = *state;

    need(&faketime);
    for (size_t i = 0; i < COUNT(times); i++) {
        scratch_set(r->scratch, "FAKETIME", times[i]);
        print_message("           %s\n", times[i]);
        check(r, faketime.path, 1);
    }
}

static void test_preloads_jemalloc(void **state)
{
    need(&jemalloc);
    check(*state, jemalloc.path, 0);
}

static void test_preloads_eatmydata(void **state)
{
    need(&eatmydata);
    check(*state, eatmydata.path, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, foreign_setup, foreign_teardown)
        TEST(test_preloads_faketime),
        TEST(test_preloads_jemalloc),
        TEST(test_preloads_eatmydata),
    };

    return cmocka_run_group_tests_name("foreign_preloads", tests, NULL, NULL);
}
