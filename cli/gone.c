/* SPDX-License-Identifier: MIT */
/*
 * A tool whose policy is gone or bad, by what is still here of it: the
 * person's word about its id, and what waits. A no must not need a policy.
 */
#include "cli.h"

#include <string.h>

#include <tel/event.h>

struct search {
    const char *word;
    struct tel_gone *gone;
};

static void add(char list[][TEL_NAME_MAX + 1], size_t *count, const char *name)
{
    for (size_t i = 0; i < *count; i++) {
        if (strcmp(list[i], name) == 0)
            return;
    }
    if (*count < TEL_GONE_MAX)
        snprintf(list[(*count)++], TEL_NAME_MAX + 1, "%s", name);
}

/* One event that waits, of the tool NAME with this id. */
static void look(const struct search *search, const char *name, const char *id)
{
    struct tel_gone *gone = search->gone;

    if (strcmp(name, search->word) != 0 && strcmp(id, search->word) != 0)
        return;
    add(gone->names, &gone->nnames, name);
    add(gone->ids, &gone->nids, id);
}

static void look_in_outbox(const struct tel_outbox_event *waiting,
                           void *context)
{
    struct tel_event event;

    if (tel_event_from_json(waiting->json, strlen(waiting->json), &event,
                            NULL) == 0)
        look(context, waiting->name, event.tool);
}

static int look_at_waits(const struct tel_env *env, struct search *search)
{
    struct tel_waits waits;
    int rc = tel_cli_waits_open(env, &waits);

    if (rc < 0)
        return rc;
    for (size_t i = 0; i < TEL_TABLES_MAX; i++) {
        for (size_t n = 0; n < waits.counts[i]; n++)
            look(search, waits.finished[i][n].name,
                 waits.finished[i][n].event.tool);
    }
    if (waits.state[0] != '\0')
        rc = tel_outbox_each(waits.state, NULL, look_in_outbox, search);
    tel_cli_waits_close(&waits);
    return rc;
}

/* Whether the person said something about this id. */
static bool is_decided(const struct tel_env *env, const char *id)
{
    struct tel_said said;

    return tel_consent_said(env, id, &said) == 0 &&
           said.answer != TEL_ANSWER_NONE;
}

int tel_cli_gone(const struct tel_env *env, const char *word,
                 struct tel_gone *ret_gone)
{
    struct search search = {word, ret_gone};
    char path[TEL_PATH_MAX];
    char id[TEL_NAME_MAX + 1];

    memset(ret_gone, 0, sizeof(*ret_gone));
    if (!tel_name_valid(word, strlen(word)))
        return 0;
    snprintf(id, sizeof(id), "%s", word);
    if (is_decided(env, word))
        add(ret_gone->ids, &ret_gone->nids, word);
    /* A bad policy: its id as the file seems to say it. */
    if (tel_cli_policy_file(env, word, path, sizeof(path))) {
        tel_cli_raw_id(path, id, sizeof(id));
        add(ret_gone->names, &ret_gone->nnames, word);
        add(ret_gone->ids, &ret_gone->nids, id);
    }
    return look_at_waits(env, &search);
}
