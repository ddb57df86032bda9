/* SPDX-License-Identifier: MIT */
/*
 * What a recorded run costs: posix_spawn and wait of a program that returns
 * 0, bare, with preload objects and under wrappers, in a scratch home whose
 * events nobody receives.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <tel/runs.h>
#include <tel/text.h>

#include "figures.h"
#include "support.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ROUNDS 2000
#define ROUNDS_MAX 100000
#define WARM_UP 20
/* The table has some hundred slots: the sender gets time to empty it. */
#define ROUNDS_A_BLOCK 20

/* Port 9 is where nobody listens: events wait, and nothing is sent. */
static const char policy_text[] = "[tool]\n"
                                  "id = bench-tool\n"
                                  "version = 1.0\n"
                                  "endpoint = http://127.0.0.1:9/t\n"
                                  "method = POST\n"
                                  "[command]\n"
                                  "verbs = none\n"
                                  "[fields]\n"
                                  "ms = rounded\n"
                                  "exit = code\n";

struct bench {
    struct scratch *scratch;
    struct tel_table *table;
    size_t rounds;
    uint64_t seed;
    uint64_t recorded; /* runs that must have become events */
};

static volatile sig_atomic_t interrupted;

static void interrupt(int sig)
{
    interrupted = sig;
}

static void end(const struct bench *bench, int status)
{
    tel_table_close(bench->table);
    scratch_free(bench->scratch);
    exit(status);
}

static void stop(const struct bench *bench, const char *what, int error)
{
    if (error != 0)
        fprintf(stderr, "bench_cost: %s: %s\n", what, strerror(error));
    else
        fprintf(stderr, "bench_cost: %s\n", what);
    end(bench, 1);
}

/* xorshift: an order that no two rounds share is all that is asked of it. */
static size_t draw(struct bench *bench, size_t below)
{
    bench->seed ^= bench->seed << 13;
    bench->seed ^= bench->seed >> 7;
    bench->seed ^= bench->seed << 17;
    return (size_t)(bench->seed % below);
}

static double now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* One run of a variant: what it took in microseconds. */
static double measure(struct bench *bench, const struct variant *variant)
{
    posix_spawnattr_t attr;
    double start;
    double took;
    pid_t pid;
    int status;
    int rc;

    posix_spawnattr_init(&attr);
    if (variant->leader)
        posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP);
    start = now_us();
    rc = posix_spawn(&pid, variant->argv[0], NULL, &attr, variant->argv,
                     variant->envp);
    if (rc != 0)
        stop(bench, variant->argv[0], rc);
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            stop(bench, "waitpid", errno);
    }
    took = now_us() - start;
    posix_spawnattr_destroy(&attr);
    if (status != 0 && !interrupted)
        stop(bench, variant->name, ECHILD);
    if (variant->recorded)
        bench->recorded++;
    return took;
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

/* Waits until the sender has moved all that is over out of the table. */
static void settle(struct bench *bench)
{
    struct tel_table_counts counts;
    double deadline = now_us() + 20e6;

    do {
        nap();
        tel_table_look(bench->table);
        tel_table_count(bench->table, &counts);
        if (now_us() > deadline)
            stop(bench, "the sender does not empty the table", 0);
    } while (counts.running + counts.finished + counts.pending > 0 &&
             !interrupted);
}

/* The first recorded run makes the table and starts the sender. */
static void start_sender(struct bench *bench, const struct variant *variant)
{
    char *dir;
    double deadline = now_us() + 20e6;

    if (asprintf(&dir, "%s/tel", bench->scratch->runtime) < 0)
        stop(bench, "no memory", 0);
    measure(bench, variant);
    while (bench->table == NULL || tel_lease_holder(bench->table) == 0) {
        if (bench->table == NULL)
            (void)tel_table_open(dir, geteuid(), &bench->table);
        if (now_us() > deadline)
            stop(bench, "no table and no sender after a recorded run", 0);
        nap();
    }
    free(dir);
    settle(bench);
}

static void progress(const char *title, size_t round, size_t rounds)
{
    if (isatty(STDERR_FILENO) == 0)
        return;
    if (round < rounds)
        fprintf(stderr, "\r%s: round %zu of %zu", title, round, rounds);
    else
        fprintf(stderr, "\r\033[K");
}

