/* SPDX-License-Identifier: MIT */
/* tel log: every request that has left this account, byte for byte. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Copies all of fd to stdout: the bytes copied, or -errno of the reading. */
static long long copy_out(int fd)
{
    char buf[16384];
    long long total = 0;

    for (;;) {
        ssize_t n = read(fd, buf, sizeof(buf));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0 || fwrite(buf, 1, (size_t)n, stdout) != (size_t)n)
            return total;
        total += n;
    }
}

static int run(const struct tel_env *env, int argc, char **argv)
{
    struct tel_cli_args args = {.command = &tel_cli_log};
    char path[TEL_PATH_MAX];
    char file[TEL_PATH_MAX + sizeof("/sent.log")];
    long long copied = 0;
    int status;
    int fd;

    if (!tel_cli_parse(&args, argc, argv, &status))
        return status;
    if (!tel_cli_has_state(env, path, sizeof(path)))
        return TEL_BAD;
    snprintf(file, sizeof(file), "%s/sent.log", path);
    fd = open(file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0) {
        copied = copy_out(fd);
        close(fd);
    } else if (errno != ENOENT) {
        copied = -errno;
    }
    if (copied < 0)
        return tel_cli_bad("%s: %s", file, strerror((int)-copied));
    if (copied == 0 && isatty(STDOUT_FILENO))
        fprintf(stderr, "Nothing has left this account.\n");
    return TEL_DONE;
}

const struct tel_command tel_cli_log = {
    .name = "log",
    .usage = "log",
    .summary = "every request that has left, byte for byte",
    .details =
        "Prints sent.log as it is: before each request a line with its day,\n"
        "tool and endpoint, then the bytes that left, then the answer. The\n"
        "oldest go when the log has grown to 1 MiB.\n",
    .run = run,
};
