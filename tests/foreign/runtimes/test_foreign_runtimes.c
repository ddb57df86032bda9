/* SPDX-License-Identifier: MIT */
/* Language runtimes as hosts: they behave as bare, and are recorded exactly. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "foreign.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* An interpreter, and the script that it is given. */
struct runtime {
    const char *name; /* of the tool: the last part of path */
    const char *path;
    const char *package; /* of Debian */
    const char *options; /* in front of the script, each with a blank */
    const char *script;
    const struct way *ways;
    size_t n;
};

static const struct way python[] = {
    {"state", 0},
    {"exit 0", 0},
    {"exit 77", 77},
    {"exit 257", 1},
    {"exit -1", 255},
    {"text", 1},
    {"raise", 1},
    {"quit 12", 12},
    {"abort", -SIGABRT},
    {"fork", 3},
    {"fork-exit", 3},
    {"sub", 4},
    {"multi fork", 5},
    {"multi spawn", 5},
    {"multi forkserver", 5},
    {"threads", 6},
    {"thread-exit", 7},
    {"order", 2},
    {"handler", SIGUSR1},
    {"interrupt", -SIGINT},
    {"exec", 8},
    {"exec-self", 7},
    {"exec-missing", 1},
    {"spawn", 0},
    {"crash", -SIGSEGV, .addresses = true},
    {"title", 9},
    {"closed", 8},
    {"terminal", 0},
    {"detached", 6},
    {"daemon", 0},
};

static const struct way perl[] = {
    {"state", 0},        {"exit 77", 77}, {"die", 255},        {"die-code", 42},
    {"quit 12", 12},     {"exec", 8},     {"exec-self", 7},    {"fork", 3},
    {"exec-missing", 5}, {"zero", 6},     {"fork-exit", 3},    {"system", 2},
    {"kill", -SIGTERM},  {"handler", 10}, {"abort", -SIGABRT}, {"closed", 8},
    {"daemon", 0},
};

static const struct way ruby[] = {
    {"state", 0},
    {"exit 77", 77},
    {"quit 12", 12},
    {"order", 4},
    {"raise", 1},
    {"rescued", 1},
    {"fork", 3},
    {"fork-exit", 3},
    {"spawn", 2},
    {"exec", 8},
    {"exec-self", 7},
    {"daemon", 0},
    {"zero", 6},
    {"threads", 7},
    {"kill", -SIGKILL},
    {"terminate", -SIGTERM},
    {"interrupt", -SIGINT},
    {"handler", 10},
};

static const struct way node[] = {
    {"state", 0},
    {"exit 77", 77},
    {"code", 3},
    {"throw", 1},
    {"reject", 1},
    {"worker", 6},
    {"worker-exit", 4},
    {"spawn", 2},
    {"fork", 3},
    {"cluster", 8},
    {"title", 9},
    {"detached", 5},
    {"terminate", -SIGTERM},
    {"handler", 10},
    {"kill", -SIGKILL},
};

static const struct way tcl[] = {
    {"state", 0}, {"exit 77", 77}, {"error", 1},
    {"exec", 4},  {"after", 6},    {"kill", -SIGTERM},
};

static const struct way bash[] = {
    {"state", 0},
    {"exit 77", 77},
    {"trap", 3},
    {"trap-other", 6},
    {"exec", 5},
    {"exec-self", 7},
    {"exec-missing", 127},
    {"subshell", 6},
    {"background", 8},
    {"jobs", 5},
    {"coproc", 2},
    {"substitution", 3},
    {"pipe", 4},
    {"errexit", 1},
    {"kill", -SIGKILL},
    {"handler", 10},
    {"terminate", -SIGTERM},
    {"missing", 127},
};

static const struct way dash[] = {
    {"exit 77", 77},  {"trap", 6},
    {"exec", 5},      {"exec-missing", 127},
    {"subshell", 6},  {"background", 8},
    {"jobs", 4},      {"kill", -SIGKILL},
    {"handler", 10},  {"terminate", -SIGTERM},
    {"missing", 127}, {"syntax", 2},
};

