/* SPDX-License-Identifier: MIT */
/* Where each part of an event comes from: a line, an argument, the system. */
#include "preview.h"

#include <string.h>

#include <tel/text.h>

/* A sentence that grows, and the policy that it is about. */
struct sentence {
    struct tel_text text;
    const struct tel_policy *policy;
    unsigned line; /* of the part that was named first */
};

static void say(struct sentence *sentence, const char *string)
{
    tel_text_add(&sentence->text, string);
}

/* "git.conf:14" */
static void say_line(struct sentence *sentence, struct tel_str str)
{
    unsigned line = tel_policy_line(sentence->policy, str);

    say(sentence, sentence->policy->name);
    say(sentence, ".conf:");
    tel_text_number(&sentence->text, line);
    if (sentence->line == 0)
        sentence->line = line;
}

static void say_str(struct sentence *sentence, struct tel_str str)
{
    tel_text_bytes(&sentence->text, tel_str_at(sentence->policy, str), str.len);
}

/* "commit (git.conf:14)" */
static void say_listed(struct sentence *sentence, struct tel_str str)
{
    say_str(sentence, str);
    say(sentence, " (");
    say_line(sentence, str);
    say(sentence, ")");
}

/* Arguments are counted from 1, as $1 of a shell. */
static void say_arguments(struct sentence *sentence, const int *args,
                          unsigned count)
{
    say(sentence, count == 1 ? "your argument " : "your arguments ");
    for (unsigned i = 0; i < count; i++) {
        if (i > 0)
            say(sentence, i + 1 == count ? " and " : ", ");
        tel_text_number(&sentence->text, (uint64_t)args[i] + 1);
    }
}

/* ---- the event ----------------------------------------------------------- */

static void say_modifier(struct sentence *sentence,
                         const struct tel_trace *trace)
{
    const struct tel_modifier *modifier;

    if (trace->modifier < 0)
        return;
    modifier = &sentence->policy->modifiers[trace->modifier];
    say(sentence, "; modifier ");
    say_listed(sentence, modifier->name);
    say(sentence, ", ");
    say_str(sentence, modifier->option);
    say(sentence, " in ");
    say_arguments(sentence, &trace->modifier_arg, 1);
}

static void say_event(struct sentence *sentence, const struct tel_trace *trace)
{
    const struct tel_policy *policy = sentence->policy;

    if (trace->verb < 0 && policy->verbs_none) {
        say(sentence, "the policy says verbs = none");
    } else if (trace->verb < 0 && trace->nwords == 0) {
        say(sentence, "no argument is a word that could be a verb");
    } else if (trace->verb < 0) {
        say(sentence, "no listed verb is, or begins with, ");
        say_arguments(sentence, trace->words, trace->nwords);
        return;
    } else {
        if (trace->alias >= 0) {
            say(sentence, "alias ");
            say_listed(sentence, policy->aliases[trace->alias].words);
            say(sentence, " of ");
        }
        say(sentence, "verb ");
        say_listed(sentence, policy->verbs[trace->verb].words);
        say(sentence, ", ");
        say_arguments(sentence, trace->words, trace->verb_words);
    }
    say_modifier(sentence, trace);
}

/* ---- fields -------------------------------------------------------------- */

/* "--format in your argument 4", and where its value is. */
static void say_option(struct sentence *sentence,
                       const struct tel_trace_field *trace, bool has_value)
{
    say_str(sentence, trace->option);
    say(sentence, " in ");
    say_arguments(sentence, &trace->arg, 1);
    if (has_value && trace->value_arg != trace->arg) {
        say(sentence, ", its value in ");
        say_arguments(sentence, &trace->value_arg, 1);
    }
}

/* A listed value lies in the policy's text; "other" does not. */
static bool is_listed(const struct tel_policy *policy,
                      const struct tel_value *value)
{
    return value->at >= policy->text &&
           value->at < policy->text + policy->file_len;
}

static void say_word(struct sentence *sentence,
                     const struct tel_trace_field *trace,
                     const struct tel_value *value)
{
    if (trace->arg < 0) {
        say(sentence, ", none of its options is given with a value");
        return;
    }
    say(sentence, ", ");
    say_option(sentence, trace, true);
    say(sentence, is_listed(sentence->policy, value)
                      ? ", which is listed"
                      : ", which is not listed, so other");
}

static void say_runtime(struct sentence *sentence,
                        const struct tel_value *value)
{
    if (value->len == 0)
        say(sentence, ", not a script that can be found along PATH");
    else if (is_listed(sentence->policy, value))
        say(sentence, ", the program in the script's #! line, which is listed");
    else
        say(sentence, ", the program in the script's #! line, which is not "
                      "listed, so other");
}

