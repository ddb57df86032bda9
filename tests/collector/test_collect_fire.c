/* SPDX-License-Identifier: MIT */
/*
 * serve under fire: 64 clients, GETs and batches mixed, collectors killed at
 * random moments and started again, and in the end every total is exactly what
 * was sent.
 *
 *     test_collect_fire                  10,000 events and 4 kills each
 *     test_collect_fire --long [SEED]    200,000 events and 20 kills each
 *
 * PostgreSQL's own server is killed half-way, too.
 */
#include "collect.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fire_client.h"
#include "postgres.h"
#include "store/store.h"

static uint64_t events = 10000;
static unsigned kills = 4;
static bool is_long;
static uint64_t seed;

struct battle {
    struct postgres *pg; /* NULL: SQLite */
    struct collect collects[FIRE_COLLECTORS];
    unsigned collectors;
    struct fire_load load;
    struct fire fire;
    struct fire_cells expected;
    struct fire_cells found;
    unsigned threshold; /* answered requests that are waited for */
    unsigned seen;      /* answered when last looked at */
};

static struct battle battle;

/* Starts it where it was before, or anywhere at first. */
static void start(struct battle *b, unsigned which)
{
    struct collect *c = &b->collects[which];
    char listen[64];

    snprintf(listen, sizeof(listen), "127.0.0.1:%d", c->port);
    collect_start(c, listen);
    b->fire.ports[which] = c->port;
}

static void prepare(struct battle *b, unsigned collectors, const char *url)
{
    b->collectors = collectors;
    for (unsigned i = 0; i < collectors; i++) {
        collect_setup(&b->collects[i]);
        if (url != NULL)
            snprintf(b->collects[i].db, sizeof(b->collects[i].db), "%s", url);
    }
    fire_load_make(&b->load, events, seed);
    b->fire.load = &b->load;
    b->fire.collectors = collectors;
}

static int setup_sqlite(void **state)
{
    memset(&battle, 0, sizeof(battle));
    prepare(&battle, 1, NULL);
    *state = &battle;
    return 0;
}

static int setup_postgres(void **state)
{
    memset(&battle, 0, sizeof(battle));
    *state = &battle;
    battle.pg = postgres_new();
    if (battle.pg != NULL)
        prepare(&battle, FIRE_COLLECTORS, postgres_schema(battle.pg));
    return 0;
}

static int teardown(void **state)
{
    struct battle *b = *state;

    atomic_store(&b->fire.stop, true);
    fire_join(&b->fire);
    for (unsigned i = 0; i < b->collectors; i++)
        collect_teardown(&b->collects[i]);
    postgres_free(b->pg);
    return 0;
}

/* Until one more is answered, or the threshold is reached: so that there is a
 * deadline for standing still, and none for the whole. */
static bool has_advanced(void *context)
{
    const struct battle *b = context;
    unsigned answered = atomic_load(&b->fire.answered);

    return answered > b->seen || answered >= b->threshold ||
           atomic_load(&b->fire.refused) > 0;
}

static void wait_for(struct battle *b, unsigned threshold)
{
    b->threshold = threshold;
    while (atomic_load(&b->fire.answered) < threshold &&
           atomic_load(&b->fire.refused) == 0) {
        b->seen = atomic_load(&b->fire.answered);
        until(has_advanced, b);
    }
    if (atomic_load(&b->fire.refused) > 0)
        fail_msg("answered with %u", atomic_load(&b->fire.status));
}

static void kill_one(struct battle *b, unsigned number)
{
    struct collect *c = &b->collects[number % b->collectors];

    assert_int_equal(scratch_stop(c->scratch, c->pid, SIGKILL), -SIGKILL);
    start(b, number % b->collectors);
}

/* The database's own server: half-way by kill -9 and, in the long form, before
 * that at once, as it would end in haste. */
static void kill_server(struct battle *b, unsigned number)
{
    if (b->pg == NULL)
        return;
    if (number == kills / 2)
        postgres_end(b->pg, SIGKILL);
    else if (is_long && number == kills / 4)
        postgres_end(b->pg, SIGQUIT);
    else
        return;
    postgres_start(b->pg);
}