static const struct way awk[] = {
    {"exit 77", 77},    {"system", 5}, {"broken", -SIGPIPE},
    {"kill", -SIGKILL}, {"end", 6},
};

static const struct way make[] = {
    {"all", 0},        {"all -j8", 0},
    {"failing", 2},    {"keep-going -k -j4", 2},
    {"nested -j4", 2}, {"question -q", 1},
    {"missing", 2},    {"killed", -SIGKILL},
    {"remade", 2},
};

static const struct way java[] = {
    {"state", 0}, {"exit 77", 77}, {"halt", 3},        {"throw", 1},
    {"hook", 4},  {"child", 2},    {"terminate", 143}, {"kill", -SIGKILL},
};

#define WITH(name, package, options, script, ways)                          \
    {                                                                       \
        name, "/usr/bin/" name, package, options, script, ways, COUNT(ways) \
    }

static const struct runtime runtimes[] = {
    WITH("python3", "python3", "", "ways.py", python),
    WITH("perl", "perl", "", "ways.pl", perl),
    WITH("ruby", "ruby", "", "ways.rb", ruby),
    WITH("node", "nodejs", "", "ways.js", node),
    WITH("tclsh", "tcl", "", "ways.tcl", tcl),
    WITH("bash", "bash", "", "ways.bash", bash),
    WITH("sh", "dash", "", "ways.sh", dash),
    WITH("awk", "mawk", "-f ", "ways.awk", awk),
    WITH("make", "make", "-f ", "ways.mk", make),
};
enum { PYTHON, PERL, RUBY, NODE, TCL, BASH, DASH, AWK, MAKE };

/* Typed as "python3 SCRIPT WAY", and as "SCRIPT WAY"; both have a policy. */
static void check(struct recorded *r, const struct runtime *runtime)
{
    char command[512];
    const char *script;

    foreign_need(runtime->path, runtime->package);
    script = foreign_copy(r, runtime->script);
    foreign_tool(r, runtime->name, runtime->ways, runtime->n);
    foreign_tool(r, runtime->script, runtime->ways, runtime->n);
    (void)snprintf(command, sizeof(command), "%s %s%s", runtime->path,
                   runtime->options, script);
    foreign_ways(r, command, runtime->name, "other", runtime->ways, runtime->n);
    foreign_ways(r, script, runtime->script, NULL, runtime->ways, runtime->n);
}

static void test_runtimes_python_as_bare_and_recorded(void **state)
{
    check(*state, &runtimes[PYTHON]);
}

static void test_runtimes_perl_as_bare_and_recorded(void **state)
{
    check(*state, &runtimes[PERL]);
}

static void test_runtimes_ruby_as_bare_and_recorded(void **state)
{
    check(*state, &runtimes[RUBY]);
}

static void test_runtimes_node_as_bare_and_recorded(void **state)
{
    check(*state, &runtimes[NODE]);
}

static void test_runtimes_tcl_as_bare_and_recorded(void **state)
{
    check(*state, &runtimes[TCL]);
}

static void test_runtimes_bash_as_bare_and_recorded(void **state)
{
    check(*state, &runtimes[BASH]);
}

static void test_runtimes_dash_as_bare_and_recorded(void **state)
{
    check(*state, &runtimes[DASH]);
}

static void test_runtimes_awk_as_bare_and_recorded(void **state)
{
    check(*state, &runtimes[AWK]);
}

static void test_runtimes_make_as_bare_and_recorded(void **state)
{
    check(*state, &runtimes[MAKE]);
}

