/* SPDX-License-Identifier: MIT */
/* Software that was not written here: bare and recorded, compared. */
#include "foreign.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int foreign_setup(void **state)
{
    struct recorded *recorded = recorded_new();

    scratch_set(recorded->scratch, "PATH", "/usr/bin:/bin:/usr/sbin:/sbin");
    *state = recorded;
    return 0;
}

int foreign_teardown(void **state)
{
    recorded_free(*state);
    return 0;
}

void foreign_need(const char *path, const char *package)
{
    skip_unless(access(path, X_OK) == 0, "no %s (Debian package %s)", path,
                package);
}

const char *foreign_copy(struct recorded *recorded, const char *file)
{
    const char *to = scratch_path(recorded->scratch, "bin/%s", file);
    char from[512];

    (void)snprintf(from, sizeof(from), "%s/%s", WAYS, file);
    free(scratch_ok(recorded->scratch, 0, "install", "-D", "-m755", from, to,
                    NULL));
    return to;
}

void foreign_words(char *argv[FOREIGN_ARGS], size_t n, const char *line)
{
    static char copies[4][1024];
    static unsigned next;
    char *copy = copies[next++ % 4];

    (void)snprintf(copy, sizeof(copies[0]), "%s", line);
    for (char *word = strtok(copy, " "); word != NULL;
         word = strtok(NULL, " ")) {
        assert_true(n < FOREIGN_ARGS - 1);
        argv[n++] = word;
    }
    argv[n] = NULL;
}

/* Leaves "0x" of every address; the new length. */
static size_t pass_over_addresses(char *start)
{
    char *text = start;
    char *to = start;

    while (*text != '\0') {
        bool address = text[0] == '0' && text[1] == 'x';

        *to++ = *text++;
        if (address) {
            *to++ = *text++;
            while (isxdigit((unsigned char)*text)) {
                text++;
            }
        }
    }
    *to = '\0';
    return (size_t)(to - start);
}

static struct result run_one(struct recorded *recorded, const char *preload,
                             bool addresses, char *const *argv)
{
    struct result result;

    scratch_set(recorded->scratch, "LD_PRELOAD", preload);
    result = scratch_runv(recorded->scratch, argv);
    scratch_set(recorded->scratch, "LD_PRELOAD", NULL);
    if (addresses) {
        result.out_len = pass_over_addresses(result.out);
        result.err_len = pass_over_addresses(result.err);
    }
    return result;
}

static void run_both(struct recorded *recorded, const struct sides *sides,
                     char *const *argv, struct result both[2])
{
    both[0] = run_one(recorded, sides->bare, sides->addresses, argv);
    both[1] = run_one(recorded, sides->with, sides->addresses, argv);
}

static void print_line(char *const *argv)
{
    for (; *argv != NULL; argv++) {
        print_message("%s ", *argv);
    }
    print_message("\n");
}

void foreign_same(struct recorded *recorded, const struct sides *sides,
                  char *const *argv, int status)
{
    struct result both[2];

    run_both(recorded, sides, argv, both);
    if (!result_same(&both[0], &both[1]) || both[0].status != status) {
        print_line(argv);
        fail_msg("%d was expected; LD_PRELOAD=%s gave %d:\n%s\n%s\n"
                 "LD_PRELOAD=%s gave %d:\n%s\n%s",
                 status, sides->bare != NULL ? sides->bare : "", both[0].status,
                 both[0].out, both[0].err,
                 sides->with != NULL ? sides->with : "", both[1].status,
                 both[1].out, both[1].err);
    }
    result_clear(&both[0]);
    result_clear(&both[1]);
}

bool foreign_are_same(struct recorded *recorded, const struct sides *sides,
                      char *const *argv)
{
    struct result both[2];
    bool same;

    run_both(recorded, sides, argv, both);
    same = result_same(&both[0], &both[1]);
    result_clear(&both[0]);
    result_clear(&both[1]);
    return same;
}

void foreign_recorded(struct recorded *recorded, const char *name,
                      const char *event, int code)
{
    struct tel_finished run = recorded_next(recorded);
    int got = run.event.end == TEL_END_CODE   ? run.event.code
              : run.event.end == TEL_END_LOST ? FOREIGN_LOST
                                              : 1000 + (int)run.event.end;

    if (strcmp(run.name, name) != 0 || strcmp(run.event.event, event) != 0 ||
        got != code) {
        fail_msg("recorded: %s %s %d instead of %s %s %d", run.name,
                 run.event.event, got, name, event, code);
    }
    /* No test runs for an hour, whatever a clock may say. */
    assert_true(run.event.ms < TEL_MS_TOP);
    assert_int_equal(run.event.ms < 0, code == FOREIGN_LOST);
    recorded_nothing_more(recorded);
}

/* The first word of a line. */
static const char *verb_of(const char *line, char verb[64])
{
    (void)snprintf(verb, 64, "%.*s", (int)strcspn(line, " "), line);
    return verb;
}

void foreign_tool(struct recorded *recorded, const char *name,
                  const struct way *ways, size_t n)
{
    char rest[2048] = "[verbs]\n";
    char verb[64];

    for (size_t i = 0; i < n; i++) {
        char line[80];

        (void)snprintf(line, sizeof(line), "\n%s = a way\n",
                       verb_of(ways[i].line, verb));
        if (strstr(rest, line) == NULL) {
            assert_true(strlen(rest) + strlen(line) < sizeof(rest));
            strcat(rest, line);
        }
    }
    recorded_tool(recorded, name, rest);
}

void foreign_ways(struct recorded *recorded, const char *command,
                  const char *name, const char *event, const struct way *ways,
                  size_t n)
{
    char *argv[FOREIGN_ARGS];
    char verb[64];

    for (size_t i = 0; i < n; i++) {
        struct sides sides = {.with = TEL_STAGE_SHIM,
                              .addresses = ways[i].addresses};
        char line[1024];

        (void)snprintf(line, sizeof(line), "%s %s", command, ways[i].line);
        foreign_words(argv, 0, line);
        foreign_same(recorded, &sides, argv, ways[i].status);
        foreign_recorded(recorded, name,
                         event != NULL ? event : verb_of(ways[i].line, verb),
                         ways[i].unseen || ways[i].status < 0 ? FOREIGN_LOST
                                                              : ways[i].status);
    }
    print_message("           %s: %zu ways\n", command, n);
}
