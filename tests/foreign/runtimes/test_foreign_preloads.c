/* SPDX-License-Identifier: MIT */
/* Other preload objects beside the shim, in front of it and behind it. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "foreign.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#if defined(__x86_64__)
#define LINKER "/lib64/ld-linux-x86-64.so.2"
#else
#define LINKER "/lib/ld-linux-aarch64.so.1"
#endif

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
static const struct other fakeroot = {LIBDIR "/libfakeroot/libfakeroot-sysv.so",
                                      "fakeroot"};

static const struct way python[] = {
    {"state", 0}, {"raise", 1},     {"interrupt", -SIGINT}, {"abort", -SIGABRT},
    {"exec", 8},  {"fork-exit", 3}, {"exit 77", 77},        {"quit 12", 12},
    {"sub", 4},   {"exec-self", 7},
};
/* From which on: faketime shows a pid in the environment, so not "state". */
enum { ALL = 0, FEW = 6 };

static const struct way dash[] = {
    {"exit 77", 77},  {"trap", 6},       {"exec", 5},
    {"subshell", 6},  {"background", 8}, {"terminate", -SIGTERM},
    {"missing", 127},
};

/* In every way, with the other objects alone and with the shim among them. */
static void check_ways(struct recorded *r, const char *others, const char *with,
                       const char *script, const struct way *ways, size_t n)
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

/* from: the first of python's ways. */
static void check(struct recorded *r, const char *others, size_t from)
{
    char with[2][1024];

    (void)snprintf(with[0], sizeof(with[0]), "%s:%s", others, TEL_STAGE_SHIM);
    (void)snprintf(with[1], sizeof(with[1]), "%s:%s", TEL_STAGE_SHIM, others);
    recorded_tool(r, "python3", "[command]\nverbs = none\n");
    for (size_t i = 0; i < 2; i++) {
        check_ways(r, others, with[i], "ways.py", python + from,
                   COUNT(python) - from);
        check_ways(r, others, with[i], "ways.sh", dash, COUNT(dash));
    }
}

static void need(const struct other *other)
{
    skip_unless(access(other->path, R_OK) == 0, "no %s (Debian package %s)",
                other->path, other->package);
}

/* Shifted, sped up, slowed down, and a step with each call, for which the
 * object keeps shared memory that it gives up before the host has ended. */
static void test_preloads_faketime_as_alone_and_true_durations(void **state)
{
    static const char *const times[] = {
        "-5y", "+10y", "+0 x10000000", "@2020-01-01 00:00:00 x0.01", "+0 i2.0"};
    struct recorded *r = *state;

    need(&faketime);
    for (size_t i = 0; i < COUNT(times); i++) {
        scratch_set(r->scratch, "FAKETIME", times[i]);
        check(r, faketime.path, FEW);
    }
}

/* What the wrapper began in real time, the shim ends in it. */
static void test_preloads_faketime_below_the_wrapper_once(void **state)
{
    static const char *const modes[] = {"--mode=in-place", "--mode=supervise"};
    struct recorded *r = *state;

    need(&faketime);
    foreign_tool(r, "ways.sh", dash, COUNT(dash));
    scratch_set(r->scratch, "FAKETIME", "+10y x1000");
    for (size_t i = tel_pidfd_tells() ? 0 : 1; i < COUNT(modes); i++) {
        char preload[512];
        const char *path;

        (void)snprintf(preload, sizeof(preload), "%s:%s", faketime.path,
                       TEL_STAGE_SHIM);
        path = foreign_copy(r, "ways.sh");
        scratch_set(r->scratch, "LD_PRELOAD", preload);
        free(scratch_ok(r->scratch, 77, TEL_WRAP, modes[i], path, "exit", "77",
                        NULL));
        scratch_set(r->scratch, "LD_PRELOAD", NULL);
        foreign_recorded(r, "ways.sh", "exit", 77);
    }
}

static void test_preloads_jemalloc_as_alone(void **state)
{
    need(&jemalloc);
    check(*state, jemalloc.path, ALL);
}

static void test_preloads_eatmydata_as_alone(void **state)
{
    need(&eatmydata);
    check(*state, eatmydata.path, ALL);
}

static void test_preloads_two_others_as_alone(void **state)
{
    struct recorded *r = *state;
    char both[512];

    need(&faketime);
    need(&eatmydata);
    need(&jemalloc);
    scratch_set(r->scratch, "FAKETIME", "-5y");
    (void)snprintf(both, sizeof(both), "%s:%s", faketime.path, eatmydata.path);
    check(r, both, FEW);
    (void)snprintf(both, sizeof(both), "%s %s", eatmydata.path, jemalloc.path);
    check(r, both, ALL);
}