/* sed has no arguments but files: a script's way is its input. */
static void test_runtimes_sed_as_bare_and_recorded(void **state)
{
    static const struct way typed[] = {
        {"-n 1q7 /etc/passwd", 7},
        {"-n = /etc/passwd", 0},
        {"-n p /missing", 2},
        {"--no-such-option", 1},
        {"-n w/dev/stdout /etc/passwd", 0},
    };
    static const struct way script[] = {{"/etc/passwd", 5}, {"/dev/null", 0}};
    struct recorded *r = *state;

    foreign_need("/usr/bin/sed", "sed");
    recorded_tool(r, "sed", "[command]\nverbs = none\n");
    foreign_ways(r, "/usr/bin/sed", "sed", "run", typed, COUNT(typed));
    recorded_tool(r, "ways.sed", "[command]\nverbs = none\n");
    foreign_ways(r, foreign_copy(r, "ways.sed"), "ways.sed", "run", script,
                 COUNT(script));
}

/* "java ..." and a shell script that becomes it, as Java's tools do. */
static void test_runtimes_java_as_bare_and_recorded(void **state)
{
    struct recorded *r = *state;
    const char *launcher;
    char command[1024];
    char dir[512];

    foreign_need("/usr/bin/javac", "openjdk-17-jdk-headless");
    launcher = foreign_copy(r, "launch-java");
    (void)snprintf(dir, sizeof(dir), "%.*s",
                   (int)(strrchr(launcher, '/') - launcher), launcher);
    free(
        scratch_ok(r->scratch, 0, "javac", "-d", dir, WAYS "/Ways.java", NULL));
    recorded_tool(r, "java", "[command]\nverbs = none\n");
    foreign_tool(r, "launch-java", java, COUNT(java));
    (void)snprintf(command, sizeof(command),
                   "/usr/bin/java -XX:TieredStopAtLevel=1 -XX:-UsePerfData "
                   "-cp %s Ways",
                   dir);
    foreign_ways(r, command, "java", "run", java, COUNT(java));
    foreign_ways(r, launcher, "launch-java", NULL, java, COUNT(java));
}

/* What the comparisons are worth: they notice whatever a naive object does. */
static void test_runtimes_naive_preload_is_noticed_by_each(void **state)
{
    static const char *const naive[] = {"keeps-descriptor", "forks", "setenv",
                                        "catches-signal"};
    struct sides sides = {.with = NAIVE};
    struct recorded *r = *state;
    char *argv[FOREIGN_ARGS];
    unsigned noticed = 0;

    scratch_set(r->scratch, "NAIVE_RECORD", scratch_path(r->scratch, "naive"));
    for (size_t i = PYTHON; i <= BASH; i++) {
        char line[1024];

        if (access(runtimes[i].path, X_OK) < 0) {
            continue; /* its own test says that it is missing */
        }
        (void)snprintf(line, sizeof(line), "%s %s state", runtimes[i].path,
                       foreign_copy(r, runtimes[i].script));
        for (size_t n = 0; n < COUNT(naive); n++) {
            scratch_set(r->scratch, "NAIVE", naive[n]);
            foreign_words(argv, 0, line);
            if (foreign_are_same(r, &sides, argv)) {
                fail_msg("%s did not notice: %s", line, naive[n]);
            }
            noticed++;
        }
    }
    scratch_set(r->scratch, "NAIVE", NULL);
    print_message("           %u times\n", noticed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, foreign_setup, foreign_teardown)
        TEST(test_runtimes_python_as_bare_and_recorded),
        TEST(test_runtimes_perl_as_bare_and_recorded),
        TEST(test_runtimes_ruby_as_bare_and_recorded),
        TEST(test_runtimes_node_as_bare_and_recorded),
        TEST(test_runtimes_tcl_as_bare_and_recorded),
        TEST(test_runtimes_bash_as_bare_and_recorded),
        TEST(test_runtimes_dash_as_bare_and_recorded),
        TEST(test_runtimes_awk_as_bare_and_recorded),
        TEST(test_runtimes_make_as_bare_and_recorded),
        TEST(test_runtimes_sed_as_bare_and_recorded),
        TEST(test_runtimes_java_as_bare_and_recorded),
        TEST(test_runtimes_naive_preload_is_noticed_by_each),
    };

    return cmocka_run_group_tests_name("foreign_runtimes", tests, NULL, NULL);
}
