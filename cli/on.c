/* SPDX-License-Identifier: MIT */
/* tel on: says what will be recorded and where it goes, then keeps the yes. */
#include "cli.h"

#include <errno.h>
#include <string.h>

static void print_str(const struct tel_policy *policy, struct tel_str str)
{
    tel_cli_print(stdout, policy, str);
}

static void print_items(const struct tel_policy *policy, uint16_t first,
                        uint16_t count)
{
    for (uint16_t i = 0; i < count; i++) {
        putchar(' ');
        print_str(policy, policy->items[first + i]);
    }
}

/* Ends the line of a field, with its purpose where it has one. */
static void print_purpose(const struct tel_policy *policy, const char *key)
{
    const struct tel_purpose *purpose = tel_cli_purpose(policy, key);

    if (purpose != NULL) {
        printf(" (");
        print_str(policy, purpose->purpose);
        putchar(')');
    }
    putchar('\n');
}

static void print_kind(const struct tel_policy *policy,
                       const struct tel_field *field)
{
    switch ((enum tel_field_kind)field->kind) {
    case TEL_FIELD_WORD:
        printf("of");
        print_items(policy, field->first_option, field->options);
        printf(", one of");
        print_items(policy, field->first_value, field->values);
        printf(" other");
        break;
    case TEL_FIELD_RUNTIME:
        printf("the interpreter, one of");
        print_items(policy, field->first_value, field->values);
        printf(" other");
        break;
    case TEL_FIELD_FLAG:
        printf("yes or no:");
        print_items(policy, field->first_option, field->options);
        break;
    case TEL_FIELD_TERMINAL:
        printf("yes or no: its output is a terminal");
        break;
    case TEL_FIELD_COUNT:
        printf("a coarse count (0 1 2 5 10 20 50 ...)");
        break;
    case TEL_FIELD_RATIO:
        printf("a ratio with two digits");
        break;
    }
}

static void print_key(const char *key)
{
    printf("  %-8s ", key);
}

static void print_end(const struct tel_policy *policy)
{
    static const char *const ms[] = {
        [TEL_MS_ROUNDED] = "duration in milliseconds, two digits of it",
        [TEL_MS_BUCKET] = "duration in milliseconds, in coarse steps",
    };
    static const char *const ends[] = {
        [TEL_EXIT_CODE] = "exit status",
        [TEL_EXIT_CLASS] = "ok or error",
        [TEL_EXIT_LIST] = "a listed exit status, or error",
    };

    if (policy->coarse.ms != TEL_MS_OFF) {
        print_key("ms");
        printf("%s", ms[policy->coarse.ms]);
        print_purpose(policy, "ms");
    }
    if (policy->coarse.exit != TEL_EXIT_OFF) {
        print_key("exit");
        printf("%s; or the signal that ended it", ends[policy->coarse.exit]);
        print_purpose(policy, "exit");
    }
    if (policy->crash) {
        print_key("crash");
        printf("where in the program, if a fault ended it: part of its "
               "build-id,\n           an address in it, and a number made "
               "of the calls that led there");
        print_purpose(policy, "crash");
    }
}

static void print_event(const struct tel_policy *policy)
{
    print_key("e");
    if (policy->verbs_none)
        printf("that it ran");
    else
        printf("which of %u listed commands, or none%s", policy->nverbs,
               policy->unlisted_ignore ? "" : ", or other");
    if (policy->nmodifiers > 0)
        printf("; which of %u listed modifiers", policy->nmodifiers);
    putchar('\n');
}

static void print_recorded(const struct tel_policy *policy)
{
    printf("Recorded, one event a run:\n");
    print_event(policy);
    print_key("t, tv, v");
    printf("this tool, its version, and that of the format\n");
    print_key("os, libc");
    printf("linux, and the C library's name and version\n");
    print_end(policy);
    for (uint16_t i = 0; i < policy->nfields; i++) {
        const struct tel_field *field = &policy->fields[i];
        const char *key = tel_cli_str(policy, field->key);

        print_key(key);
        print_kind(policy, field);
        print_purpose(policy, key);
    }
    printf("Never: an argument, a path, a name, a time of day.\n");
}

