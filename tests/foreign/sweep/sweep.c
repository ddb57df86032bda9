/* SPDX-License-Identifier: MIT */
/* sweep: runs every command of this machine with and without tel. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sweep.h"

#define JOBS_MAX 64
#define ONLY_MAX 64

static const char help[] =
    "Usage: sweep [OPTION...]\n"
    "Run every command in /usr/bin and /usr/sbin with --version, --help and a\n"
    "bad option: bare twice, and then recorded each way, in a sandbox. "
    "Status,\n"
    "output and files have to be the same.\n"
    "\n"
    "  --only NAME    this command only; may be repeated\n"
    "  --sample N     about N commands, evenly chosen\n"
    "  --part I/N     the I-th of N equal parts of what is chosen\n"
    "  --ways LIST    of preload,sender,in-place,supervise (default: all)\n"
    "  --jobs N       workers (default: one for each processor)\n"
    "  --limit S      seconds that a run may take (default: 10)\n"
    "  --shim FILE    preload this object instead\n"
    "  --help         show this help\n"
    "\n"
    "It ends with 0 where nothing differs, 1 where something does, 2 for bad\n"
    "usage or a fault of its own, and 77 where there can be no sandbox.\n";

struct options {
    const char *only[ONLY_MAX];
    size_t nonly;
    size_t sample;
    unsigned part; /* from 0 */
    unsigned parts;
    unsigned jobs;
    unsigned limit_s;
    bool ways[WAYS];
    const char *shim;
};

struct worker {
    pid_t pid;
    struct notes notes;
};

struct sweep {
    struct options options;
    struct commands commands;
    struct commands chosen; /* borrows its strings from commands */
    struct totals *totals;
    struct worker workers[JOBS_MAX];
    const struct notes *own; /* in a worker: its notes */
    struct sandbox sandbox;
};

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "sweep: %s: %s\n", what, strerror(errno));
    exit(2);
}

static _Noreturn void bad_usage(const char *what, const char *value)
{
    fprintf(stderr, "sweep: %s %s (try --help)\n", what, value);
    exit(2);
}

static unsigned number(const char *option, const char *value, unsigned max)
{
    char *end = NULL;
    unsigned long n = strtoul(value, &end, 10);

    if (*value < '0' || *value > '9' || *end != '\0' || n < 1 || n > max) {
        bad_usage(option, value);
    }
    return (unsigned)n;
}

static void parse_part(struct options *options, char *value)
{
    char *slash = strchr(value, '/');

    if (slash == NULL) {
        bad_usage("--part", value);
    }
    *slash = '\0';
    options->parts = number("--part", slash + 1, 1000);
    options->part = number("--part", value, options->parts) - 1;
}

static void parse_ways(struct options *options, char *list)
{
    char *save = NULL;

    memset(options->ways, 0, sizeof(options->ways));
    for (char *word = strtok_r(list, ",", &save); word != NULL;
         word = strtok_r(NULL, ",", &save)) {
        size_t i = 0;

        while (i < WAYS && strcmp(word, way_names[i]) != 0) {
            i++;
        }
        if (i == WAYS) {
            bad_usage("--ways", word);
        }
        options->ways[i] = true;
    }
}

static void take_option(struct options *options, int option, char *value)
{
    if (option == 'o') {
        if (options->nonly == ONLY_MAX) {
            bad_usage("too many:", "--only");
        }
        options->only[options->nonly++] = value;
    } else if (option == 's') {
        options->sample = number("--sample", value, 1000000);
    } else if (option == 'i') {
        parse_part(options, value);
    } else if (option == 'w') {
        parse_ways(options, value);
    } else if (option == 'j') {
        options->jobs = number("--jobs", value, JOBS_MAX);
    } else if (option == 'l') {
        options->limit_s = number("--limit", value, 3600);
    } else if (option == 'p') {
        options->shim = value;
    } else if (option == 'h') {
        (void)fputs(help, stdout);
        exit(0);
    } else {
        exit(2); /* getopt has said why */
    }
}

static void parse(struct options *options, int argc, char **argv)
{
    static const struct option known[] = {
        {"only", required_argument, NULL, 'o'},
        {"sample", required_argument, NULL, 's'},
        {"part", required_argument, NULL, 'i'},
        {"ways", required_argument, NULL, 'w'},
        {"jobs", required_argument, NULL, 'j'},
        {"limit", required_argument, NULL, 'l'},
        {"shim", required_argument, NULL, 'p'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0}};
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    int option;

    *options = (struct options){.ways = {true, true, true, true, true},
                                .parts = 1,
                                .limit_s = 10,
                                .shim = TEL_STAGE_SHIM,
                                .jobs = online < 1          ? 1
                                        : online > JOBS_MAX ? JOBS_MAX
                                                            : (unsigned)online};
    while ((option = getopt_long(argc, argv, "", known, NULL)) >= 0) {
        take_option(options, option, optarg);
    }
    if (optind < argc) {
        bad_usage("unexpected", argv[optind]);
    }
}

