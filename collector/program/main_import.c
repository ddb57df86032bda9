/* SPDX-License-Identifier: MIT */
/* main_import: tel-collect import: options, files, progress, the summary. */
#include "main.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <tel/import.h>
#include <tel/text.h>

/* Between two lines of progress. */
#define PROGRESS_MS 100

static const char usage[] =
    "usage: tel-collect import --db FILE --tools DIRECTORY [OPTION...] FILE..."
    "\n\n"
    "Counts the events of files that a plain endpoint has written: a query or\n"
    "a JSON object a line, or a web server's log. What else stands there is\n"
    "not kept. - is standard input.\n"
    "\n"
    "  --db FILE          the database, made where there is none\n"
    "  --tools DIRECTORY  the policies (*.conf) whose events count\n"
    "  --day YYYY-MM-DD   the day that the events belong to (default: today)\n"
    "  --continue         pass over the beginning of a file that was imported\n"
    "                     before and has grown since\n"
    "  --again            count what was imported before once more\n"
    "  --refused          a line on stderr for each line that does not count\n"
    "  --json             the summary as JSON\n"
    "  --help             show this\n"
    "\n"
    "A file is counted as a whole or not at all, and may be imported while\n"
    "serve runs. Ends with 1 where a file was imported before, or nothing in\n"
    "it counted.\n";

struct command {
    struct tel_import_options options;
    bool json;
    bool show_refused;
};

/* What a callback of the reader has to know. */
static struct {
    char name[TEL_PATH_MAX];
    off_t size; /* 0 where it is not known */
    bool shown;
    struct timespec next;
} current;

/* 0, or EXIT_BAD once it has complained; -1: help was asked for. */
static int parse(int argc, char **argv, struct command *command)
{
    static const struct option known[] = {
        {"db", required_argument, NULL, 'd'},
        {"tools", required_argument, NULL, 't'},
        {"day", required_argument, NULL, 'y'},
        {"continue", no_argument, NULL, 'c'},
        {"again", no_argument, NULL, 'a'},
        {"refused", no_argument, NULL, 'r'},
        {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, ":h", known, NULL)) != -1) {
        if (option == 'd')
            command->options.db = optarg;
        else if (option == 't')
            command->options.tools = optarg;
        else if (option == 'y')
            command->options.day = optarg;
        else if (option == 'c')
            command->options.go_on = true;
        else if (option == 'a')
            command->options.again = true;
        else if (option == 'r')
            command->show_refused = true;
        else if (option == 'j')
            command->json = true;
        else if (option == 'h')
            return -1;
        else
            return complain_option("import", option, argv);
    }
    return 0;
}

/* Whether the options make sense together. */
static int check(const struct command *command, bool files)
{
    static const char see[] = "(see tel-collect import --help)";

    if (command->options.db == NULL || command->options.tools == NULL)
        return complain("import: --%s is missing %s",
                        command->options.db == NULL ? "db" : "tools", see);
    if (command->options.again && command->options.go_on)
        return complain("import: --again or --continue? %s", see);
    if (!files)
        return complain("import: which FILE? (- is standard input)");
    return EXIT_DONE;
}

/* The file's name, as a terminal may be told it. */
static void name_file(const char *file)
{
    size_t len = strlen(file);
    size_t at = 0;
    size_t to = 0;

    while (at < len && to + 8 < sizeof(current.name)) {
        size_t size = 1;
        bool still = tel_text_still(file + at, len - at, &size);

        if (still)
            memcpy(current.name + to, file + at, size);
        else
            current.name[to] = '?';
        to += still ? size : 1;
        at += size;
    }
    current.name[to] = '\0';
    if (strcmp(file, "-") == 0)
        (void)snprintf(current.name, sizeof(current.name), "standard input");
}

/* Before anything is read: whether all can be. */
static int check_files(char *const *files)
{
    for (; *files != NULL; files++) {
        struct stat status;

        name_file(*files);
        if (strcmp(*files, "-") == 0)
            continue;
        if (stat(*files, &status) < 0 ||
            faccessat(AT_FDCWD, *files, R_OK, AT_EACCESS) < 0)
            return complain("%s: %s", current.name, strerror(errno));
        if (S_ISDIR(status.st_mode))
            return complain("%s: %s", current.name, strerror(EISDIR));
    }
    return EXIT_DONE;
}

/* Takes the line of progress away again. */
static void clear_progress(void)
{
    if (current.shown)
        (void)fputs("\r\033[K", stderr);
    current.shown = false;
}

static bool is_time(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec < current.next.tv_sec ||
        (now.tv_sec == current.next.tv_sec &&
         now.tv_nsec < current.next.tv_nsec))
        return false;
    current.next = now;
    current.next.tv_nsec += PROGRESS_MS * 1000000L;
    if (current.next.tv_nsec >= 1000000000L) {
        current.next.tv_nsec -= 1000000000L;
        current.next.tv_sec++;
    }
    return true;
}

/* 1234567 as 1,234,567; a static ring of 16. */
static const char *grouped(uint64_t number)
{
    static char ring[16][28];
    static unsigned next;
    char digits[24];
    char *to = ring[next++ % 16];
    const char *start = to;
    int len =
        snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);

    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = '\0';
    return start;
}

