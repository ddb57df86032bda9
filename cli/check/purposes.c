/* SPDX-License-Identifier: MIT */
/* Whether everything that is collected says what for. */
#include "check.h"

#include <string.h>

static const char mend_field[] =
    "say in [purposes] what is decided by it, or take it out";

/* The line of "crash = on": the parser keeps no piece of it. */
static unsigned crash_line(const struct tel_policy *policy)
{
    const char *text = policy->text;
    const char *end = text + policy->file_len;
    unsigned line = 1;
    bool fields = false;

    for (const char *next; text < end; text = next, line++) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));

        next = newline != NULL ? newline + 1 : end;
        while (text < next && strchr(" \t\r", *text) != NULL)
            text++;
        if (text < next && *text == '[')
            fields = memmem(text, (size_t)(next - text), "fields", 6) != NULL;
        if (fields && next - text > 6 && memcmp(text, "crash", 5) == 0 &&
            strchr(" \t=", text[5]) != NULL)
            return line;
    }
    return 0;
}

static void check_key(struct check *check, struct tel_str where, unsigned line,
                      const char *key)
{
    const struct tel_purpose *purpose = tel_cli_purpose(check->policy, key);

    if (purpose == NULL)
        check_found_at(check, CHECK_PURPOSE, check->path,
                       line > 0 ? line : tel_policy_line(check->policy, where),
                       mend_field, "'%s' has no purpose", key);
    else if (check_is_blank(check->policy, purpose->purpose))
        check_found(check, CHECK_PURPOSE, purpose->key, mend_field,
                    "the purpose of '%s' says nothing", key);
}

void check_purposes(struct check *check)
{
    const struct tel_policy *policy = check->policy;

    if (check_is_blank(policy, policy->purpose))
        check_found(check, CHECK_PURPOSE, policy->purpose,
                    "say in [tool] what for: purpose = Decide which commands "
                    "to make faster",
                    "the tool has no purpose");
    for (unsigned i = 0; i < policy->nverbs; i++) {
        const struct tel_verb *verb = &policy->verbs[i];

        if (check_is_blank(policy, verb->purpose))
            check_found(check, CHECK_PURPOSE, verb->words,
                        "say behind '=' what the command does",
                        "the verb '%s' says nothing about itself",
                        tel_cli_str(policy, verb->words));
    }
    if (policy->crash)
        check_key(check, (struct tel_str){0, 0}, crash_line(policy), "crash");
    for (unsigned i = 0; i < policy->nfields; i++)
        check_key(check, policy->fields[i].key, 0,
                  tel_cli_str(policy, policy->fields[i].key));
}
