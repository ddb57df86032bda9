/* SPDX-License-Identifier: MIT */
/* From the tools to a collector, as they really are. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../runs/table.h"
#include "places.h"

/* Theirs: the collector knows the policies, and nothing of the person's. */
static void start_collector(struct world *world,
                            const struct nest_choice *choice)
{
    collect_setup(&world->collect);
    remove_tree(scratch_path(world->collect.scratch, "tools"));
    nest_policies(choice, world->collect.scratch, "tools");
    collect_start(&world->collect, "127.0.0.1:0");
    tee_towards(world->tee, world->collect.port);
}

struct world *world_new(char stems[2][STEM_LEN + 1])
{
    struct world *world = calloc(1, sizeof(*world));
    struct nest_choice choice = {.stem = stems[0],
                                 .place_stem = stems[1],
                                 .shim = TEL_STAGE_SHIM,
                                 .wrap = TEL_WRAP};

    assert_non_null(world);
    finder_add(&world->person, stems[0]);
    finder_add(&world->all, stems[0]);
    finder_add(&world->all, stems[1]);
    world->tee = tee_new();
    choice.port = tee_port(world->tee);
    start_collector(world, &choice);
    world->nest = nest_new(&choice);
    (void)snprintf(world->state, sizeof(world->state), "%s",
                   scratch_path(world->nest->scratch, "state/tel"));
    (void)snprintf(world->runs, sizeof(world->runs), "%s/tel",
                   world->nest->runtime);
    (void)snprintf(world->table, sizeof(world->table), "%s/" TEL_TABLE_FILE,
                   world->runs);
    (void)snprintf(world->said, sizeof(world->said), "%s",
                   scratch_path(world->collect.scratch, "said"));
    world->said_fd =
        open(world->said, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    assert_true(world->said_fd >= 0);
    return world;
}

void world_free(struct world *world)
{
    if (world == NULL)
        return;
    nest_free(world->nest);
    collect_teardown(&world->collect);
    tee_free(world->tee);
    (void)close(world->said_fd);
    free(world);
}

pid_t world_sender(const struct world *world)
{
    struct table_head head;
    pid_t sender = 0;
    int fd = open(world->table, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return 0;
    if (read(fd, &head, sizeof(head)) == (ssize_t)sizeof(head))
        sender = lease_holder(&head, process_device(getpid()));
    (void)close(fd);
    return sender;
}

static bool has_no_sender(void *context)
{
    return world_sender(context) == 0;
}

void world_end_sender(struct world *world)
{
    pid_t sender = world_sender(world);

    if (sender > 0)
        (void)kill(sender, SIGTERM);
    until(has_no_sender, world);
}

static bool is_delivered(void *context)
{
    struct world *world = context;
    struct result result =
        scratch_run(world->nest->scratch, TEL, "flush", NULL);
    bool done = result.status == 0;

    look_through(world, PLACE_SAID, result.out, result.out_len);
    look_through(world, PLACE_SAID, result.err, result.err_len);
    result_clear(&result);
    return done;
}

void world_deliver(struct world *world)
{
    until(is_delivered, world);
}