/* By blanks, with empty parts, with the shim twice, by a second path too. */
static void test_preloads_any_form_of_the_list_counts_once(void **state)
{
    static const char *const forms[] = {"%s ",      "::%s:",      "%s:%s",
                                        "%s %s %s", "%s:copy.so", "copy.so:%s"};
    struct recorded *r = *state;
    char *argv[FOREIGN_ARGS] = {(char *)(uintptr_t)foreign_copy(r, "ways.sh")};

    foreign_tool(r, "ways.sh", dash, COUNT(dash));
    scratch_set(r->scratch, "LD_LIBRARY_PATH",
                scratch_path(r->scratch, "%s", ""));
    free(scratch_ok(r->scratch, 0, "cp", TEL_STAGE_SHIM,
                    scratch_path(r->scratch, "copy.so"), NULL));
    for (size_t i = 0; i < COUNT(forms); i++) {
        char list[1024] = "";
        struct sides sides = {.with = list};
        const char *at = forms[i];

        for (const char *shim; (shim = strstr(at, "%s")) != NULL;
             at = shim + 2) {
            strncat(list, at, (size_t)(shim - at));
            strcat(list, TEL_STAGE_SHIM);
        }
        strcat(list, at);
        foreign_words(argv, 1, "subshell");
        foreign_same(r, &sides, argv, 6);
        foreign_recorded(r, "ways.sh", "subshell", 6);
    }
}

/* The linker's own variables, which change when and how it loads. */
static void test_preloads_odd_linker_variables_as_bare(void **state)
{
    static const char *const variables[][2] = {
        {"LD_BIND_NOW", "1"},
        {"LD_BIND_NOT", "1"},
        {"LD_AUDIT", AUDIT},
        {"LD_LIBRARY_PATH", "::.:/nonexistent:/$LIB/$PLATFORM:$ORIGIN"},
        {"LD_DEBUG", "statistics"},
        {"LD_DEBUG", "all"},
        {"LD_WARN", "1"},
        {"LD_DYNAMIC_WEAK", "1"},
        {"LD_HWCAP_MASK", "0"},
        {"GLIBC_TUNABLES", "glibc.malloc.check=3:glibc.rtld.optional_static_tls"
                           "=0"},
        {"MALLOC_PERTURB_", "165"},
    };
    struct recorded *r = *state;

    recorded_tool(r, "python3", "[command]\nverbs = none\n");
    scratch_set(r->scratch, "LD_DEBUG_OUTPUT",
                scratch_path(r->scratch, "linker"));
    for (size_t i = 0; i < COUNT(variables); i++) {
        scratch_set(r->scratch, variables[i][0], variables[i][1]);
        check_ways(r, NULL, TEL_STAGE_SHIM, "ways.py", python, 4);
        check_ways(r, NULL, TEL_STAGE_SHIM, "ways.sh", dash, 4);
        scratch_set(r->scratch, variables[i][0], NULL);
    }
}

/* The lines of text that do not name what, nor the address behind it. */
static void strip_lines(char *text, const char *what)
{
    char *to = text;

    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        char *named = strstr(text, what);
        size_t words = strcspn(text, "(");

        len += text[len] == '\n' ? 1 : 0;
        if (named == NULL || named >= text + len) {
            words = words < len ? words : len;
            memmove(to, text, words);
            to += words;
        }
        text += len;
    }
    *to = '\0';
}

/* What only lists a program's objects runs none of them. */
static void test_preloads_ldd_lists_and_records_nothing(void **state)
{
    static const char *const lines[] = {"ldd /usr/bin/true",
                                        LINKER " --list /usr/bin/true",
                                        LINKER " --verify /usr/bin/true"};
    struct recorded *r = *state;
    char *argv[FOREIGN_ARGS];

    recorded_tool(r, "true", "[command]\nverbs = none\n");
    recorded_tool(r, "ldd", "[command]\nverbs = none\n");
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct result bare;
        struct result with;

        foreign_words(argv, 0, lines[i]);
        bare = scratch_runv(r->scratch, argv);
        scratch_set(r->scratch, "LD_PRELOAD", TEL_STAGE_SHIM);
        with = scratch_runv(r->scratch, argv);
        scratch_set(r->scratch, "LD_PRELOAD", NULL);
        strip_lines(bare.out, TEL_STAGE_SHIM);
        strip_lines(with.out, TEL_STAGE_SHIM);
        assert_int_equal(with.status, bare.status);
        assert_string_equal(with.out, bare.out);
        assert_string_equal(with.err, bare.err);
        result_clear(&bare);
        result_clear(&with);
        if (i == 0) { /* ldd itself is a script, and a run */
            foreign_recorded(r, "ldd", "run", 0);
        }
    }
    recorded_nothing_more(r);
}

/*
 * The linker as the program: from glibc 2.33 on it puts the real program's
 * path in place of its own, and that is what was meant. --argv0 is only a
 * name.
 */
static void test_preloads_linker_typed_records_the_program(void **state)
{
    static const char *const lines[] = {
        LINKER " /bin/sh -c true", LINKER " --argv0 other /bin/sh -c true",
        LINKER " --inhibit-cache --library-path " LIBDIR " /bin/sh -c true"};
    const struct sides sides = {.with = TEL_STAGE_SHIM};
    struct recorded *r = *state;
    char *argv[FOREIGN_ARGS];

    recorded_tool(r, "sh", "[verbs]\ntrue = the program's own argument\n");
    recorded_tool(r, "other", "[command]\nverbs = none\n");
    for (size_t i = 0; i < COUNT(lines); i++) {
        foreign_words(argv, 0, lines[i]);
        foreign_same(r, &sides, argv, 0);
        foreign_recorded(r, "sh", "true", 0);
    }
}

