/* SPDX-License-Identifier: MIT */
/* What a policy asks beyond the yes that stands in the consent file. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CONSENT_BYTES_MAX 16384

static bool is_yes(const char *answer)
{
    return strcmp(answer, "yes") == 0 || strcmp(answer, "local") == 0;
}

/* Cuts off what stands before the next of the bytes in ends, and its spaces. */
static char *cut(char **rest, const char *ends)
{
    char *part = strsep(rest, ends);
    size_t len;

    if (part == NULL)
        return NULL;
    part += strspn(part, " \t");
    len = strlen(part);
    while (len > 0 && strchr(" \t\r", part[len - 1]) != NULL)
        part[--len] = '\0';
    return part;
}

/* The line about this id, taken apart: false where it is no yes. */
static bool find_yes(char *text, const char *id, char **ret_endpoint,
                     char **ret_kinds)
{
    char *line;

    while ((line = cut(&text, "\n")) != NULL) {
        char *key = cut(&line, "=");
        char *answer = cut(&line, ";");
        char *endpoint = cut(&line, ";");

        if (line == NULL || strcmp(key, id) != 0 || !is_yes(answer))
            continue;
        *ret_endpoint = endpoint;
        *ret_kinds = line;
        return true;
    }
    return false;
}

static bool has_word(const char *list, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = list; (at = strstr(at, word)) != NULL; at++) {
        if ((at == list || at[-1] == ' ') &&
            (at[len] == '\0' || strchr(" \t\r", at[len]) != NULL))
            return true;
    }
    return false;
}

/* Before the first change that is said, what these lines are. */
static void say(bool *said, const char *before, const char *what)
{
    if (!*said)
        printf("Changed since you said yes:\n");
    *said = true;
    printf("  %s ", before);
    tel_cli_plain(stdout, what);
    putchar('\n');
}

static void say_changes(const struct tel_policy *policy, const char *endpoint,
                        const char *kinds)
{
    char kind[512];
    bool said = false;
    int rc = 0;

    if (strcmp(endpoint, tel_cli_str(policy, policy->endpoint)) != 0)
        say(&said, "it went to", endpoint);
    for (size_t i = 0; rc >= 0; i++) {
        rc = tel_policy_kind(policy, i, kind, sizeof(kind));
        if (rc > 0 && !has_word(kinds, kind))
            say(&said, "new:", kind);
    }
    if (said)
        putchar('\n');
}

void tel_cli_say_since(const struct tel_env *env,
                       const struct tel_policy *policy)
{
    char path[TEL_PATH_MAX];
    char *text = NULL;
    char *endpoint = NULL;
    char *kinds = NULL;
    struct stat st;
    size_t len;

    /* Nothing that a reader could wait for. */
    if (tel_path_consent(env, path, sizeof(path)) < 0 || stat(path, &st) < 0 ||
        !S_ISREG(st.st_mode) ||
        tel_cli_read_file(path, CONSENT_BYTES_MAX, &text, &len) < 0)
        return;
    if (find_yes(text, tel_cli_str(policy, policy->id), &endpoint, &kinds))
        say_changes(policy, endpoint, kinds);
    free(text);
}
