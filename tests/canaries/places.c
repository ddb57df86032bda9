/* SPDX-License-Identifier: MIT */
/* Everything between a run and its report that could hold a canary. */
#include "places.h"

#include <ctype.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const names[PLACES] = {
    "the table",
    "the outbox",
    "the log",
    "the collector's socket",
    "the collector's database",
    "the report",
    "what was printed",
    "the sender's memory",
    "the collector's memory",
};

/* For nftw, which passes nothing on. */
static struct world *walked;

const char *place_name(enum place place)
{
    return names[place];
}

/* The bytes around at, those that can't be printed as dots. */
static void note(struct seen *seen, const char *bytes, size_t len, size_t at)
{
    size_t from = at > 80 ? at - 80 : 0;
    size_t n = 0;

    for (size_t i = from; i < len && n + 1 < sizeof(seen->around); i++)
        seen->around[n++] = isprint((unsigned char)bytes[i]) ? bytes[i] : '.';
    seen->around[n] = '\0';
}

void look_through(struct world *world, enum place place, const void *bytes,
                  size_t len)
{
    struct seen *seen = &world->seen[place];
    /* It has to know the places of the person's files. */
    const struct finder *finder =
        place == PLACE_SENDER ? &world->person : &world->all;
    struct found found;

    seen->bytes += len;
    if (len == 0 || seen->found.encoding != NULL ||
        !finder_find(finder, bytes, len, &found))
        return;
    seen->found = found;
    note(seen, bytes, len, found.at);
}

static void look_at_file(struct world *world, enum place place,
                         const char *path)
{
    size_t len = 0;
    char *bytes = file_read(path, &len);

    if (bytes != NULL)
        look_through(world, place, bytes, len);
    free(bytes);
}

/* Names of files count, those of the folders above them do not. */
static int visit(const char *path, const struct stat *info, int type,
                 struct FTW *walk)
{
    const char *name = path + walk->base;
    enum place place = strcmp(name, "sent.log") == 0 ? PLACE_LOG : PLACE_OUTBOX;

    (void)info;
    if (walk->level == 0)
        return 0;
    look_through(walked, PLACE_OUTBOX, name, strlen(name));
    if (type == FTW_F)
        look_at_file(walked, place, path);
    return 0;
}

static void look_at_state(struct world *world)
{
    walked = world;
    (void)nftw(world->state, visit, 16, FTW_PHYS);
}

static void look_at_database(struct world *world)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};

    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
        look_at_file(
            world, PLACE_DATABASE,
            scratch_path(world->collect.scratch, "totals.db%s", suffixes[i]));
}

static void look_at_report(struct world *world)
{
    static const char *const forms[] = {"--json", "--by-version"};
    const char *db = scratch_path(world->collect.scratch, "totals.db");

    for (size_t i = 0; i < 2; i++) {
        struct result result =
            scratch_run(world->collect.scratch, TEL_COLLECT, "report", "--db",
                        db, "-k", "1", forms[i], NULL);

        assert_int_equal(result.status, 0);
        look_through(world, PLACE_REPORT, result.out, result.out_len);
        look_through(world, PLACE_SAID, result.err, result.err_len);
        result_clear(&result);
    }
}

static void look_at_socket(struct world *world)
{
    struct text text = {0};

    tee_bytes(world->tee, &text);
    look_through(world, PLACE_SOCKET, text.bytes, text.len);
    text_clear(&text);
}

static void look_at_said(struct world *world)
{
    char *log = collect_log(&world->collect);

    look_at_file(world, PLACE_SAID, world->said);
    if (log != NULL)
        look_through(world, PLACE_SAID, log, strlen(log));
    free(log);
}

/* What it has written itself: its own pages, its heap and its stacks. */
static void look_at_memory(struct world *world, enum place place, pid_t pid)
{
    char *maps = proc_read(pid, "maps", NULL);
    char *rest = NULL;
    char path[64];
    int fd;

    (void)snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (maps == NULL || fd < 0)
        fail_msg("%s can't be read", path);
    for (char *line = strtok_r(maps, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        unsigned long from;
        unsigned long to;
        char mode[8];
        char *bytes;
        ssize_t got;

        if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) != 3 ||
            strncmp(mode, "rw", 2) != 0 || strstr(line, "/runs-1") != NULL)
            continue;
        bytes = malloc(to - from);
        assert_non_null(bytes);
        got = pread(fd, bytes, to - from, (off_t)from);
        if (got > 0)
            look_through(world, place, bytes, (size_t)got);
        free(bytes);
    }
    (void)close(fd);
    free(maps);
}

void look(struct world *world, enum place place)
{
    pid_t sender;

    world->seen[place].looks++;
    switch (place) {
    case PLACE_TABLE:
        look_at_file(world, place, world->table);
        break;
    case PLACE_OUTBOX:
    case PLACE_LOG:
        look_at_state(world);
        break;
    case PLACE_SOCKET:
        look_at_socket(world);
        break;
    case PLACE_DATABASE:
        look_at_database(world);
        break;
    case PLACE_REPORT:
        look_at_report(world);
        break;
    case PLACE_SAID:
        look_at_said(world);
        break;
    case PLACE_SENDER:
        sender = world_sender(world);
        /* A sanitizer's memory is too large to be read. */
        if (sender > 0 && !SANITIZED)
            look_at_memory(world, place, sender);
        break;
    case PLACE_COLLECTOR:
        /* Into which root alone may look. */
        if (!SANITIZED && geteuid() == 0)
            look_at_memory(world, place, world->collect.pid);
        break;
    case PLACES:
        break;
    }
}

void look_everywhere(struct world *world)
{
    for (enum place place = 0; place < PLACES; place++)
        look(world, place);
}