static bool is_wanted(const struct options *options,
                      const struct command *command)
{
    for (size_t i = 0; i < options->nonly; i++) {
        if (strcmp(options->only[i], command->name) == 0) {
            return true;
        }
    }
    return options->nonly == 0;
}

static void choose(struct sweep *sweep)
{
    const struct commands *all = &sweep->commands;
    struct commands *chosen = &sweep->chosen;
    const struct options *options = &sweep->options;
    size_t step = 1;
    size_t wanted = 0;
    size_t taken = 0;

    if (options->sample > 0 && all->count > options->sample) {
        step = all->count / options->sample;
    }
    chosen->list = grow(NULL, (all->count + 1) * sizeof(chosen->list[0]));
    for (size_t i = 0; i < all->count; i++) {
        const struct command *command = &all->list[i];

        if (command->excluded == NULL && is_wanted(options, command) &&
            wanted++ % step == 0 && taken++ % options->parts == options->part) {
            chosen->list[chosen->count++] = *command;
        }
    }
    if (chosen->count == 0) {
        bad_usage("no command of", "this name");
    }
}

/* ---- the workers -------------------------------------------------------- */

static int work(void *context)
{
    struct sweep *sweep = context;
    struct comparison comparison = {.totals = sweep->totals,
                                    .notes = *sweep->own,
                                    .limit_s = sweep->options.limit_s,
                                    .table = records_open()};
    uint64_t i;

    if (comparison.table == NULL) {
        fprintf(stderr, "sweep: no table of runs\n");
        return 2;
    }
    memcpy(comparison.ways, sweep->options.ways, sizeof(comparison.ways));
    while ((i = __atomic_fetch_add(&sweep->totals->next, 1, __ATOMIC_RELAXED)) <
           sweep->chosen.count) {
        compare_command(&comparison, &sweep->chosen.list[i]);
        /* What there is by now is kept, should the worker be killed. */
        (void)fflush(comparison.notes.faults);
        (void)fflush(comparison.notes.unstable);
        (void)fflush(comparison.notes.unended);
    }
    return 0;
}

static FILE *open_note(const char *name)
{
    int fd = memfd_create(name, MFD_CLOEXEC);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w+e");

    if (file == NULL) {
        give_up(name);
    }
    return file;
}

static void start_workers(struct sweep *sweep)
{
    sweep->sandbox = (struct sandbox){
        .shim = open(sweep->options.shim, O_RDONLY | O_CLOEXEC),
        .wrap = open(TEL_STAGE_BIN "/tel-wrap", O_RDONLY | O_CLOEXEC),
        .sender = open(BOX_SENDER, O_RDONLY | O_CLOEXEC),
        .commands = &sweep->commands,
        .work = work,
        .context = sweep};
    if (sweep->sandbox.shim < 0 || sweep->sandbox.wrap < 0 ||
        sweep->sandbox.sender < 0) {
        give_up("this build's shim, tel-wrap and tel-send");
    }
    for (unsigned i = 0; i < sweep->options.jobs; i++) {
        struct worker *worker = &sweep->workers[i];

        worker->notes = (struct notes){.faults = open_note("faults"),
                                       .unstable = open_note("unstable"),
                                       .unended = open_note("unended")};
        sweep->own = &worker->notes;
        worker->pid = sandbox_start(&sweep->sandbox);
        if (worker->pid < 0) {
            give_up("fork");
        }
    }
}

static void show_progress(const struct sweep *sweep)
{
    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "\r%" PRIu64 " of %zu commands, %" PRIu64 " faults ",
                __atomic_load_n(&sweep->totals->done, __ATOMIC_RELAXED),
                sweep->chosen.count,
                __atomic_load_n(&sweep->totals->faults, __ATOMIC_RELAXED));
    }
}

/* 0, or the worst status of a worker. */
static int await_workers(const struct sweep *sweep)
{
    int worst = 0;

    for (unsigned i = 0; i < sweep->options.jobs; i++) {
        int status = 0;

        while (waitpid(sweep->workers[i].pid, &status, WNOHANG) == 0) {
            show_progress(sweep);
            (void)nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
        }
        status = WIFEXITED(status) ? WEXITSTATUS(status) : 2;
        worst = status > worst ? status : worst;
    }
    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "\r%*s\r", 60, "");
    }
    return worst;
}

/* ---- the report --------------------------------------------------------- */