static void say_field(struct sentence *sentence, const struct preview *preview,
                      unsigned index)
{
    const struct tel_field *field = &preview->policy->fields[index];
    const struct tel_value *value = &preview->match.values[index];
    const struct tel_trace_field *trace = &preview->trace.fields[index];

    say_line(sentence, field->key);
    switch (field->kind) {
    case TEL_FIELD_WORD:
        say_word(sentence, trace, value);
        break;
    case TEL_FIELD_FLAG:
        say(sentence, ", ");
        if (trace->arg >= 0)
            say_option(sentence, trace, false);
        else
            say(sentence, "none of its options is given");
        break;
    case TEL_FIELD_TERMINAL:
        say(sentence, value->len == strlen("yes")
                          ? ", tel's own standard output is a terminal"
                          : ", tel's own standard output is no terminal");
        break;
    case TEL_FIELD_RUNTIME:
        say_runtime(sentence, value);
        break;
    default:
        say(sentence, ", said by the tool itself, if at all");
        break;
    }
}

/* ---- what tel itself gives ------------------------------------------------ */

static void say_version(struct sentence *sentence)
{
    struct tel_str version = sentence->policy->version;

    if (version.len == 0) {
        say(sentence, "the policy names no version");
        return;
    }
    say_line(sentence, version);
    if (!tel_release_valid(tel_str_at(sentence->policy, version), version.len))
        say(sentence, ", which is no release");
}

static const char *coarse_ms(const struct tel_policy *policy)
{
    return policy->coarse.ms == TEL_MS_ROUNDED
               ? "the run itself, rounded (0 stands for it here)"
               : "the run itself, in coarse steps (0 stands for it here)";
}

static const char *coarse_exit(const struct tel_policy *policy)
{
    switch (policy->coarse.exit) {
    case TEL_EXIT_CLASS:
        return "the run itself, ok or error (ok stands for it here)";
    case TEL_EXIT_LIST:
        return "the run itself, a listed status or error (0 stands for it "
               "here)";
    default:
        return "the run itself, its status (0 stands for it here)";
    }
}

static void say_own(struct sentence *sentence, const struct preview *preview,
                    const char *key)
{
    if (strcmp(key, "t") == 0)
        say_line(sentence, preview->policy->id);
    else if (strcmp(key, "e") == 0)
        say_event(sentence, &preview->trace);
    else if (strcmp(key, "v") == 0)
        say(sentence, "the version of this format");
    else if (strcmp(key, "tv") == 0)
        say_version(sentence);
    else if (strcmp(key, "os") == 0)
        say(sentence, "the system");
    else if (strcmp(key, "libc") == 0)
        say(sentence, "the C library that tel runs with");
    else if (strcmp(key, "ms") == 0)
        say(sentence, coarse_ms(preview->policy));
    else if (strcmp(key, "exit") == 0)
        say(sentence, coarse_exit(preview->policy));
}

void preview_origin(const struct preview *preview, struct preview_entry *entry)
{
    const struct tel_policy *policy = preview->policy;
    struct sentence sentence = {.policy = policy};
    unsigned i = 0;

    tel_text_start(&sentence.text, entry->from, sizeof(entry->from));
    while (i < policy->nfields &&
           strcmp(tel_cli_str(policy, policy->fields[i].key), entry->key) != 0)
        i++;
    if (i < policy->nfields)
        say_field(&sentence, preview, i);
    else
        say_own(&sentence, preview, entry->key);
    entry->line = sentence.line;
}

/* ---- arguments ------------------------------------------------------------ */

static void say_word_of(struct sentence *sentence,
                        const struct tel_trace *trace, int index)
{
    for (unsigned i = 0; i < trace->nwords; i++) {
        if (trace->words[i] != index)
            continue;
        if (i < trace->verb_words)
            say(sentence,
                trace->alias >= 0 ? ", of the alias" : ", of the verb");
        else if (trace->verb < 0 && !sentence->policy->verbs_none)
            say(sentence, ", and no verb");
    }
}

void preview_argument(const struct preview *preview, int index, char *buf,
                      size_t size)
{
    const struct tel_trace *trace = &preview->trace;
    const struct tel_trace_arg *arg = &trace->args[index];
    struct sentence sentence = {.policy = preview->policy};

    tel_text_start(&sentence.text, buf, size);
    switch (arg->kind) {
    case TEL_ARG_WORD:
        say(&sentence, "a word");
        say_word_of(&sentence, trace, index);
        break;
    case TEL_ARG_OPTION:
        say(&sentence, "an option, ");
        if (arg->option.len > 0)
            say_listed(&sentence, arg->option);
        else
            say(&sentence, "not listed");
        break;
    case TEL_ARG_VALUE:
        say(&sentence, "skipped: the value of ");
        say_listed(&sentence, arg->option);
        break;
    default:
        say(&sentence, "--, behind which no option stands");
        break;
    }
}
