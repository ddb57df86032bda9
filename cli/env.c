/* SPDX-License-Identifier: MIT */
/* tel env: the shell lines that turn the preload on, and off again. */
#include "cli.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define SHIM TEL_SHIMDIR "/libtel_shim.so"

/* ld.so parts the list at colons and at spaces. */
#define APART "[\\ :]"

static void print_on(void)
{
    printf("# Records configured tools in this shell and what it starts:\n"
           "#     eval \"$(tel env)\"\n"
           "# and no longer:\n"
           "#     eval \"$(tel env --off)\"\n"
           "case \":${LD_PRELOAD-}:\" in *" APART);
    tel_cli_quote(stdout, SHIM);
    printf(APART "*) ;; *) export LD_PRELOAD=\"${LD_PRELOAD:+$LD_PRELOAD:}\"");
    tel_cli_quote(stdout, SHIM);
    printf(" ;; esac\n");
}

/*
 * The list without the object: what stands before it, a colon, what stands
 * after it. The colons put around the whole list go again at the end.
 */
static void print_off(void)
{
    printf("# Takes the preload out of this shell again:\n"
           "#     eval \"$(tel env --off)\"\n"
           "case \":${LD_PRELOAD-}:\" in *" APART);
    tel_cli_quote(stdout, SHIM);
    printf(APART "*) LD_PRELOAD=\":$LD_PRELOAD:\"; "
                 "LD_PRELOAD=${LD_PRELOAD%%%%" APART);
    tel_cli_quote(stdout, SHIM);
    printf(APART "*}:${LD_PRELOAD#*" APART);
    tel_cli_quote(stdout, SHIM);
    printf(APART "}; LD_PRELOAD=${LD_PRELOAD#:}; "
                 "LD_PRELOAD=${LD_PRELOAD%%:} ;; esac\n"
                 "[ -n \"${LD_PRELOAD-}\" ] || unset LD_PRELOAD\n");
}

static int run(const struct tel_env *env, int argc, char **argv)
{
    bool off = false;
    const struct tel_cli_flag flags[] = {{"--off", &off}};
    struct tel_cli_args args = {
        .command = &tel_cli_env, .flags = flags, .nflags = 1};
    int status;

    (void)env;
    if (!tel_cli_parse(&args, argc, argv, &status))
        return status;
    if (off) {
        print_off();
        return TEL_DONE;
    }
    /* With a name that is not there, ld.so would complain in every program
     * that the shell starts. */
    if (access(SHIM, R_OK) < 0)
        return tel_cli_bad("%s: %s", SHIM, strerror(errno));
    print_on();
    return TEL_DONE;
}

const struct tel_command tel_cli_env = {
    .name = "env",
    .usage = "env [--off]",
    .summary = "print the shell line that turns the preload on",
    .details =
        "Prints a line for a POSIX shell that adds the preload object to\n"
        "LD_PRELOAD, after what is there already and never twice:\n"
        "    eval \"$(tel env)\"\n"
        "With --off, a line that takes it out again.\n",
    .run = run,
};
