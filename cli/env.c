/* SPDX-License-Identifier: MIT */
/* tel env: the shell lines that turn the preload on, and off again. */
#include "cli.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define SHIM TEL_SHIMDIR "/libtel_shim.so"
#define CRASH TEL_SHIMDIR "/libtel_crash.so"

/* ld.so parts the list at colons and at spaces. */
#define APART "[\\ :]"

/* A line that puts the object behind what is there, unless it is there. */
static void print_add(const char *object)
{
    printf("case \":${LD_PRELOAD-}:\" in *" APART);
    tel_cli_quote(stdout, object);
    printf(APART "*) ;; *) export LD_PRELOAD=\"${LD_PRELOAD:+$LD_PRELOAD:}\"");
    tel_cli_quote(stdout, object);
    printf(" ;; esac\n");
}

/*
 * The list without the object: what stands before it, a colon, what stands
 * after it. The colons put around the whole list go again at the end.
 */
static void print_take(const char *object)
{
    printf("case \":${LD_PRELOAD-}:\" in *" APART);
    tel_cli_quote(stdout, object);
    printf(APART "*) LD_PRELOAD=\":$LD_PRELOAD:\"; "
                 "LD_PRELOAD=${LD_PRELOAD%%%%" APART);
    tel_cli_quote(stdout, object);
    printf(APART "*}:${LD_PRELOAD#*" APART);
    tel_cli_quote(stdout, object);
    printf(APART "}; LD_PRELOAD=${LD_PRELOAD#:}; "
                 "LD_PRELOAD=${LD_PRELOAD%%:} ;; esac\n");
}

static void print_on(bool crash)
{
    printf("# Records configured tools in this shell and what it starts:\n"
           "#     eval \"$(tel env%s)\"\n"
           "# and no longer:\n"
           "#     eval \"$(tel env --off)\"\n",
           crash ? " --crash" : "");
    print_add(SHIM);
    if (crash)
        print_add(CRASH);
}

static void print_off(void)
{
    printf("# Takes the preload out of this shell again:\n"
           "#     eval \"$(tel env --off)\"\n");
    print_take(CRASH);
    print_take(SHIM);
    printf("[ -n \"${LD_PRELOAD-}\" ] || unset LD_PRELOAD\n");
}

/* With a name that is not there, ld.so would complain in every program that
 * the shell starts. */
static bool is_there(const char *object)
{
    if (access(object, R_OK) == 0)
        return true;
    (void)tel_cli_bad("%s: %s", object, strerror(errno));
    return false;
}

/* Without a library that it needs, no program under it would start. */
static bool is_loadable(const char *object)
{
    if (dlopen(object, RTLD_NOW | RTLD_LOCAL) != NULL)
        return true;
    (void)tel_cli_bad("%s", dlerror());
    return false;
}

static int run(const struct tel_env *env, int argc, char **argv)
{
    bool off = false;
    bool crash = false;
    const struct tel_cli_flag flags[] = {{"--off", &off}, {"--crash", &crash}};
    struct tel_cli_args args = {
        .command = &tel_cli_env, .flags = flags, .nflags = 2};
    int status;

    (void)env;
    if (!tel_cli_parse(&args, argc, argv, &status))
        return status;
    if (off) {
        print_off();
        return TEL_DONE;
    }
    if (!is_there(SHIM) || (crash && !(is_there(CRASH) && is_loadable(CRASH))))
        return TEL_BAD;
    print_on(crash);
    return TEL_DONE;
}

const struct tel_command tel_cli_env = {
    .name = "env",
    .usage = "env [--off | --crash]",
    .summary = "print the shell line that turns the preload on",
    .details =
        "Prints a line for a POSIX shell that adds the preload object to\n"
        "LD_PRELOAD, after what is there already and never twice:\n"
        "    eval \"$(tel env)\"\n"
        "With --off, lines that take it out again. With --crash, a line more\n"
        "for the object that says where a tool crashed, if its policy asks.\n",
    .run = run,
};
