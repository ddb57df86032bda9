/* SPDX-License-Identifier: MIT */
/*
 * Canaries: nothing personal gets from a run into anything that tel keeps or
 * sends, over many runs of differing shapes, all of which arrive.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tel/runs.h>

#include "../../runs/table.h"
#include "chosen.h"
#include "places.h"

#define AT_ONCE 3
#define ROUND 1000 /* runs between two deliveries */
#define LOOK 250   /* runs between two looks at what changes all the time */

/* What was run, by tool and event. */
struct tally {
    struct row {
        const char *tool;
        const char *event;
        unsigned runs;
        unsigned formats[FORMATS];
    } rows[64];
    size_t nrows;
    unsigned recorded;
    unsigned ignored;
};

struct course {
    struct world *world;
    const struct table_head *head; /* the table's; NULL before the first run */
    struct tally tally;
    uint64_t seed;
    uint64_t number;
    unsigned running;
};

static struct chosen chosen;

static struct row *row_of(struct tally *tally, const char *tool,
                          const char *event)
{
    struct row *row = tally->rows;

    while (row < tally->rows + tally->nrows &&
           (strcmp(row->tool, tool) != 0 || strcmp(row->event, event) != 0))
        row++;
    if (row == tally->rows + tally->nrows) {
        assert_true(++tally->nrows < 64);
        *row = (struct row){.tool = tool, .event = event};
    }
    return row;
}

static void count(struct tally *tally, const struct shape *shape)
{
    struct row *row;

    if (shape->event == NULL) {
        tally->ignored++;
        return;
    }
    row = row_of(tally, shape->tool, shape->event);
    row->runs++;
    row->formats[shape->format]++;
    tally->recorded++;
}

static void map_table(struct course *course)
{
    int fd = open(course->world->table, O_RDONLY | O_CLOEXEC);
    void *map = MAP_FAILED;

    if (fd < 0)
        return;
    map = mmap(NULL, TABLE_HEAD, PROT_READ, MAP_SHARED, fd, 0);
    (void)close(fd);
    assert_true(map != MAP_FAILED);
    course->head = map;
}

/*
 * Whether as many runs as there are at once find room, should all of them meet
 * in one bucket: a run that finds none is dropped, which is right, but not
 * what is counted here.
 */
static bool has_room(void *context)
{
    const struct course *course = context;

    for (unsigned i = 0; course->head != NULL && i < TABLE_SLOTS;
         i += TABLE_BUCKET) {
        unsigned taken = 0;

        for (unsigned j = i; j < i + TABLE_BUCKET; j++)
            taken +=
                word_state(word_load(&course->head->words[j])) != SLOT_FREE;
        if (taken > TABLE_BUCKET - AT_ONCE)
            return false;
    }
    return true;
}

static void reap_one(struct course *course)
{
    assert_true(wait(NULL) > 0);
    course->running--;
}

static void start_one(struct course *course, bool first)
{
    struct shape shape;

    if (course->running == AT_ONCE)
        reap_one(course);
    until(has_room, course);
    shape_draw(course->world->nest, course->seed + course->number,
               course->seed + course->number, first, &shape);
    course->number++;
    (void)shape_start(&shape, course->world->said_fd);
    course->running++;
    count(&course->tally, &shape);
}

static bool has_sender(void *context)
{
    return world_sender(context) != 0;
}

/* A round begins without a sender: its first recorded run starts one. */
static void start_round(struct course *course)
{
    world_end_sender(course->world);
    for (unsigned before = course->tally.recorded;
         course->tally.recorded == before;)
        start_one(course, true);
    until(has_sender, course->world);
    if (course->head == NULL)
        map_table(course);
}

/* What has been moved is not kept there, not even when it began. */
static void check_table_is_blank(const struct world *world)
{
    size_t len = 0;
    char *bytes = file_read(world->table, &len);

    assert_non_null(bytes);
    assert_int_equal(len, TABLE_BYTES);
    for (size_t i = TABLE_HEAD; i < len; i++)
        assert_int_equal(bytes[i], 0);
    free(bytes);
}

static void run_round(struct course *course, unsigned runs)
{
    unsigned end = course->tally.recorded + runs;

    start_round(course);
    while (course->tally.recorded < end) {
        start_one(course, false);
        if (course->number % LOOK == 0) {
            look(course->world, PLACE_TABLE);
            look(course->world, PLACE_OUTBOX);
            look(course->world, PLACE_DATABASE);
        }
    }
    while (course->running > 0)
        reap_one(course);
    look(course->world, PLACE_TABLE);
    look(course->world, PLACE_OUTBOX);
    world_deliver(course->world);
    check_table_is_blank(course->world);
    look_everywhere(course->world);
}

static unsigned member(const json_t *object, const char *key)
{
    return (unsigned)json_integer_value(json_object_get(object, key));
}