static void fight(struct battle *b)
{
    uint64_t state = seed;
    unsigned part = b->load.requests / (kills + 1);

    for (unsigned i = 0; i < b->collectors; i++)
        start(b, i);
    fire_start(&b->fire);
    assert_int_equal(b->fire.started, FIRE_CLIENTS);
    for (unsigned i = 0; i < kills; i++) {
        wait_for(b, part * i + (unsigned)(fire_random(&state) % part));
        kill_one(b, i);
        kill_server(b, i);
    }
    /* Else it was over before the last kill. */
    assert_true(atomic_load(&b->fire.answered) < b->load.requests);
    wait_for(b, b->load.requests);
    fire_join(&b->fire);
    for (unsigned i = 0; i < b->collectors; i++)
        collect_stop(&b->collects[i]);
}

static int take_total(void *context, int64_t day, const struct tel_cell *cell,
                      uint64_t n)
{
    char name[128];

    (void)day;
    snprintf(name, sizeof(name), "%s %s %s %s %s", cell->tool, cell->version,
             cell->event, cell->item, cell->value);
    *fire_cell(context, name) += n;
    return 0;
}

/* What is in one and not, or not as often, in the other. */
static unsigned compare(struct battle *b)
{
    unsigned wrong = 0;

    for (size_t i = 0; i < FIRE_CELLS; i++) {
        const struct fire_cell *cell = &b->expected.at[i];
        uint64_t found = 0;

        if (cell->name[0] == '\0')
            continue;
        found = *fire_cell(&b->found, cell->name);
        if (found == cell->n)
            continue;
        if (wrong++ < 10)
            print_message("%s: sent %" PRIu64 ", counted %" PRIu64 "\n",
                          cell->name, cell->n, found);
    }
    for (size_t i = 0; i < FIRE_CELLS; i++) {
        const struct fire_cell *cell = &b->found.at[i];

        if (cell->name[0] != '\0' && *fire_cell(&b->expected, cell->name) == 0)
            wrong++;
    }
    return wrong;
}

/* Runs of all events. */
static uint64_t runs(const struct fire_cells *cells)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < FIRE_CELLS; i++) {
        if (strstr(cells->at[i].name, " runs ") != NULL)
            sum += cells->at[i].n;
    }
    return sum;
}

static void check(struct battle *b)
{
    const struct tel_store_range range = {.by_version = true};
    const struct fire *fire = &b->fire;
    struct tel_store *reader = NULL;
    struct tel_err err = {""};
    unsigned wrong;

    fire_expect(&b->load, &b->expected);
    if (tel_store_open_reader(b->collects[0].db, &reader, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(
        tel_store_each_total(reader, &range, take_total, &b->found), 0);
    tel_store_close(reader);
    print_message("seed %" PRIu64 ": %" PRIu64 " events in %u requests, "
                  "%u kills; sent again %u times (503: %u), not heard %u, "
                  "broken off %u, sent twice at once %u\n",
                  seed, b->load.events, b->load.requests, kills,
                  atomic_load(&fire->failed), atomic_load(&fire->busy),
                  atomic_load(&fire->left), atomic_load(&fire->cut),
                  atomic_load(&fire->twice));
    assert_int_equal(runs(&b->expected), events);
    wrong = compare(b);
    if (wrong > 0)
        fail_msg("%u totals are wrong: %" PRIu64 " events sent, %" PRIu64
                 " counted",
                 wrong, events, runs(&b->found));
}

static void test_fire_on_sqlite_is_counted_exactly(void **state)
{
    fight(*state);
    check(*state);
}

/* Three collectors add to one database at once, each killed in its turn. */
static void test_fire_on_postgres_is_counted_exactly(void **state)
{
    struct battle *b = *state;

    skip_unless(b->pg != NULL, "PostgreSQL is not here");
    fight(b);
    check(b);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_fire_on_sqlite_is_counted_exactly,
                                        setup_sqlite, teardown),
        cmocka_unit_test_setup_teardown(
            test_fire_on_postgres_is_counted_exactly, setup_postgres, teardown),
    };

    seed = (uint64_t)time(NULL);
    if (argc > 1 && strcmp(argv[1], "--long") == 0) {
        is_long = true;
        events = 200000;
        kills = 20;
    }
    if (argc > 2)
        seed = strtoull(argv[2], NULL, 10);
    return cmocka_run_group_tests_name("collect fire", tests, NULL, NULL);
}
