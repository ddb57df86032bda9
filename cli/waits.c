/* SPDX-License-Identifier: MIT */
/* What has not left yet: in the tables of runs, and in the outbox. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int read_table(struct tel_table *table, struct tel_finished **ret_list,
                      size_t *ret_count)
{
    struct tel_table_counts counts;
    struct tel_finished *list;
    size_t max;

    tel_table_look(table);
    tel_table_count(table, &counts);
    max = (size_t)counts.finished + counts.pending;
    if (max == 0)
        return 0;
    list = calloc(max, sizeof(*list));
    if (list == NULL)
        return -ENOMEM;
    *ret_count = tel_table_finished(table, list, max);
    *ret_list = list;
    return 0;
}

int tel_cli_waits_open(const struct tel_env *env, struct tel_waits *ret_waits)
{
    struct tel_waits waits = {{NULL}};
    char dir[TEL_PATH_MAX];

    for (size_t i = 0; i < TEL_TABLES_MAX; i++) {
        int rc = tel_table_dir(env, i, dir, sizeof(dir));

        if (rc == -ENOENT)
            break;
        /* A table that is missing, foreign or damaged holds nothing of
         * ours: it is the recorder's part to stay away from it. */
        if (rc < 0 || tel_table_open(dir, env->euid, &waits.tables[i]) < 0)
            continue;
        rc = read_table(waits.tables[i], &waits.finished[i], &waits.counts[i]);
        if (rc < 0) {
            tel_cli_waits_close(&waits);
            return rc;
        }
    }
    if (tel_path_state(env, waits.state, sizeof(waits.state)) < 0)
        waits.state[0] = '\0';
    *ret_waits = waits;
    return 0;
}

void tel_cli_waits_close(struct tel_waits *waits)
{
    for (size_t i = 0; i < TEL_TABLES_MAX; i++) {
        tel_table_close(waits->tables[i]);
        free(waits->finished[i]);
    }
    memset(waits, 0, sizeof(*waits));
}

/*
 * A marked slot whose file is there is in the outbox already: its sender
 * ended before it could free the slot.
 */
bool tel_cli_waits_moved(const struct tel_waits *waits,
                         const struct tel_finished *finished)
{
    static const char *const kinds[] = {"new", "local"};
    char path[2 * TEL_PATH_MAX];

    if (finished->key == 0 || waits->state[0] == '\0')
        return false;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        snprintf(path, sizeof(path), "%s/outbox/%016llx-%s.%s", waits->state,
                 (unsigned long long)finished->key, finished->name, kinds[i]);
        if (access(path, F_OK) == 0)
            return true;
    }
    return false;
}

static bool is_of(const struct tel_finished *finished, const char *name)
{
    return name == NULL || strcmp(finished->name, name) == 0;
}

static uint64_t count_table(const struct tel_waits *waits, size_t index,
                            const char *name)
{
    uint64_t count = 0;

    for (size_t i = 0; i < waits->counts[index]; i++) {
        const struct tel_finished *finished = &waits->finished[index][i];

        if (is_of(finished, name) && !tel_cli_waits_moved(waits, finished))
            count++;
    }
    return count;
}

int tel_cli_waits_count(const struct tel_waits *waits, const char *name,
                        const char *id, bool local,
                        struct tel_cli_counts *ret_counts)
{
    struct tel_cli_counts counts = {0, 0, 0};
    struct tel_outbox_counts outbox = {0, 0};
    int rc = 0;

    if (waits->state[0] != '\0')
        rc = tel_outbox_count(waits->state, name, &outbox);
    if (rc == 0 && waits->state[0] != '\0' && id != NULL)
        rc = tel_outbox_dropped(waits->state, id, &counts.dropped);
    if (rc < 0)
        return rc;
    counts.waiting = outbox.waiting;
    counts.kept = outbox.local;
    for (size_t i = 0; i < TEL_TABLES_MAX; i++) {
        if (waits->tables[i] == NULL)
            continue;
        if (local)
            counts.kept += count_table(waits, i, name);
        else
            counts.waiting += count_table(waits, i, name);
        counts.dropped += tel_table_dropped(waits->tables[i], name);
    }
    *ret_counts = counts;
    return 0;
}

int tel_cli_waits_forget(struct tel_waits *waits, const char *name,
                         uint64_t *ret_events)
{
    uint64_t events = 0;
    uint64_t moved = 0;
    int rc = 0;

    /* The tables go first: what a sender takes out meanwhile is in the
     * outbox by the time that is emptied. */
    for (size_t i = 0; i < TEL_TABLES_MAX; i++) {
        events += count_table(waits, i, name);
        for (size_t j = 0; j < waits->counts[i]; j++) {
            if (is_of(&waits->finished[i][j], name))
                tel_table_free(waits->tables[i], &waits->finished[i][j]);
        }
    }
    if (waits->state[0] != '\0')
        rc = tel_outbox_forget(waits->state, name, &moved);
    if (rc < 0)
        return rc;
    *ret_events = events + moved;
    return 0;
}

int tel_cli_sweep(const struct tel_env *env)
{
    char dir[TEL_PATH_MAX];
    int result = 0;

    for (size_t i = 0;; i++) {
        int rc = tel_table_dir(env, i, dir, sizeof(dir));

        if (rc == -ENOENT)
            return result;
        if (rc == 0)
            rc = tel_table_sweep(dir, env->euid);
        if (rc > 0)
            printf("Removed from %s, never used: %d\n", dir, rc);
        if (rc < 0) {
            tel_cli_bad("%s: %s", dir, strerror(-rc));
            result = rc;
        }
    }
}

pid_t tel_cli_waits_sender(const struct tel_waits *waits)
{
    for (size_t i = 0; i < TEL_TABLES_MAX; i++) {
        pid_t pid =
            waits->tables[i] == NULL ? 0 : tel_lease_holder(waits->tables[i]);

        if (pid != 0)
            return pid;
    }
    return 0;
}
