/* SPDX-License-Identifier: MIT */
/*
 * A help of any bytes: what tel init drafts of it is a policy that parses, and
 * holds no byte that a terminal would obey.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "../cli/init/init.h"

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* As mend.c lets the policy's parser see it: with the endpoint filled in. */
static void check_draft(char *draft)
{
    static struct tel_policy policy;
    char *endpoint = strstr(draft, "\n" INIT_ENDPOINT);

    must(endpoint != NULL);
    for (const char *at = draft; *at != '\0'; at++)
        must(*at == '\n' || (unsigned char)*at >= ' ');
    endpoint[1] = ' ';
    must(tel_policy_parse(&policy, "x", "draft", draft, strlen(draft), NULL) ==
         0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct init_help help;
    static struct init_tool tool;
    struct init_ask ask;
    char *draft;

    memset(&tool, 0, sizeof(tool));
    tool.name[0] = 'x';
    init_help_read(&help, (const char *)data,
                   size < INIT_HELP_MAX ? size : INIT_HELP_MAX);
    (void)init_read_verbs(&tool, &help);
    (void)init_read_sets(&tool, &help);
    (void)init_read_usage(&tool, "x", "path", &help);
    init_read_options(&tool, &help, "");
    init_read_version(&tool, &help);
    init_ask("x", &help, &ask);
    for (size_t i = 0; i < tool.nverbs; i++)
        must(tool.verbs[i].words[0] != '-' && tool.verbs[i].words[0] != '\0');
    draft = init_mend(init_draft(&tool));
    must(draft != NULL);
    check_draft(draft);
    free(draft);
    return 0;
}