/* A command under fakeroot of either kind, in a user's own scratch: the shim
 * in front of fakeroot's object or behind it. */
static void check_fakeroot(struct recorded *r, const char *kind)
{
    static const char *const orders[] = {TEL_STAGE_SHIM ":$LD_PRELOAD",
                                         "$LD_PRELOAD:" TEL_STAGE_SHIM};
    /* An owner that only fakeroot knows, seen by a tool and by its child. */
    static const char script[] =
        "touch file; chown 12:34 file; LD_PRELOAD=%s; "
        "sh -c 'stat -c %%u:%%g file; id -u'; stat -c %%u file; %s exit 77";
    const char *path = foreign_copy(r, "ways.py");
    char *argv[] = {(char *)(uintptr_t) "/usr/bin/fakeroot",
                    (char *)(uintptr_t)kind,
                    (char *)(uintptr_t) "sh",
                    (char *)(uintptr_t) "-c",
                    NULL,
                    NULL};
    char text[1024];

    foreign_tool(r, "ways.py", python, COUNT(python));
    for (size_t i = 0; i < 2; i++) {
        struct result bare;
        struct result with;

        (void)snprintf(text, sizeof(text), script, "$LD_PRELOAD", path);
        argv[4] = text;
        bare = scratch_runv(r->scratch, argv);
        (void)snprintf(text, sizeof(text), script, orders[i], path);
        with = scratch_runv(r->scratch, argv);
        assert_int_equal(bare.status, 77);
        assert_int_equal(with.status, 77);
        assert_string_equal(bare.out, "12:34\n0\n12\n");
        assert_string_equal(with.out, bare.out);
        assert_string_equal(with.err, bare.err);
        result_clear(&bare);
        result_clear(&with);
        foreign_recorded(r, "ways.py", "exit", 77);
    }
}

static void test_preloads_fakeroot_owners_as_alone(void **state)
{
    need(&fakeroot);
    check_fakeroot(*state, "--");
}

/* As a user who is not root, so that what fakeroot shows is not so. */
static void test_preloads_fakeroot_of_a_user_as_alone(void **state)
{
    if (*state == NULL) {
        skip();
        return; /* which the analyzer does not know */
    }
    need(&fakeroot);
    check_fakeroot(*state, "--");
}

/* The whole host below "fakeroot", which puts its object first itself. */
static void test_preloads_below_fakeroot_counts_once(void **state)
{
    static const char *const kinds[] = {"fakeroot-sysv", "fakeroot-tcp"};
    struct sides sides = {.with = TEL_STAGE_SHIM};
    struct recorded *r = *state;
    char *argv[FOREIGN_ARGS];

    need(&fakeroot);
    foreign_tool(r, "ways.py", python, COUNT(python));
    for (size_t i = 0; i < COUNT(kinds); i++) {
        char line[512];

        (void)snprintf(line, sizeof(line), "%s %s sub", kinds[i],
                       foreign_copy(r, "ways.py"));
        foreign_words(argv, 0, line);
        foreign_same(r, &sides, argv, 4);
        foreign_recorded(r, "ways.py", "sub", 4);
    }
}

/* As nobody, where the test is root. */
static bool became_nobody;

static int setup_user(void **state)
{
    became_nobody = geteuid() == 0;
    if (became_nobody) {
        assert_int_equal(setresgid(65534, 65534, 0), 0);
        assert_int_equal(setresuid(65534, 65534, 0), 0);
    }
    if (access(TEL_STAGE_SHIM, R_OK) < 0) {
        print_message("SKIPPED: nobody may not read %s\n", TEL_STAGE_SHIM);
        *state = NULL;
        return 0;
    }
    return foreign_setup(state);
}

static int teardown_user(void **state)
{
    if (*state != NULL) {
        foreign_teardown(state);
    }
    if (became_nobody) {
        assert_int_equal(setresuid(0, 0, 0), 0);
        assert_int_equal(setresgid(0, 0, 0), 0);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, foreign_setup, foreign_teardown)
        TEST(test_preloads_faketime_as_alone_and_true_durations),
        TEST(test_preloads_faketime_below_the_wrapper_once),
        TEST(test_preloads_jemalloc_as_alone),
        TEST(test_preloads_eatmydata_as_alone),
        TEST(test_preloads_two_others_as_alone),
        TEST(test_preloads_any_form_of_the_list_counts_once),
        TEST(test_preloads_odd_linker_variables_as_bare),
        TEST(test_preloads_ldd_lists_and_records_nothing),
        TEST(test_preloads_linker_typed_records_the_program),
        TEST(test_preloads_fakeroot_owners_as_alone),
        TEST(test_preloads_below_fakeroot_counts_once),
        cmocka_unit_test_setup_teardown(
            test_preloads_fakeroot_of_a_user_as_alone, setup_user,
            teardown_user),
    };

    return cmocka_run_group_tests_name("foreign_preloads", tests, NULL, NULL);
}