static void run_rounds(struct bench *bench, const char *title,
                       struct variant *variants, size_t count, size_t rounds,
                       bool keep)
{
    size_t order[16];

    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t round = 0; round < rounds && !interrupted; round++) {
        if (round % ROUNDS_A_BLOCK == 0) {
            progress(title, round, rounds);
            settle(bench);
        }
        for (size_t left = count; left > 0; left--) {
            size_t at = draw(bench, left);
            size_t chosen = order[at];
            double us;

            order[at] = order[left - 1];
            order[left - 1] = chosen;
            if (variants[chosen].argv == NULL)
                continue;
            us = measure(bench, &variants[chosen]);
            if (keep)
                variants[chosen].us[round] = us;
        }
    }
    progress(title, rounds, rounds);
}

static void run_group(struct bench *bench, const char *title,
                      struct variant *variants, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        variants[i].us = calloc(bench->rounds, sizeof(double));
        if (variants[i].us == NULL)
            stop(bench, "no memory", 0);
    }
    run_rounds(bench, title, variants, count, WARM_UP, false);
    run_rounds(bench, title, variants, count, bench->rounds, true);
    if (interrupted)
        end(bench, 128 + interrupted);
    figures_print(title, variants, count, bench->rounds);
    for (size_t i = 0; i < count; i++)
        free(variants[i].us);
}

/* The number behind "key": in what tel status --json printed. */
static uint64_t number_of(const char *json, const char *key)
{
    char quoted[32];
    const char *at;

    snprintf(quoted, sizeof(quoted), "\"%s\":", key);
    at = strstr(json, quoted);
    return at == NULL ? 0 : strtoull(at + strlen(quoted), NULL, 10);
}

/* Figures of runs that were not recorded would be figures of nothing. */
static bool check_recorded(struct bench *bench)
{
    char *json;
    uint64_t events;
    uint64_t lost = tel_table_dropped(bench->table, NULL);

    settle(bench);
    json = scratch_ok(bench->scratch, 0, TEL, "status", "bench-tool", "--json",
                      NULL);
    /* What the outbox had no room for was recorded all the same. */
    events = number_of(json, "waiting") + number_of(json, "dropped");
    free(json);
    if (events == bench->recorded && lost == 0)
        return true;
    fprintf(stderr,
            "bench_cost: WARNING: of %llu runs that should be recorded, %llu "
            "were, and %llu found the table full: the figures are not those "
            "of recording\n",
            (unsigned long long)bench->recorded, (unsigned long long)events,
            (unsigned long long)lost);
    return false;
}

/* The scratch's environment and one variable more (NULL: none). */
static char *const *env_with(const struct bench *bench, char *first,
                             char *second)
{
    static char *pool[4][COUNT(bench->scratch->vars) + 3];
    static size_t used;
    char **envp = pool[used++];
    size_t n = 0;

    if (first != NULL)
        envp[n++] = first;
    if (second != NULL)
        envp[n++] = second;
    for (size_t i = 0; bench->scratch->vars[i] != NULL; i++)
        envp[n++] = bench->scratch->vars[i];
    envp[n] = NULL;
    return envp;
}

/* The same program under a name of its own. */
static char *copy_program(struct bench *bench, const char *name)
{
    char *path = strdup(scratch_path(bench->scratch, "%s", name));
    char *out;

    if (path == NULL)
        stop(bench, "no memory", 0);
    out = scratch_ok(bench->scratch, 0, "cp", BENCH_NOTHING, path, NULL);
    free(out);
    return path;
}

static void preload_group(struct bench *bench, char *tool, char *plain)
{
    static char empty[] = "LD_PRELOAD=" BENCH_EMPTY;
    static char shim[] = "LD_PRELOAD=" TEL_STAGE_SHIM;
    static char no[] = "DO_NOT_TRACK=1";
    char *run_tool[] = {tool, NULL};
    char *run_plain[] = {plain, NULL};
    char *const *loaded = env_with(bench, shim, NULL);
    const struct aim none = {-1, 0};
    struct variant variants[] = {
        {"nothing", run_tool, env_with(bench, NULL, NULL), -1, false, false,
         none, NULL},
        {"empty .so", run_tool, env_with(bench, empty, NULL), 0, false, false,
         none, NULL},
        {"shim, off by DO_NOT_TRACK", run_tool, env_with(bench, shim, no), 1,
         false, false, none, NULL},
        {"shim, unconfigured",
         run_plain,
         loaded,
         1,
         false,
         false,
         {1, 15},
         NULL},
        {"shim, recorded, job's leader",
         run_tool,
         loaded,
         1,
         true,
         true,
         {1, 80},
         NULL},
        {"shim, recorded, under a script",
         run_tool,
         loaded,
         1,
         false,
         true,
         {1, 80},
         NULL},
    };

    start_sender(bench, &variants[4]);
    run_group(bench, "preload", variants, COUNT(variants));
}

