/* SPDX-License-Identifier: MIT */
/* tel env: the shell lines that turn the preload on, and off again. */
#include "cli.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/*
 * An object as it is installed, and with glibc's word for the folder of
 * libraries: of that, programs of every kind that the machine runs (32-bit
 * ones too) find the object of their kind. musl knows no such word.
 */
struct object {
    const char *path;
    const char *of_each;
};

static const struct object shim = {TEL_SHIMDIR "/libtel_shim.so",
                                   TEL_PREFIX "/$LIB/tel/libtel_shim.so"};
static const struct object crash = {TEL_SHIMDIR "/libtel_crash.so",
                                    TEL_PREFIX "/$LIB/tel/libtel_crash.so"};

/* ld.so parts the list at colons and at spaces. */
#define APART "[\\ :]"

/* Whether that word leads to an object from here. Nothing is loaded by this:
 * the linker says so, without an error, of a file that it has found. */
static bool each_has_its_own(const struct object *object)
{
    void *loaded;

    (void)dlerror();
    loaded = dlopen(object->of_each, RTLD_LAZY | RTLD_NOLOAD);
    if (loaded != NULL) {
        (void)dlclose(loaded);
        return true;
    }
    return dlerror() == NULL;
}

/* A line that puts the object behind what is there, unless it is there. */
static void print_add(const struct object *object, bool musl)
{
    const char *path =
        !musl && each_has_its_own(object) ? object->of_each : object->path;

    printf("case \":${LD_PRELOAD-}:\" in *" APART);
    tel_cli_quote(stdout, path);
    printf(APART "*) ;; *) export LD_PRELOAD=\"${LD_PRELOAD:+$LD_PRELOAD:}\"");
    tel_cli_quote(stdout, path);
    printf(" ;; esac\n");
}

static void print_on(bool musl, bool with_crash)
{
    printf("# Records configured tools in this shell and what it starts:\n"
           "#     eval \"$(tel env%s%s)\"\n"
           "# and no longer:\n"
           "#     eval \"$(tel env --off)\"\n",
           musl ? " --musl" : "", with_crash ? " --crash" : "");
    print_add(&shim, musl);
    if (with_crash)
        print_add(&crash, musl);
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
    print_without(crash.path);
    print_without(crash.of_each);
    print_without(shim.path);
    print_without(shim.of_each);
    printf("[ -n \"${LD_PRELOAD-}\" ] || unset LD_PRELOAD\n");
}

/* With a name that is not there, ld.so would complain in every program that
 * the shell starts. */
static bool is_there(const struct object *object)
{
    if (access(object->path, R_OK) == 0)
        return true;
    (void)tel_cli_bad("%s: %s", object->path, strerror(errno));
    return false;
}

/* Without a library that it needs, no program under it would start. */
static bool is_loadable(const struct object *object)
{
    if (dlopen(object->path, RTLD_NOW | RTLD_LOCAL) != NULL)
        return true;
    (void)tel_cli_bad("%s", dlerror());
    return false;
}

static int run(const struct tel_env *env, int argc, char **argv)
{
    bool off = false;
    bool musl = false;
    bool with_crash = false;
    const struct tel_cli_flag flags[] = {
        {"--off", &off}, {"--musl", &musl}, {"--crash", &with_crash}};
    struct tel_cli_args args = {
        .command = &tel_cli_env, .flags = flags, .nflags = 3};
    int status;

    (void)env;
    if (!tel_cli_parse(&args, argc, argv, &status))
        return status;
    if (off) {
        print_off();
        return TEL_DONE;
    }
    if (!is_there(&shim) ||
        (with_crash && !(is_there(&crash) && is_loadable(&crash))))
        return TEL_BAD;
    print_on(musl, with_crash);
    return TEL_DONE;
}

const struct tel_command tel_cli_env = {
    .name = "env",
    .usage = "env [--musl] [--crash] | --off",
    .summary = "print the shell line that turns the preload on",
    .details =
        "Prints a line for a POSIX shell that adds the preload object to\n"
        "LD_PRELOAD, after what is there already and never twice:\n"
        "    eval \"$(tel env)\"\n\n"
        "  --musl   for a shell whose programs use musl\n"
        "  --crash  also the object that says where a tool crashed, if its\n"
        "           policy asks\n"
        "  --off    lines that take out all of these again\n",
    .run = run,
};
