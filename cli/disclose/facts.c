/* SPDX-License-Identifier: MIT */
/* What a disclosure says: its notice, what is collected, and what is not. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <tel/event.h>

#include "doc.h"

const char *disclose_name(const struct tel_policy *policy)
{
    return policy->name[0] != '\0' ? policy->name
                                   : tel_cli_str(policy, policy->id);
}

void disclose_mark(const char *name, const char *which, char *buf, size_t size)
{
    snprintf(buf, size, "<!-- tel disclose %s: %s -->", name, which);
}

void disclose_heading(struct doc *doc, const char *string)
{
    doc_heading(doc);
    doc_text(doc, string);
}

void disclose_item(struct doc *doc, const char *string)
{
    doc_item(doc);
    doc_text(doc, string);
}

/* ---- the notice ---------------------------------------------------------- */

static void say_default(struct doc *doc, const struct tel_policy *policy)
{
    doc_paragraph(doc);
    if (policy->consent == TEL_OPT_IN_DEFAULT) {
        doc_text(doc, "It is opt-in: nothing is recorded until you say ");
        doc_text(doc, "`tel on ");
        doc_text(doc, doc->name);
        doc_text(doc, "`. Builds of tel by distributions treat every tool so.");
        return;
    }
    doc_text(doc, "It asks to be opt-out: where the build of tel allows that "
                  "and the policy came with an installed package, it is on, "
                  "but only after a notice was shown once on a terminal, and "
                  "the run that showed it is not recorded. Builds of tel by "
                  "distributions treat every tool as opt-in: there nothing is "
                  "recorded until you say `tel on ");
    doc_text(doc, doc->name);
    doc_text(doc, "`.");
}

static void say_notice(struct doc *doc, const struct tel_policy *policy)
{
    doc_paragraph(doc);
    doc_text(doc, "Where it is on, tel records one small event for each run of "
                  "`");
    doc_text(doc, doc->name);
    doc_text(doc, "`. An event holds words that are listed here, coarse "
                  "numbers, and yes or no");
    if (policy->crash)
        doc_text(doc, "; and, where a fault ended the run, three numbers that "
                      "say where in the tool it was");
    doc_text(doc, ". It never holds an argument, a path, a name, an address, "
                  "free text or a time of day.");
    say_default(doc, policy);
    doc_paragraph(doc);
    doc_text(doc, "What it is for: ");
    if (policy->purpose.len > 0)
        doc_policy(doc, policy, policy->purpose);
    else
        doc_text(doc, "not given");
}

/* ---- what is collected --------------------------------------------------- */

static void begin_table(struct doc *doc, const char *first, const char *second,
                        const char *third)
{
    doc_row(doc);
    doc_text(doc, first);
    doc_cell(doc);
    doc_text(doc, second);
    doc_cell(doc);
    doc_text(doc, third);
}

static void say_event(struct doc *doc, const struct tel_policy *policy,
                      struct tel_str words, struct tel_str modifier)
{
    char name[TEL_EVENT_MAX + 1];

    doc_cell(doc);
    if (tel_policy_event(policy, words, modifier, name, sizeof(name)) > 0)
        doc_code(doc, name);
    doc_cell(doc);
}

static bool same(const struct tel_policy *policy, struct tel_str a,
                 struct tel_str b)
{
    return a.len == b.len &&
           memcmp(tel_str_at(policy, a), tel_str_at(policy, b), a.len) == 0;
}

static void say_verb(struct doc *doc, const struct tel_policy *policy,
                     const struct tel_verb *verb)
{
    const char *before = " (also ";

    doc_row(doc);
    doc_policy_code(doc, policy, verb->words);
    for (unsigned i = 0; i < policy->naliases; i++) {
        if (!same(policy, policy->aliases[i].target, verb->words))
            continue;
        doc_text(doc, before);
        doc_policy_code(doc, policy, policy->aliases[i].words);
        before = ", ";
    }
    doc_text(doc, before[0] == ',' ? ")" : "");
    say_event(doc, policy, verb->words, (struct tel_str){0, 0});
    if (verb->purpose.len > 0)
        doc_policy(doc, policy, verb->purpose);
    else
        doc_text(doc, "not described");
}

