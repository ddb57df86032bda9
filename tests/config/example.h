/* SPDX-License-Identifier: MIT */
/* A policy that has everything, and how the tests of config/ parse one. */
#ifndef TEL_TEST_EXAMPLE_H
#define TEL_TEST_EXAMPLE_H

#include "support.h"

#include <string.h>
#include <tel/config.h>

#define TOOL     \
    "[tool]\n"   \
    "id = git\n" \
    "endpoint = https://t.example.org/t\n"

/* [tool] takes the lines 1 to 12, and each section below one more. */
#define EXAMPLE                                               \
    "[tool]\n"                                                \
    "id         = git\n"                                      \
    "version    = 2.39.5\n"                                   \
    "endpoint   = https://t.example.org/t\n"                  \
    "method     = POST\n"                                     \
    "consent    = opt-in\n"                                   \
    "disable    = GIT_QUIET_PLEASE\n"                         \
    "purpose    = Decide which commands to make faster\n"     \
    "source     = https://example.org/git-telemetry?a=b\n"    \
    "controller = Example Org\n"                              \
    "contact    = privacy@example.org\n"                      \
    "retention  = 365 days\n"                                 \
    "\n"                                                      \
    "[command]\n"                                             \
    "value-options        = -C -c --git-dir --work-tree -m\n" \
    "value-options remote = -t\n"                             \
    "value-options        = --exec-path\n"                    \
    "value-options stash push = --pathspec-from-file\n"       \
    "\n"                                                      \
    "[verbs]\n"                                               \
    "commit     = record a change\n"                          \
    "stash push = set work aside\n"                           \
    "stash      = show what was set aside\n"                  \
    "remote add = add a remote\n"                             \
    "remote set-url push = change where to push\n"            \
    "log        = read the history\n"                         \
    "\n"                                                      \
    "[aliases]\n"                                             \
    "ci    = commit\n"                                        \
    "put   = stash push\n"                                    \
    "co mm = commit\n"                                        \
    "\n"                                                      \
    "[modifiers]\n"                                           \
    "log --oneline    = oneline\n"                            \
    "log --graph      = graph\n"                              \
    "commit --amend   = amend\n"                              \
    "commit -a        = all\n"                                \
    "stash push -u    = untracked\n"                          \
    "\n"                                                      \
    "[fields]\n"                                              \
    "ms     = rounded\n"                                      \
    "exit   = code\n"                                         \
    "fmt    = word --format -o: json table csv\n"             \
    "quiet  = flag --quiet -q\n"                              \
    "\n"                                                      \
    "# a comment, and another kind of one\n"                  \
    "; x = y\n"                                               \
    "[purposes]\n"                                            \
    "fmt    = See which output format to support first\n"

/* Parses text or fails the test with the parser's sentence. */
static inline void parse_into(struct tel_policy *policy, const char *text)
{
    struct tel_err err = {""};

    if (tel_policy_parse(policy, "git", "git.conf", text, strlen(text), &err) !=
        0)
        fail_msg("%s", err.text);
}

#endif