static void print_part(const struct tel_policy *policy, const char *label,
                       struct tel_str str)
{
    if (str.len == 0)
        return;
    printf("%-8s ", label);
    print_str(policy, str);
    putchar('\n');
}

static void print_where(const struct tel_policy *policy, bool local)
{
    if (local) {
        printf("Goes to  nobody: it is counted on this account only\n");
        return;
    }
    print_part(policy, "Goes to", policy->endpoint);
    print_part(policy, "Who", policy->controller);
    print_part(policy, "Ask", policy->contact);
    print_part(policy, "Kept", policy->retention);
    print_part(policy, "More", policy->source);
}

/* 0 or -errno: a yes to what could not be read is no yes. */
static int disclose(const struct tel_env *env, const struct tel_policy *policy,
                    bool local)
{
    const char *name = policy->name;

    printf("%s\n\n", name);
    tel_cli_say_since(env, policy);
    print_part(policy, "What for", policy->purpose);
    print_recorded(policy);
    print_where(policy, local);
    printf("See it   tel disclose %s (all of it, each command)\n"
           "         tel preview %s ARG... (a run)\n",
           name, name);
    if (local)
        printf("         tel stats %s (your totals)\n", name);
    else
        printf("         tel log (what left)\n");
    printf("Stop it  tel off %s; for one shell or command, set ", name);
    print_str(policy, policy->disable);
    printf("=1\n\n");
    if (fflush(stdout) != 0)
        return -errno;
    return 0;
}

static int keep_word(const struct tel_env *env, const struct tel_policy *policy,
                     bool local)
{
    struct tel_verdict verdict;
    struct tel_err err = {""};
    int rc = tel_consent_write(env, policy,
                               local ? TEL_ANSWER_LOCAL : TEL_ANSWER_YES, &err);

    if (rc < 0)
        return tel_cli_bad("your word could not be kept: %s",
                           err.text[0] != '\0' ? err.text : strerror(-rc));
    tel_decide(env, policy, &verdict);
    if (!verdict.on)
        printf("Your yes is kept, but another rule goes first:\n");
    tel_cli_say_verdict(stdout, &verdict, policy);
    return TEL_DONE;
}

static int run(const struct tel_env *env, int argc, char **argv)
{
    static struct tel_policy policy;
    bool local = false;
    const struct tel_cli_flag flags[] = {{"--local", &local}};
    struct tel_cli_args args = {
        .command = &tel_cli_on, .flags = flags, .nflags = 1, .words_max = 1};
    int status;
    int rc;

    if (!tel_cli_parse(&args, argc, argv, &status))
        return status;
    if (args.nwords == 0)
        return tel_cli_bad("on: which tool? (usage: tel %s)", tel_cli_on.usage);
    if (!tel_cli_has_settings(env))
        return TEL_BAD;
    status = tel_cli_tool(env, args.words[0], &policy);
    if (status != TEL_DONE)
        return status;
    rc = disclose(env, &policy, local);
    if (rc < 0)
        return tel_cli_bad("cannot show what would be recorded, so nothing "
                           "was changed: %s",
                           strerror(-rc));
    return keep_word(env, &policy, local);
}

const struct tel_command tel_cli_on = {
    .name = "on",
    .usage = "on TOOL [--local]",
    .summary = "consent to the recording of a tool",
    .details =
        "Says what will be recorded of TOOL and where it goes, and keeps\n"
        "your yes. It holds for the endpoint and the kinds of data shown;\n"
        "where one is changed or added, you are asked again.\n\n"
        "  --local  count on this account only, never send\n",
    .run = run,
};