static void wrapper_group(struct bench *bench, char *tool)
{
    static char tini[] = "/usr/bin/tini-static";
    static char dumb[] = "/usr/bin/dumb-init";
    static char wrap[] = TEL_WRAP;
    static char subreaper[] = "-s";
    static char end_of_options[] = "--";
    static char in_place[] = "--mode=in-place";
    static char supervise[] = "--mode=supervise";
    char *direct[] = {tool, NULL};
    /* Without -s it would print a warning, which is not what is measured. */
    char *by_tini[] = {tini, subreaper, end_of_options, tool, NULL};
    char *by_dumb[] = {dumb, end_of_options, tool, NULL};
    char *by_place[] = {wrap, in_place, end_of_options, tool, NULL};
    char *by_watch[] = {wrap, supervise, end_of_options, tool, NULL};
    char *const *envp = bench->scratch->vars;
    const struct aim none = {-1, 0};
    struct variant variants[] = {
        {"direct spawn", direct, envp, -1, false, false, none, NULL},
        {"tini-static", by_tini, envp, 0, false, false, none, NULL},
        {"dumb-init", by_dumb, envp, 0, false, false, none, NULL},
        {"tel-wrap, in place", by_place, envp, 0, false, true, {1, 0}, NULL},
        {"tel-wrap, supervising", by_watch, envp, 0, false, true, none, NULL},
    };

    if (access(tini, X_OK) < 0)
        variants[1].argv = NULL;
    if (access(dumb, X_OK) < 0)
        variants[2].argv = NULL;
    run_group(bench, "wrappers", variants, COUNT(variants));
}

/* 0 and *ret_rounds, or the exit status of bad usage, or -1 after --help. */
static int parse(int argc, char **argv, size_t *ret_rounds)
{
    static const struct option known[] = {
        {"rounds", required_argument, NULL, 'r'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    uint64_t rounds = ROUNDS;
    int option;

    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == 'h') {
            printf("usage: bench_cost [--rounds N]   (default %d)\n", ROUNDS);
            return -1;
        }
        if (option != 'r')
            return 2;
        if (!tel_text_parse(optarg, strlen(optarg), ROUNDS_MAX, &rounds) ||
            rounds == 0) {
            fprintf(stderr,
                    "bench_cost: --rounds %s: not a number from 1 to "
                    "%d\n",
                    optarg, ROUNDS_MAX);
            return 2;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "bench_cost: what is %s for?\n", argv[optind]);
        return 2;
    }
    *ret_rounds = (size_t)rounds;
    return 0;
}

int main(int argc, char **argv)
{
    struct bench bench = {NULL, NULL, 0, 0, 0};
    struct sigaction catch = {.sa_handler = interrupt};
    int status = parse(argc, argv, &bench.rounds);
    char *tool;
    char *plain;
    bool fine;

    if (status != 0)
        return status < 0 ? 0 : status;
    if (getrandom(&bench.seed, sizeof(bench.seed), 0) < 0 || bench.seed == 0)
        bench.seed = 88172645463325252ULL;
    sigaction(SIGINT, &catch, NULL);
    sigaction(SIGTERM, &catch, NULL);

    bench.scratch = scratch_new();
    scratch_write(bench.scratch, "config/tel/tools.d/bench-tool.conf",
                  policy_text);
    free(scratch_ok(bench.scratch, 0, TEL, "on", "bench-tool", NULL));
    tool = copy_program(&bench, "bench-tool");
    plain = copy_program(&bench, "bench-plain");

    printf("posix_spawn and wait of a program that returns 0: medians of %zu "
           "rounds,\nthe variants of a group in random order in each round\n\n",
           bench.rounds);
    preload_group(&bench, tool, plain);
    wrapper_group(&bench, tool);
    fine = check_recorded(&bench);
    free(tool);
    free(plain);
    tel_table_close(bench.table);
    scratch_free(bench.scratch);
    return fine ? 0 : 1;
}
