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

/* Copies all of the file to stdout: whether there was anything, or -errno. */
static int copy_out(FILE *file)
{
    char buf[16384];
    bool some = false;
    size_t n;

    while ((n = fread(buf, 1, sizeof(buf), file)) > 0) {
        some = true;
        if (fwrite(buf, 1, n, stdout) != n) /* main says so */
            break;
    }
    return ferror(file) ? -errno : some;
}

/*
 * The same for a terminal, whose cursor nothing in the file shall move: of a
 * log that is damaged, other bytes than text are shown as '?'.
 */
static int show_lines(FILE *file, bool colours)
{
    char *line = NULL;
    size_t size = 0;
    bool some = false;
    ssize_t n;

    while ((n = getline(&line, &size, file)) > 0) {
        size_t len = (size_t)n;
        bool own = colours && len > 3 && memcmp(line, "== ", 3) == 0;

        some = true;
        len -= line[len - 1] == '\n';
        len -= len > 0 && line[len - 1] == '\r';
        fputs(own ? BOLD : "", stdout);
        tel_cli_print_bytes(stdout, line, len);
        fputs(own ? PLAIN "\n" : "\n", stdout);
    }
    free(line);
    return ferror(file) ? -EIO : some;
}

static FILE *open_log(const char *file)
{
    int fd = open(file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    FILE *stream = fd >= 0 ? fdopen(fd, "r") : NULL;

    if (stream == NULL && fd >= 0)
        close(fd);
    return stream;
}

static int show(const struct tel_env *env, const char *path)
{
    char name[TEL_PATH_MAX + sizeof("/" TEL_LOG_FILE)];
    bool terminal = isatty(STDOUT_FILENO) != 0;
    FILE *file;
    int shown = 0;

    snprintf(name, sizeof(name), "%s/" TEL_LOG_FILE, path);
    file = open_log(name);
    if (file == NULL && errno != ENOENT)
        return tel_cli_bad("%s: %s", name, strerror(errno));
    if (file != NULL) {
        shown = terminal ? show_lines(file, tel_cli_colours(env, stdout))
                         : copy_out(file);
        fclose(file);
    }
    if (shown < 0)
        return tel_cli_bad("%s: %s", name, strerror(-shown));
    if (shown == 0 && terminal)
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
