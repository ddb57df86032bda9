/* SPDX-License-Identifier: MIT */
/*
 * A canary that is let out on purpose is found in every place in which the
 * others are looked for; and those of the user and the machine are in force.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "chosen.h"
#include "places.h"

static struct chosen chosen;

static int setup(void **state)
{
    *state = world_new(chosen.stems);
    return 0;
}

static int teardown(void **state)
{
    world_free(*state);
    return 0;
}

/* In the policy of this tool a canary is a word that may leave. */
static void let_one_out(struct world *world, const char *canary)
{
    static const char policy[] =
        "[tool]\nid = parrot\nversion = 1.2\n"
        "endpoint = http://127.0.0.1:%u/t\nmethod = POST\n"
        "[command]\nverbs = none\n"
        "[fields]\nms = rounded\nexit = code\nword = word --word: %s\n";
    char text[512];

    (void)snprintf(text, sizeof(text), policy, tee_port(world->tee), canary);
    scratch_write(world->nest->scratch, "config/tel/tools.d/parrot.conf", text);
    scratch_write(world->collect.scratch, "tools/parrot.conf", text);
    collect_stop(&world->collect);
    collect_start(&world->collect, "127.0.0.1:0");
    tee_towards(world->tee, world->collect.port);
    free(scratch_ok(world->nest->scratch, 0, TEL, "on", "parrot", NULL));
    free(scratch_ok(world->nest->scratch, 0, "cp", TOOL,
                    scratch_path(world->nest->scratch, "parrot"), NULL));
}

static bool is_in_table(void *context)
{
    struct world *world = context;

    look(world, PLACE_TABLE);
    return world->seen[PLACE_TABLE].found.encoding != NULL;
}

/* Runs it with the canary, until it is in the table; or it says it itself. */
static void run_parrot(struct world *world, const char *canary, bool says)
{
    struct shape shape = {
        .path = scratch_path(world->nest->scratch, "parrot"),
        .cwd = "/",
        .input = "/dev/null",
        .silent = true,
        .argv = {(char *)(uintptr_t) "parrot",
                 (char *)(uintptr_t)(says ? canary : "--word"),
                 (char *)(uintptr_t)canary, (char *)(uintptr_t) "--do",
                 (char *)(uintptr_t)(says ? "say" : "wait"),
                 (char *)(uintptr_t) "--with", (char *)(uintptr_t) "0"}};
    int status;
    pid_t pid;

    scratch_set(world->nest->scratch, "LD_PRELOAD", TEL_STAGE_SHIM);
    for (size_t i = 0; world->nest->scratch->vars[i] != NULL; i++)
        shape.envp[i] = world->nest->scratch->vars[i];
    pid = shape_start(&shape, world->said_fd);
    if (!says) {
        until(is_in_table, world);
        (void)kill(pid, SIGKILL);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    scratch_set(world->nest->scratch, "LD_PRELOAD", NULL);
}

static bool is_in_outbox(void *context)
{
    struct world *world = context;

    look(world, PLACE_OUTBOX);
    return world->seen[PLACE_OUTBOX].found.encoding != NULL;
}

static void test_canaries_one_that_is_let_out_is_found_everywhere(void **state)
{
    struct world *world = *state;
    struct dice dice = {chosen.seed};
    char canary[CANARY_MAX + 1];

    canary_draw(&dice, chosen.stems[0], canary);
    let_one_out(world, canary);
    for (enum place place = 0; place < PLACES; place++) {
        look(world, place);
        if (place != PLACE_COLLECTOR) /* which knows the policy */
            assert_null(world->seen[place].found.encoding);
    }
    run_parrot(world, canary, false);
    run_parrot(world, canary, true);
    until(is_in_outbox, world);
    assert_null(world->seen[PLACE_LOG].found.encoding);
    world_deliver(world);
    look_everywhere(world);
    for (enum place place = 0; place < PLACES; place++) {
        bool memory = place == PLACE_SENDER || place == PLACE_COLLECTOR;

        if (world->seen[place].found.encoding == NULL && !(memory && SANITIZED))
            fail_msg("%s: nothing found", place_name(place));
    }
}

static void test_canaries_user_and_machine_are_called_by_one(void **state)
{
    struct scratch *scratch;
    struct utsname machine;
    char *user;

    (void)state;
    skip_unless(chosen.named, "no namespaces can be made here");
    scratch = scratch_new();
    user = scratch_ok(scratch, 0, "id", "-un", NULL);
    assert_int_equal(uname(&machine), 0);
    assert_string_equal(machine.nodename, chosen.name);
    assert_int_equal(strncmp(user, chosen.name, strlen(chosen.name)), 0);
    free(user);
    scratch_free(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_canaries_user_and_machine_are_called_by_one),
        cmocka_unit_test_setup_teardown(
            test_canaries_one_that_is_let_out_is_found_everywhere, setup,
            teardown),
    };

    choose(NULL, 0, &chosen);
    return cmocka_run_group_tests_name("canary_leak", tests, NULL, NULL);
}
