/* SPDX-License-Identifier: MIT */
/* tel purge: forgets what waits, the log and the tables. Consent stays. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Unlinks the table in dir, which must be the person's own: 1, 0 where there
 * is none, or -errno. Programs that have it mapped keep their copy to their
 * end; it is never truncated.
 */
static int unlink_table(const char *dir, uid_t euid)
{
    struct stat st;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int rc = 1;

    if (fd < 0)
        return errno == ENOENT ? 0 : -errno;
    if (fstat(fd, &st) < 0)
        rc = -errno;
    else if (st.st_uid != euid)
        rc = -EPERM;
    else if (unlinkat(fd, TEL_TABLE_FILE, 0) < 0)
        rc = errno == ENOENT ? 0 : -errno;
    close(fd);
    return rc;
}

static int purge_tables(const struct tel_env *env)
{
    char dir[TEL_PATH_MAX];
    int status = TEL_DONE;

    for (size_t i = 0;; i++) {
        int rc = tel_table_dir(env, i, dir, sizeof(dir));

        if (rc == -ENOENT)
            return status;
        if (rc == 0)
            rc = unlink_table(dir, env->euid);
        if (rc > 0)
            printf("Removed %s/" TEL_TABLE_FILE "\n", dir);
        if (rc < 0)
            status = tel_cli_bad("%s: %s", dir, strerror(-rc));
    }
}

static int purge_state(const char *state, bool exists)
{
    int rc = tel_outbox_purge(state);

    if (rc < 0)
        return tel_cli_bad("%s: %s", state, strerror(-rc));
    if (exists)
        printf("Removed %s: outbox, log and counts\n", state);
    return TEL_DONE;
}

static int run(const struct tel_env *env, int argc, char **argv)
{
    struct tel_cli_args args = {.command = &tel_cli_purge};
    struct tel_waits waits;
    char state[TEL_PATH_MAX];
    uint64_t events = 0;
    bool exists;
    int status;
    int rc;

    if (!tel_cli_parse(&args, argc, argv, &status))
        return status;
    if (!tel_cli_has_state(env, state, sizeof(state)))
        return TEL_BAD;
    exists = access(state, F_OK) == 0;
    /* Out of the tables first: a live sender still has them mapped. */
    rc = tel_cli_waits_open(env, &waits);
    if (rc == 0) {
        rc = tel_cli_waits_forget(&waits, NULL, &events);
        tel_cli_waits_close(&waits);
    }
    if (rc < 0)
        return tel_cli_bad("%s: %s", state, strerror(-rc));
    status = purge_tables(env);
    if (status == TEL_DONE && tel_cli_sweep(env) < 0)
        status = TEL_BAD;
    if (purge_state(state, exists) != TEL_DONE)
        status = TEL_BAD;
    if (status == TEL_DONE)
        printf("Events forgotten: %llu. Your consent stays (tel off --all "
               "withdraws it).\n",
               (unsigned long long)events);
    return status;
}

const struct tel_command tel_cli_purge = {
    .name = "purge",
    .usage = "purge",
    .summary = "forget what waits, the log and the table",
    .details =
        "Removes what waits to be sent, the log of what was sent, the counts\n"
        "of what was dropped, and the table of runs. Your consent stays.\n",
    .run = run,
};
