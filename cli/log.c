/* SPDX-License-Identifier: MIT */
/* tel log: every request that has left this account, byte for byte. */
#include "log/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BOLD "\33[1m"
#define PLAIN "\33[m"

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

/*
 * The same for a terminal, whose cursor nothing in the file shall move: of a
 * log that is damaged, other bytes than text are shown as '?'.
 */
static long long show_lines(int fd, bool colours)
{
    FILE *file = fdopen(dup(fd), "r");
    char *line = NULL;
    size_t size = 0;
    long long total = 0;
    ssize_t n;

    if (file == NULL)
        return -errno;
    while ((n = getline(&line, &size, file)) > 0) {
        size_t len = (size_t)n;
        bool own = colours && len > 3 && memcmp(line, "== ", 3) == 0;

        total += n;
        len -= line[len - 1] == '\n';
        len -= len > 0 && line[len - 1] == '\r';
        fputs(own ? BOLD : "", stdout);
        tel_cli_print_bytes(stdout, line, len);
        fputs(own ? PLAIN "\n" : "\n", stdout);
    }
    if (ferror(file))
        total = -EIO;
    free(line);
    fclose(file);
    return total;
}

static int show(const struct tel_env *env, const char *path)
{
    char file[TEL_PATH_MAX + sizeof("/" TEL_LOG_FILE)];
    long long shown = 0;
    int fd;

    snprintf(file, sizeof(file), "%s/" TEL_LOG_FILE, path);
    fd = open(file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0) {
        shown = isatty(STDOUT_FILENO)
                    ? show_lines(fd, tel_cli_colours(env, stdout))
                    : copy_out(fd);
        close(fd);
    } else if (errno != ENOENT) {
        shown = -errno;
    }
    if (shown < 0)
        return tel_cli_bad("%s: %s", file, strerror((int)-shown));
    if (shown == 0 && isatty(STDOUT_FILENO))
        fprintf(stderr, "Nothing has left this account.\n");
    return TEL_DONE;
}

/* It is the person's own: nobody else may read it. */
static void check_mode(const char *path, struct log_check *check)
{
    char file[TEL_PATH_MAX + sizeof("/" TEL_LOG_FILE)];
    struct stat st;

    snprintf(file, sizeof(file), "%s/" TEL_LOG_FILE, path);
    if (lstat(file, &st) == 0 && (st.st_mode & 077) != 0)
        log_finding(check, 1, "others than you may read it (its mode is %o)",
                    (unsigned)st.st_mode & 07777);
}

static int check_log(const struct tel_env *env, const char *path)
{
    struct log_check check;
    struct tel_sent sent;
    int rc = tel_sent_open(path, &sent);

    if (rc < 0)
        return tel_cli_bad("%s/" TEL_LOG_FILE ": %s", path, strerror(-rc));
    rc = log_check_open(env, &check);
    if (rc == 0) {
        check_mode(path, &check);
        log_check_all(&check, &sent);
        printf("%lu of %lu requests are explained by the policies that are "
               "installed.\n",
               check.explained, check.requests);
        log_check_close(&check);
    }
    tel_sent_close(&sent);
    if (rc < 0)
        return tel_cli_bad("log: %s", strerror(-rc));
    return check.findings == 0 ? TEL_DONE : TEL_NO;
}

static int run(const struct tel_env *env, int argc, char **argv)
{
    bool check = false;
    const struct tel_cli_flag flags[] = {{"--check", &check}};
    struct tel_cli_args args = {
        .command = &tel_cli_log, .flags = flags, .nflags = 1};
    char path[TEL_PATH_MAX];
    int status;

    if (!tel_cli_parse(&args, argc, argv, &status))
        return status;
    if (!tel_cli_has_state(env, path, sizeof(path)))
        return TEL_BAD;
    if (check && !tel_cli_has_settings(env))
        return TEL_BAD;
    return check ? check_log(env, path) : show(env, path);
}

const struct tel_command tel_cli_log = {
    .name = "log",
    .usage = "log [--check]",
    .summary = "every request that has left, byte for byte",
    .details =
        "Prints sent.log as it is: before each request a line with its day,\n"
        "tool and endpoint, then the bytes that left, then the answer. The\n"
        "oldest go when the log has grown to 1 MiB.\n\n"
        "  --check  hold each request against the policies that are "
        "installed,\n"
        "           and print what they do not explain; 1 if there is any\n",
    .run = run,
};
