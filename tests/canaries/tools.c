/* SPDX-License-Identifier: MIT */
/* The tools of these tests, and the verbs that their policies list. */
#include "draft.h"

static const struct verb of_forge[] = {
    {"commit", "commit", "--amend", "commit_amend"},
    {"ci", "commit", "--amend", "commit_amend"},
    {"stash push", "stash_push", NULL, NULL},
    {"stash", "stash_push", NULL, NULL},
    {"remote add", "remote_add", NULL, NULL},
    {"log", "log", "--oneline", "log_oneline"},
    {"", "none", NULL, NULL},
    {UNLISTED, "other", NULL, NULL},
    {UNLISTED " commit", "other", NULL, NULL},
    {"remote " UNLISTED, "other", NULL, NULL},
};
static const struct verb of_docket[] = {
    {"pull", "pull", NULL, NULL},
    {"container ls", "container_ls", NULL, NULL},
    {"image prune", "image_prune", NULL, NULL},
    {"", "none", NULL, NULL},
    {"image " UNLISTED, "other", NULL, NULL},
    {UNLISTED, "other", NULL, NULL},
};
static const struct verb of_solid[] = {
    {"pull", "pull", NULL, NULL},
    {"container ls", "container_ls", NULL, NULL},
    {"", "none", NULL, NULL},
    {UNLISTED " " UNLISTED, "other", NULL, NULL},
};
static const struct verb of_plain[] = {
    {"", "run", NULL, NULL},
    {"pull", "run", NULL, NULL},
    {UNLISTED, "run", NULL, NULL},
};
static const struct verb of_script[] = {
    {"build", "build", NULL, NULL},
    {"", "none", NULL, NULL},
    {UNLISTED, "other", NULL, NULL},
};
static const struct verb of_strict[] = {
    {"go", "go", NULL, NULL},
    {UNLISTED, NULL, NULL, NULL},
    {UNLISTED " go", NULL, NULL, NULL},
};
static const struct verb of_git[] = {
    {"status", "status", NULL, NULL},
    {"log", "log", NULL, NULL},
    {UNLISTED, "other", NULL, NULL},
};
static const struct verb of_real[] = {{"", "run", NULL, NULL}};

#define VERBS(list) list, sizeof(list) / sizeof((list)[0])

static const struct tool tools[] = {
    {"forge", VERBS(of_forge), 480, FORM_TOOL, true, ""},
    {"docket", VERBS(of_docket), 50, FORM_TOOL, true, ""},
    {"plain", VERBS(of_plain), 130, FORM_TOOL, false, ""},
    {"strict", VERBS(of_strict), 40, FORM_TOOL, false, ""},
    {"solid", VERBS(of_solid), 130, FORM_STATIC, true, ""},
    {"scribe", VERBS(of_script), 100, FORM_SCRIPT, false, ""},
    {"adder", VERBS(of_script), 8, FORM_SCRIPT, false, ""},
    {"adder", VERBS(of_script), 8, FORM_SCRIPT, false, "by-env/"},
    {"git", VERBS(of_git), 22, FORM_REAL, false, "/usr/bin/"},
    {"sh", VERBS(of_real), 24, FORM_REAL, false, "/bin/"},
    {"python3", VERBS(of_real), 8, FORM_REAL, false, "/usr/bin/"},
};

const struct tool *tool_of(unsigned number)
{
    size_t i = 0;

    while (number >= tools[i].share)
        number -= tools[i++].share;
    return &tools[i];
}