static void show_progress(uint64_t bytes, uint64_t lines)
{
    if (!is_time())
        return;
    clear_progress();
    (void)fprintf(stderr, "%.48s: ", current.name);
    if (current.size > 0)
        (void)fprintf(stderr, "%3.0f %%, ",
                      100.0 * (double)bytes / (double)current.size);
    (void)fprintf(stderr, "%s lines", grouped(lines));
    (void)fflush(stderr);
    current.shown = true;
}

static void show_refused(uint64_t line, const char *why)
{
    clear_progress();
    (void)fprintf(stderr, "%s:%llu: %s\n", current.name,
                  (unsigned long long)line, why);
}

static int open_file(const char *file)
{
    struct stat status;
    int fd = strcmp(file, "-") == 0 ? dup(STDIN_FILENO)
                                    : open(file, O_RDONLY | O_CLOEXEC);

    current.size = 0;
    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
        current.size = status.st_size;
    return fd;
}

static void sum_up(struct tel_import_counts *sum,
                   const struct tel_import_counts *counts)
{
    sum->lines += counts->lines;
    sum->counted += counts->counted;
    sum->untaken += counts->untaken;
    sum->before += counts->before;
    sum->torn = sum->torn || counts->torn;
    for (int i = 0; i < TEL_REFUSALS; i++)
        sum->refused[i] += counts->refused[i];
}

static int import_file(struct tel_import *import, const char *file,
                       struct tel_import_counts *sum, bool *ret_read)
{
    struct tel_import_counts counts = {0};
    struct tel_err err = {""};
    int fd = -1;
    int r;

    name_file(file);
    fd = open_file(file);
    if (fd < 0)
        return complain("%s: %s", current.name, strerror(errno));
    r = tel_import_file(import, current.name, fd, &counts, &err);
    (void)close(fd);
    clear_progress();
    if (r < 0) {
        (void)complain("%s", err.text);
        return r == -EALREADY ? EXIT_NO : EXIT_BAD;
    }
    *ret_read = true;
    sum_up(sum, &counts);
    /* Most likely it is another file than was meant, or other policies. */
    if (counts.lines > 0 && counts.counted == 0) {
        (void)complain("%s: nothing in it counted", current.name);
        return EXIT_NO;
    }
    return EXIT_DONE;
}

static uint64_t refused_of(const struct tel_import_counts *counts)
{
    uint64_t refused = 0;

    for (int i = TEL_REFUSED_FORM + 1; i < TEL_REFUSALS; i++)
        refused += counts->refused[i];
    return refused;
}

static int say_json(const struct tel_import_counts *counts)
{
    (void)printf("{\"counted\":%llu,\"refused\":{",
                 (unsigned long long)counts->counted);
    for (int i = TEL_REFUSED_FORM + 1; i < TEL_REFUSALS; i++)
        (void)printf("%s\"%s\":%llu", i > TEL_REFUSED_FORM + 1 ? "," : "",
                     tel_refusal_name((enum tel_refusal)i),
                     (unsigned long long)counts->refused[i]);
    (void)printf("},\"unreadable\":%llu,\"torn\":%s,\"unanswered\":%llu,"
                 "\"before\":%llu}\n",
                 (unsigned long long)counts->refused[TEL_REFUSED_FORM],
                 counts->torn ? "true" : "false",
                 (unsigned long long)counts->untaken,
                 (unsigned long long)counts->before);
    return say("");
}

static int say_summary(const struct tel_import_counts *counts)
{
    uint64_t refused = refused_of(counts);
    const char *between = " (";

    (void)printf("%s counted, %s refused", grouped(counts->counted),
                 grouped(refused));
    for (int i = TEL_REFUSED_FORM + 1; i < TEL_REFUSALS; i++) {
        if (counts->refused[i] == 0)
            continue;
        (void)printf("%s%s %s", between, tel_refusal_name((enum tel_refusal)i),
                     grouped(counts->refused[i]));
        between = ", ";
    }
    (void)printf("%s, %s unreadable%s", refused > 0 ? ")" : "",
                 grouped(counts->refused[TEL_REFUSED_FORM]),
                 counts->torn ? " (the last line has no end)" : "");
    if (counts->untaken > 0)
        (void)printf(", %s not answered with 2xx", grouped(counts->untaken));
    if (counts->before > 0)
        (void)printf(", %s lines imported before", grouped(counts->before));
    return say("\n");
}

int command_import(int argc, char **argv)
{
    struct command command = {{NULL}};
    struct tel_import_counts sum = {0};
    struct tel_import *import = NULL;
    struct tel_err err = {""};
    int status = parse(argc, argv, &command);
    bool read = false; /* any of them */

    if (status != 0)
        return status < 0 ? say(usage) : status;
    status = check(&command, optind < argc);
    if (status == EXIT_DONE)
        status = check_files(argv + optind);
    if (status != EXIT_DONE)
        return status;
    /* A server's log has addresses in it. */
    keep_private();
    if (isatty(STDERR_FILENO) != 0)
        command.options.progress = show_progress;
    if (command.show_refused)
        command.options.refused = show_refused;
    if (tel_import_open(&command.options, &import, &err) < 0)
        return complain("%s", err.text);
    for (int i = optind; i < argc; i++) {
        int of_file = import_file(import, argv[i], &sum, &read);

        status = of_file > status ? of_file : status;
    }
    tel_import_close(import);
    if (read && (command.json ? say_json(&sum) : say_summary(&sum)) != 0)
        return EXIT_BAD;
    return status;
}
