/* SPDX-License-Identifier: MIT */
/* tel flush: becomes the sender, which sends at once. */
#include "cli.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define SENDER TEL_LIBEXECDIR "/tel-send"

static int run(const struct tel_env *env, int argc, char **argv)
{
    struct tel_cli_args args = {.command = &tel_cli_flush};
    int status;

    (void)env;
    if (!tel_cli_parse(&args, argc, argv, &status))
        return status;
    execl(SENDER, SENDER, "--flush", (char *)NULL);
    return tel_cli_bad("cannot run %s: %s", SENDER, strerror(errno));
}

const struct tel_command tel_cli_flush = {
    .name = "flush",
    .usage = "flush",
    .summary = "send now what waits",
    .details =
        "Sends at once what waits, instead of at a moment drawn at random,\n"
        "and says how many events left and how many still wait.\n",
    .run = run,
};