static void say_fixed_event(struct doc *doc, const char *command,
                            const char *event, const char *what)
{
    doc_row(doc);
    doc_text(doc, command);
    doc_cell(doc);
    doc_code(doc, event);
    doc_cell(doc);
    doc_text(doc, what);
}

static void say_modifier(struct doc *doc, const struct tel_policy *policy,
                         const struct tel_modifier *modifier)
{
    doc_row(doc);
    if (modifier->words.len > 0) {
        doc_policy_code(doc, policy, modifier->words);
        doc_text(doc, " with ");
    }
    doc_policy_code(doc, policy, modifier->option);
    say_event(doc, policy, modifier->words, modifier->name);
    doc_text(doc, "this option was given");
}

static void say_commands(struct doc *doc, const struct tel_policy *policy)
{
    disclose_heading(doc, "Which commands are told apart");
    begin_table(doc, "Command", "Sent as", "What it is");
    if (policy->verbs_none) {
        say_fixed_event(doc, "any", "run", "the tool was run");
    } else {
        for (unsigned i = 0; i < policy->nverbs; i++)
            say_verb(doc, policy, &policy->verbs[i]);
        say_fixed_event(doc, "none", "none", "a run without a command");
        if (!policy->unlisted_ignore)
            say_fixed_event(doc, "any other", "other",
                            "a command that is not listed here; its name "
                            "stays with you");
    }
    for (unsigned i = 0; i < policy->nmodifiers; i++)
        say_modifier(doc, policy, &policy->modifiers[i]);
    if (policy->unlisted_ignore) {
        doc_paragraph(doc);
        doc_text(doc, "A command that is not listed here is not recorded.");
    }
}

static void say_values(struct doc *doc, const struct tel_policy *policy,
                       const struct tel_field *field)
{
    doc_item(doc);
    doc_policy_code(doc, policy, field->key);
    doc_text(doc, ": ");
    for (unsigned i = 0; i < field->values; i++) {
        doc_policy_code(doc, policy, policy->items[field->first_value + i]);
        doc_text(doc, ", ");
    }
    doc_text(doc, "and `other` for anything else");
}

static void say_lists(struct doc *doc, const struct tel_policy *policy)
{
    bool begun = false;

    for (unsigned i = 0; i < policy->nfields; i++) {
        if (policy->fields[i].values == 0)
            continue;
        if (!begun)
            disclose_heading(doc, "Which values can be sent");
        begun = true;
        say_values(doc, policy, &policy->fields[i]);
    }
}

/* ---- what is not collected ----------------------------------------------- */

static void say_not(struct doc *doc, const struct tel_policy *policy)
{
    disclose_heading(doc, "What is not collected");
    disclose_item(
        doc, "arguments, file names, folders, the content of anything, the "
             "environment: they are compared with the lists above and never "
             "stored, not even on your machine");
    disclose_item(
        doc, "who you are: no account, no host name, no address, no serial "
             "number, and no identifier, be it random, of you, your machine, "
             "an installation or a session");
    disclose_item(doc, "when: no time of day and no date");
    disclose_item(
        doc, "what a recorded run starts in its turn: a run inside a run is "
             "not counted");
    if (policy->coarse.ms == TEL_MS_OFF)
        disclose_item(doc, "`ms`: how long it took");
    if (policy->coarse.exit == TEL_EXIT_OFF)
        disclose_item(doc, "`exit`, `sig`, `end`: how it ended");
    if (!policy->crash)
        disclose_item(doc, "`crash`: where in the tool a fault was");
}

void disclose_policy(struct doc *doc, const struct tel_policy *policy)
{
    say_notice(doc, policy);
    disclose_heading(doc, "What is collected");
    disclose_event(doc, policy);
    say_commands(doc, policy);
    say_lists(doc, policy);
    say_not(doc, policy);
    disclose_rights(doc, policy);
}

int disclose_write(const struct tel_policy *policy, enum doc_form form,
                   char **ret_text, size_t *ret_len)
{
    struct doc doc = {.name = disclose_name(policy)};
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);
    int rc = to != NULL ? 0 : -ENOMEM;

    disclose_policy(&doc, policy);
    if (to != NULL) {
        rc = doc_print(&doc, form, to);
        if (fclose(to) != 0)
            rc = -ENOMEM;
    }
    doc_clear(&doc);
    if (rc < 0) {
        free(text);
        return rc;
    }
    *ret_text = text;
    *ret_len = len;
    return 0;
}
