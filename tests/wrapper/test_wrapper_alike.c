/* SPDX-License-Identifier: MIT */
/* In scripts and pipes, nothing tells tel-wrap from the tool. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ways.h"

/* ---- pipes ------------------------------------------------------------- */

static void in_pipes(struct play *play)
{
    play_run(play, "yes | $W puppet 'exit 3'; echo ${PIPESTATUS[@]}");
    play_expect(play, TEL_END_CODE, 3);
    play_run(play, "$W puppet flood | head -n 1; echo ${PIPESTATUS[@]}");
    play_expect(play, TEL_END_SIGNAL, SIGPIPE);
    play_run(play, "x=$($W puppet 'write 5' 'exit 6'); echo \"$? $x\"");
    play_expect(play, TEL_END_CODE, 6);
    play_run(play, "set -o pipefail; $W puppet 'send 15' | cat; echo $?");
    play_expect(play, TEL_END_SIGNAL, SIGTERM);
}

static void test_alike_pipes_and_their_status(void **state)
{
    each_way(state, in_pipes);
}

/* The tool closes its input and goes on: whoever writes hears of it then. */
static void close_input(struct play *play)
{
    play_run(play, "mkfifo \"$HOME/f\"; { yes; echo gone $? >\"$HOME/f\"; } "
                   "2>&- | $W sh -c 'exec <&-; read x <\"$HOME/f\"; "
                   "echo \"$x\"'; echo ${PIPESTATUS[@]}; rm \"$HOME/f\"");
    play_expect(play, TEL_END_CODE, 0);
}

static void test_alike_input_closed_early_is_closed(void **state)
{
    struct recorded *r = *state;

    recorded_tool(r, "sh", "[command]\nverbs = none\n");
    each_way(state, close_input);
}

static void in_background(struct play *play)
{
    play_run(play, "$W puppet 'exit 7' </dev/null & wait $!; echo $?");
    play_expect(play, TEL_END_CODE, 7);
    play_run(play, "mkfifo \"$HOME/f\"; $W puppet pause >\"$HOME/f\" & "
                   "read x <\"$HOME/f\"; kill $!; wait $!; echo $? $x; "
                   "rm \"$HOME/f\"");
    play_expect(play, TEL_END_SIGNAL, SIGTERM);
    play_run(play, "$W puppet daemon 'exit 3' </dev/null; echo $?");
    play_until_none(play);
    play_expect(play, TEL_END_CODE, 0);
}

static void test_alike_background_and_daemons(void **state)
{
    each_way(state, in_background);
}

static void pass_arguments(struct play *play)
{
    play_run(play, "$W env -i -- printf '%s|' '' -- --mode=x 'a b' "
                   "$'\\n\\t\\377' --; echo $?");
    play_expect(play, TEL_END_CODE, 0);
    play_run(play, "$W env printf '%s' $(seq 20000) | md5sum");
    play_expect(play, TEL_END_CODE, 0);
}

static void test_alike_arguments_are_passed_as_they_are(void **state)
{
    struct recorded *r = *state;

    recorded_tool(r, "env", "[command]\nverbs = none\n");
    each_way(state, pass_arguments);
}

/* ---- what is inherited ------------------------------------------------- */

static void inherit(struct play *play)
{
    play_run(play, "$W puppet about 'exit 0' </dev/null");
    play_expect(play, TEL_END_CODE, 0);
    play_run(play,
             "umask 027; cd /usr; ulimit -n 100 -s 4000 -c 0; exec 5</dev/null "
             "7</dev/zero; A=b nice -n 3 $W puppet about 'exit 0' </dev/null");
    play_expect(play, TEL_END_CODE, 0);
    play_run(play, "echo 300 >/proc/$BASHPID/oom_score_adj; exec -c -a other "
                   "env XDG_RUNTIME_DIR=\"$XDG_RUNTIME_DIR\" HOME=\"$HOME\" "
                   "XDG_CONFIG_HOME=\"$XDG_CONFIG_HOME\" PATH=\"$PATH\" "
                   "$W puppet about 'exit 0' </dev/null");
    play_expect(play, TEL_END_CODE, 0);
    play_run(play, "$W puppet about 'exit 0' <&- 2>&-");
    play_expect(play, TEL_END_CODE, 0);
    play_run(play,
             "setpriv --no-new-privs $W puppet about 'exit 0' </dev/null");
    play_expect(play, TEL_END_CODE, 0);
}

static void test_alike_tool_inherits_the_same(void **state)
{
    each_way(state, inherit);
}

/* No descriptor left for the pipe on which the tool's exec is heard. */
static void few_descriptors(struct play *play)
{
    play_run(play, "ulimit -n 3; exec $W puppet 'write 1' 'exit 5' </dev/null");
}