static void check_event(struct tally *tally, const char *tool,
                        const json_t *event)
{
    static const char *const values[FORMATS] = {"", "json", "table", "other"};
    const char *name = json_string_value(json_object_get(event, "event"));
    const json_t *formats =
        json_object_get(json_object_get(event, "fields"), "fmt");
    struct row *row = row_of(tally, tool, name);

    if (member(event, "runs") != row->runs)
        fail_msg("%s %s: %u runs came of %u", tool, name, member(event, "runs"),
                 row->runs);
    for (int i = FORMAT_JSON; i < FORMATS; i++)
        assert_int_equal(member(formats, values[i]), row->formats[i]);
}

/* Every run has come, once, as what it was. */
static void check_report(struct course *course)
{
    json_t *report =
        collect_report(&course->world->collect, NULL, "-k", "1", NULL);
    const json_t *tool = NULL;
    size_t events = 0;
    size_t i;
    size_t j;

    json_array_foreach(report, i, tool)
    {
        const json_t *list = json_object_get(tool, "events");
        const json_t *event = NULL;

        json_array_foreach(list, j, event)
        {
            check_event(&course->tally,
                        json_string_value(json_object_get(tool, "tool")),
                        event);
            events++;
        }
    }
    assert_int_equal(events, course->tally.nrows);
    json_decref(report);
    assert_int_equal(
        collect_sql(&course->world->collect, "SELECT sum(n) FROM refused"), 0);
}

/* What comes to the collector from elsewhere, and is refused. */
static void send_strange_requests(struct world *world)
{
    struct dice dice = {7};

    for (int i = 0; i < 50; i++) {
        char c[CANARY_MAX + 1];
        char request[1024];
        int status;

        canary_draw(&dice, chosen.stems[0], c);
        (void)snprintf(request, sizeof(request),
                       i % 2 == 0
                           ? "GET /%s?t=%s&e=%s&v=1&u=%s HTTP/1.1\r\n"
                             "Host: %s\r\nUser-Agent: %s\r\nCookie: %s\r\n"
                             "Connection: close\r\n\r\n"
                           : "POST /%s?%s HTTP/1.1\r\nHost: %s\r\n"
                             "Referer: %s\r\nX-Forwarded-For: %s\r\n"
                             "Idempotency-Key: %s\r\nContent-Length: 24\r\n"
                             "Connection: close\r\n\r\n{\"%.20s\"}",
                       c, c, c, c, c, c, c);
        status = collect_exchange(&world->collect, request, strlen(request));
        assert_true(status >= 400 && status < 500);
    }
}

/* Tools that say nothing have said nothing. */
static void check_said(const struct world *world)
{
    size_t len = 0;
    char *said = file_read(world->said, &len);

    assert_non_null(said);
    if (len > 0)
        fail_msg("printed: %.1000s", said);
    free(said);
}

static int setup(void **state)
{
    struct course *course = calloc(1, sizeof(*course));

    assert_non_null(course);
    course->world = world_new(chosen.stems);
    course->seed = chosen.seed << 32;
    *state = course;
    return 0;
}

static int teardown(void **state)
{
    struct course *course = *state;

    if (course->head != NULL)
        (void)munmap((void *)(uintptr_t)course->head, TABLE_HEAD);
    world_free(course->world);
    free(course);
    return 0;
}

static void test_canaries_none_is_found_in_any_place(void **state)
{
    struct course *course = *state;
    struct world *world = course->world;

    while (course->tally.recorded < chosen.count) {
        unsigned left = chosen.count - course->tally.recorded;

        run_round(course, left < ROUND ? left : ROUND);
    }
    check_report(course);
    /* After these its memory is not looked at: it had to hold them. */
    send_strange_requests(world);
    collect_stop(&world->collect);
    look(world, PLACE_DATABASE);
    look(world, PLACE_REPORT);
    look(world, PLACE_SAID);
    print_message("           %u runs came, %u were to be ignored\n",
                  course->tally.recorded, course->tally.ignored);
    check_said(world);
    for (enum place place = 0; place < PLACES; place++) {
        const struct seen *seen = &world->seen[place];

        print_message("           %s: %u looks, %llu bytes\n",
                      place_name(place), seen->looks,
                      (unsigned long long)seen->bytes);
        if (seen->found.encoding != NULL)
            fail_msg("a canary, %s, in %s: %s", seen->found.encoding,
                     place_name(place), seen->around);
        assert_true(seen->bytes > 0 || place == PLACE_SAID || SANITIZED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_canaries_none_is_found_in_any_place, setup, teardown),
    };

    choose("TEL_CANARY_RUNS", SANITIZED ? 500 : 10000, &chosen);
    return cmocka_run_group_tests_name("canary_runs", tests, NULL, NULL);
}
