/* SPDX-License-Identifier: MIT */
/* tel env: the shell lines that turn the preload on, and off again. */
#include "cli.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/*
 * The object as it is installed, and with glibc's word for the folder of
 * libraries: of that, programs of every kind that the machine runs (32-bit
 * ones too) find the object of their kind. musl knows no such word.
 */
#define SHIM TEL_SHIMDIR "/libtel_shim.so"
#define SHIM_OF_EACH TEL_PREFIX "/$LIB/tel/libtel_shim.so"

/* ld.so parts the list at colons and at spaces. */
#define APART "[\\ :]"

/* Whether that word leads to an object from here. Nothing is loaded by this:
 * the linker says so, without an error, of a file that it has found. */
static bool each_has_its_own(void)
{
    void *loaded;

    (void)dlerror();
    loaded = dlopen(SHIM_OF_EACH, RTLD_LAZY | RTLD_NOLOAD);
    if (loaded != NULL) {
        (void)dlclose(loaded);
        return true;
    }
    return dlerror() == NULL;
}

static void print_on(const char *object, const char *option)
{
    printf("# Records configured tools in this shell and what it starts:\n"
           "#     eval \"$(tel env%s)\"\n"
           "# and no longer:\n"
           "#     eval \"$(tel env --off)\"\n"
           "case \":${LD_PRELOAD-}:\" in *" APART,
           option);
    tel_cli_quote(stdout, object);
    printf(APART "*) ;; *) export LD_PRELOAD=\"${LD_PRELOAD:+$LD_PRELOAD:}\"");
    tel_cli_quote(stdout, object);
    printf(" ;; esac\n");
}

/*
 * The list without the object: what stands before it, a colon, what stands
 * after it. The colons put around the whole list go again at the end.
 */
static void print_without(const char *object)
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

static void print_off(void)
{
    printf("# Takes the preload out of this shell again:\n"
           "#     eval \"$(tel env --off)\"\n");
    print_without(SHIM);
    print_without(SHIM_OF_EACH);
    printf("[ -n \"${LD_PRELOAD-}\" ] || unset LD_PRELOAD\n");
}

static int run(const struct tel_env *env, int argc, char **argv)
{
    bool off = false;
    bool musl = false;
    const struct tel_cli_flag flags[] = {{"--off", &off}, {"--musl", &musl}};
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
    /* With a name that is not there, ld.so would complain in every program
     * that the shell starts. */
    if (access(SHIM, R_OK) < 0)
        return tel_cli_bad("%s: %s", SHIM, strerror(errno));
    if (musl) {
        print_on(SHIM, " --musl");
    } else {
        print_on(each_has_its_own() ? SHIM_OF_EACH : SHIM, "");
    }
    return TEL_DONE;
}

const struct tel_command tel_cli_env = {
    .name = "env",
    .usage = "env [--musl | --off]",
    .summary = "print the shell line that turns the preload on",
    .details =
        "Prints a line for a POSIX shell that adds the preload object to\n"
        "LD_PRELOAD, after what is there already and never twice:\n"
        "    eval \"$(tel env)\"\n"
        "With --musl, a line for a shell whose programs use musl. With --off,\n"
        "lines that take out again what either has added.\n",
    .run = run,
};