static void test_alike_tool_runs_without_descriptors(void **state)
{
    each_way(state, few_descriptors);
}

/* ---- what doesn't start ------------------------------------------------ */

static void make_broken(struct recorded *r)
{
    static const char *const tools[] = {"adir",  "noperm", "none",  "binary",
                                        "empty", "plain",  "script"};

    for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++) {
        recorded_tool(r, tools[i], "[command]\nverbs = none\n");
    }
    assert_int_equal(mkdir(scratch_path(r->scratch, "bin/adir"), 0755), 0);
    scratch_write(r->scratch, "bin/noperm", "exit 1\n");
    scratch_write(r->scratch, "bin/empty", "");
    scratch_write(r->scratch, "bin/plain", "exit $1\n");
    scratch_write(r->scratch, "bin/script", "#!/no/such/interpreter\n");
    free(scratch_ok(r->scratch, 0, "sh", "-c",
                    "cd \"$HOME/../bin\"; printf 'a\\0b\\n' >binary; "
                    "chmod +x binary empty plain",
                    NULL));
}

static void fail_to_start(struct play *play, const char *shell,
                          const char *command)
{
    char script[256];

    (void)snprintf(script, sizeof(script),
                   "%s -c 'cd \"$HOME/../bin\"; %s' 2>/dev/null; echo $?",
                   shell, command);
    play_run(play, script);
}

static void start_broken(struct play *play)
{
    fail_to_start(play, "bash", "$W ./adir");
    fail_to_start(play, "bash", "$W ./noperm");
    fail_to_start(play, "bash", "$W noperm");
    fail_to_start(play, "bash", "$W ./none");
    fail_to_start(play, "bash", "$W none");
    fail_to_start(play, "bash", "$W ./binary");
    fail_to_start(play, "bash", "$W \"\"");
    fail_to_start(play, "bash", "$W puppet $(seq 600000)");
    fail_to_start(play, "dash", "$W ./script"); /* bash: 126 */
    fail_to_start(play, "dash", "$W puppet $(seq 600000)");
    recorded_nothing_more(play->recorded);
    fail_to_start(play, "bash", "$W ./plain 9");
    play_expect(play, TEL_END_CODE, 9);
    fail_to_start(play, "bash", "$W plain 8");
    play_expect(play, TEL_END_CODE, 8);
    fail_to_start(play, "bash", "$W ./empty");
    play_expect(play, TEL_END_CODE, 0);
}

static void test_alike_what_does_not_start_has_the_same_status(void **state)
{
    make_broken(*state);
    each_way(state, start_broken);
}

/* ---- wrappers within wrappers ------------------------------------------ */

static void within(struct play *play)
{
    play_run(play, "$W $W puppet 'exit 3' </dev/null");
    play_expect(play, TEL_END_CODE, 3);
    play_run(play, "$W $W $W puppet 'send 15' </dev/null");
    play_expect(play, TEL_END_SIGNAL, SIGTERM);
    if (play->way != WAY_BARE) {
        scratch_set(play->scratch, "LINKS",
                    scratch_path(play->scratch, "links:"));
    }
    play_run(play, "PATH=$LINKS$PATH; $W puppet 'write 1' 'exit 4' </dev/null");
    play_expect(play, TEL_END_CODE, 4);
    play_run(play, "PATH=$LINKS$PATH; puppet about 'exit 5' </dev/null "
                   "| grep -v -e PATH= -e LINKS=");
    play_expect(play, TEL_END_CODE, 5);
    scratch_set(play->scratch, "LINKS", NULL);
}

static void test_alike_wrapper_within_a_wrapper_counts_once(void **state)
{
    struct recorded *r = *state;

    scratch_write(r->scratch, "links/keep", "");
    assert_int_equal(
        symlink(TEL_WRAP, scratch_path(r->scratch, "links/puppet")), 0);
    each_way(state, within);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WAYS_TEST(test_alike_pipes_and_their_status),
        WAYS_TEST(test_alike_input_closed_early_is_closed),
        WAYS_TEST(test_alike_background_and_daemons),
        WAYS_TEST(test_alike_arguments_are_passed_as_they_are),
        WAYS_TEST(test_alike_tool_inherits_the_same),
        WAYS_TEST(test_alike_tool_runs_without_descriptors),
        WAYS_TEST(test_alike_what_does_not_start_has_the_same_status),
        WAYS_TEST(test_alike_wrapper_within_a_wrapper_counts_once),
    };

    return cmocka_run_group_tests_name("wrapper_alike", tests, NULL, NULL);
}
