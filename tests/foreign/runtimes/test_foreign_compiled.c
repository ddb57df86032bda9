/* SPDX-License-Identifier: MIT */
/* Programs of other compilers, built here, as hosts. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "foreign.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct way go[] = {
    {"exit 0", 0},   {"exit 77", 77},
    {"return", 0},   {"panic", 2, .addresses = true},
    {"child", 2},    {"threads", 7},
    {"handler", 10}, {"kill", -SIGKILL},
};
/* Go leaves by a system call of its own: libc, where it is loaded, hears
 * nothing of it. What it becomes, or what C's exit ends, is seen. */
static const struct way go_unseen[] = {
    {"exit 0", 0, .unseen = true},
    {"exit 77", 77, .unseen = true},
    {"return", 0, .unseen = true},
    {"panic", 2, .unseen = true, .addresses = true},
    {"child", 2, .unseen = true},
    {"threads", 7, .unseen = true},
    {"handler", 10, .unseen = true},
    {"kill", -SIGKILL},
    {"exec", 8},
};
static const struct way c_exit[] = {{"c-exit", 11}};

static const struct way rust[] = {
    {"exit 77", 77},     {"return", 5},       {"panic", 101},
    {"panic-thread", 3}, {"abort", -SIGABRT}, {"thread-exit", 7},
    {"child", 2},        {"exec", 8},
};

static const struct way cxx[] = {
    {"return 5", 5},
    {"exit 77", 77},
    {"throw", -SIGABRT},
    {"caught", 6},
    {"throw-at-exit", -SIGABRT},
    {"exit-at-exit", 8},
    {"quick 12", 12},
    {"terminate", -SIGABRT},
    {"handler", 9},
    {"thread-exit", 7},
};

static void build(struct recorded *r, const char *line)
{
    char *argv[FOREIGN_ARGS];
    struct result result;

    foreign_words(argv, 0, line);
    result = scratch_runv(r->scratch, argv);
    if (result.status != 0) {
        fail_msg("%s: ended with %d: %s", line, result.status, result.err);
    }
    result_clear(&result);
}

/* The path of a Go program that was built with these options. Go keeps what
 * it has built, its own library among that, in the build folder. */
static const char *build_go(struct recorded *r, const char *name,
                            const char *options, const char *cgo)
{
    const char *path = scratch_path(r->scratch, "bin/%s", name);
    char line[1024];

    foreign_need("/usr/bin/go", "golang-go");
    scratch_set(r->scratch, "GOCACHE",
                access(TEL_BUILD "/tests/foreign", W_OK) == 0
                    ? TEL_BUILD "/tests/foreign/go"
                    : scratch_path(r->scratch, "go"));
    scratch_set(r->scratch, "GO111MODULE", "off");
    scratch_set(r->scratch, "GOENV", "off");
    scratch_set(r->scratch, "CGO_ENABLED", cgo);
    (void)snprintf(line, sizeof(line), "go build %s -o %s %s/ways.go %s",
                   options, path, WAYS, cgo[0] == '1' ? WAYS "/ways_c.go" : "");
    build(r, line);
    scratch_set(r->scratch, "CGO_ENABLED", NULL);
    return path;
}

/* No loader, so no preload; the wrapper sees all of it. */
static void
test_compiled_go_static_silent_and_by_the_wrapper_exact(void **state)
{
    struct recorded *r = *state;
    const struct sides sides = {.with = TEL_STAGE_SHIM, .addresses = true};
    const char *path = build_go(r, "go-static", "", "0");
    char *argv[FOREIGN_ARGS] = {(char *)(uintptr_t)path};

    foreign_tool(r, "go-static", go, COUNT(go));
    for (size_t i = 0; i < COUNT(go); i++) {
        struct result result;

        foreign_words(argv, 1, go[i].line);
        foreign_same(r, &sides, argv, go[i].status);
        recorded_nothing_more(r);
        argv[0] = (char *)(uintptr_t)TEL_WRAP;
        argv[1] = (char *)(uintptr_t)path;
        foreign_words(argv, 2, go[i].line);
        result = scratch_runv(r->scratch, argv);
        assert_int_equal(result.status, go[i].status);
        result_clear(&result);
        if (go[i].status < 0) {
            recorded_expect(r, argv[2], TEL_END_SIGNAL, -go[i].status);
        } else {
            foreign_recorded(r, "go-static", argv[2], go[i].status);
        }
        argv[0] = (char *)(uintptr_t)path;
    }
}

/* A loader but no libc of its own. */
static void test_compiled_go_pie_as_bare_and_lost(void **state)
{
    struct recorded *r = *state;
    const char *path = build_go(r, "go-pie", "-buildmode=pie", "0");

    foreign_tool(r, "go-pie", go_unseen, COUNT(go_unseen));
    foreign_ways(r, path, "go-pie", NULL, go_unseen, COUNT(go_unseen));
}

static void test_compiled_go_with_libc_as_bare_and_lost_or_exact(void **state)
{
    struct recorded *r = *state;
    const char *path;

    foreign_need("/usr/bin/gcc", "gcc");
    path = build_go(r, "go-c", "", "1");
    foreign_tool(r, "go-c", go_unseen, COUNT(go_unseen));
    foreign_ways(r, path, "go-c", NULL, go_unseen, COUNT(go_unseen));
    foreign_tool(r, "go-c", c_exit, COUNT(c_exit));
    foreign_ways(r, path, "go-c", NULL, c_exit, COUNT(c_exit));
}

static void check(struct recorded *r, const char *line, const char *name,
                  const struct way *ways, size_t n)
{
    char command[1024];
    const char *path = scratch_path(r->scratch, "%s", name);

    (void)snprintf(command, sizeof(command), "%s -o %s", line, path);
    build(r, command);
    foreign_tool(r, name, ways, n);
    foreign_ways(r, path, name, NULL, ways, n);
}

static void test_compiled_rust_as_bare_and_exact(void **state)
{
    foreign_need("/usr/bin/rustc", "rustc");
    check(*state, "rustc --edition 2021 -O " WAYS "/ways.rs", "in-rust", rust,
          COUNT(rust));
}

static void test_compiled_cxx_as_bare_and_exact(void **state)
{
    foreign_need("/usr/bin/g++", "g++");
    check(*state, "g++ -std=c++17 -O2 -pthread " WAYS "/ways.cc", "in-cxx", cxx,
          COUNT(cxx));
}

static void test_compiled_cxx_of_clang_as_bare_and_exact(void **state)
{
    foreign_need("/usr/bin/clang++", "clang");
    check(*state, "clang++ -std=c++17 -O2 -pthread " WAYS "/ways.cc",
          "in-clang", cxx, COUNT(cxx));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, foreign_setup, foreign_teardown)
        TEST(test_compiled_go_static_silent_and_by_the_wrapper_exact),
        TEST(test_compiled_go_pie_as_bare_and_lost),
        TEST(test_compiled_go_with_libc_as_bare_and_lost_or_exact),
        TEST(test_compiled_rust_as_bare_and_exact),
        TEST(test_compiled_cxx_as_bare_and_exact),
        TEST(test_compiled_cxx_of_clang_as_bare_and_exact),
    };

    return cmocka_run_group_tests_name("foreign_compiled", tests, NULL, NULL);
}