static void copy_notes(FILE *note)
{
    char buf[4096];
    size_t n;

    rewind(note);
    while ((n = fread(buf, 1, sizeof(buf), note)) > 0) {
        (void)fwrite(buf, 1, n, stdout);
    }
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted, as the workers' order says nothing. */
static void print_lines(const char *title, const struct sweep *sweep,
                        size_t note_offset)
{
    char **lines = NULL;
    size_t count = 0;

    for (unsigned i = 0; i < sweep->options.jobs; i++) {
        FILE *note;
        char *line = NULL;
        size_t size = 0;

        memcpy(&note, (const char *)&sweep->workers[i].notes + note_offset,
               sizeof(note));
        rewind(note);
        while (getline(&line, &size, note) > 0) {
            lines = grow(lines, (count + 1) * sizeof(lines[0]));
            lines[count++] = copy_of(line);
        }
        free(line);
    }
    if (count > 0) {
        qsort(lines, count, sizeof(lines[0]), by_text);
        printf("\n%s\n", title);
    }
    for (size_t i = 0; i < count; i++) {
        printf("  %s", lines[i]);
        free(lines[i]);
    }
    free(lines);
}

static size_t print_exclusions(const struct sweep *sweep)
{
    size_t count = 0;

    for (size_t i = 0; i < sweep->commands.count; i++) {
        const struct command *command = &sweep->commands.list[i];

        if (command->excluded != NULL && is_wanted(&sweep->options, command)) {
            if (count++ == 0) {
                printf("\nexcluded:\n");
            }
            printf("  %s: %s\n", command->path, command->excluded);
        }
    }
    return count;
}

static void print_loads(const struct commands *commands)
{
    size_t loads[LOADS_OTHER + 1] = {0};
    size_t nameless = 0;
    size_t set_id = 0;

    for (size_t i = 0; i < commands->count; i++) {
        loads[commands->list[i].loads]++;
        nameless += !commands->list[i].can_have_policy;
        set_id += commands->list[i].set_id;
    }
    printf("loadable %zu, static or no program %zu, other class or libc %zu; "
           "no policy can have the name of %zu; %zu setuid or setgid\n",
           loads[LOADS_YES], loads[LOADS_STATIC], loads[LOADS_OTHER], nameless,
           set_id);
}

static void print_totals(const struct sweep *sweep, size_t excluded)
{
    const struct totals *t = sweep->totals;

    printf("\ncommands %zu (%zu distinct files), excluded %zu\n",
           sweep->chosen.count, commands_distinct_files(&sweep->chosen),
           excluded);
    print_loads(&sweep->chosen);
    printf("cases %" PRIu64 ", unstable %" PRIu64 " (%.1f %%)\n", t->cases,
           t->unstable,
           t->cases > 0 ? 100.0 * (double)t->unstable / (double)t->cases : 0.0);
    printf("%-10s %6s %9s %8s %8s %9s %11s %8s %5s\n", "way", "same",
           "different", "unstable", "recorded", "no end", "not loaded",
           "no name", "wrong");
    for (enum way way = WAY_PRELOAD; way < WAYS; way++) {
        const uint64_t *v = t->verdicts[way];

        if (sweep->options.ways[way]) {
            printf("%-10s %6" PRIu64 " %9" PRIu64 " %8" PRIu64 " %8" PRIu64
                   " %9" PRIu64 " %11" PRIu64 " %8" PRIu64 " %5" PRIu64 "\n",
                   way_names[way], t->same[way], t->different[way],
                   t->unstable_by_way[way], v[RECORDED], v[RECORDED_NO_END],
                   v[RECORDED_NOTHING], v[RECORDED_NAMELESS],
                   v[RECORDED_WRONG]);
        }
    }
    printf("faults %" PRIu64 "\n", t->faults);
}

static void report(const struct sweep *sweep)
{
    size_t excluded;

    for (unsigned i = 0; i < sweep->options.jobs; i++) {
        copy_notes(sweep->workers[i].notes.faults);
    }
    print_lines("unstable:", sweep, offsetof(struct notes, unstable));
    print_lines("loaded, and ended without its seeing it:", sweep,
                offsetof(struct notes, unended));
    excluded = print_exclusions(sweep);
    print_totals(sweep, excluded);
}

static void clean(struct sweep *sweep)
{
    for (unsigned i = 0; i < sweep->options.jobs; i++) {
        (void)fclose(sweep->workers[i].notes.faults);
        (void)fclose(sweep->workers[i].notes.unstable);
        (void)fclose(sweep->workers[i].notes.unended);
    }
    (void)close(sweep->sandbox.shim);
    (void)close(sweep->sandbox.wrap);
    (void)close(sweep->sandbox.sender);
    free(sweep->chosen.list);
    commands_free(&sweep->commands);
}

int main(int argc, char **argv)
{
    static struct sweep sweep;
    int status;

    parse(&sweep.options, argc, argv);
    commands_find(&sweep.commands, sweep.options.shim);
    choose(&sweep);
    sweep.totals = mmap(NULL, sizeof(*sweep.totals), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (sweep.totals == MAP_FAILED) {
        give_up("memory");
    }
    (void)fflush(NULL);
    start_workers(&sweep);
    status = await_workers(&sweep);
    if (status == 0) {
        report(&sweep);
        status = sweep.totals->faults > 0 ? 1 : 0;
    } else if (status != BOX_NONE) {
        fprintf(stderr, "sweep: a worker has failed (%d)\n", status);
        report(&sweep);
        status = 2;
    }
    clean(&sweep);
    return fflush(stdout) == 0 ? status : 2;
}
