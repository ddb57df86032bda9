/* SPDX-License-Identifier: MIT */
/* What a yes is bound to besides the endpoint, a word each. */
#include <errno.h>

#include <tel/text.h>

#include "parse.h"

static void add_str(struct tel_text *text, const struct tel_policy *policy,
                    struct tel_str str)
{
    tel_text_bytes(text, tel_str_at(policy, str), str.len);
}

static void add_ms(struct tel_text *text, const struct tel_policy *policy)
{
    tel_text_add(text, policy->coarse.ms == TEL_MS_ROUNDED  ? "ms=rounded"
                       : policy->coarse.ms == TEL_MS_BUCKET ? "ms=bucket"
                                                            : "");
}

static void add_exit(struct tel_text *text, const struct tel_policy *policy)
{
    const struct tel_coarse *coarse = &policy->coarse;

    tel_text_add(text, coarse->exit == TEL_EXIT_CODE    ? "exit=code"
                       : coarse->exit == TEL_EXIT_CLASS ? "exit=class"
                       : coarse->exit == TEL_EXIT_LIST  ? "exit=list"
                                                        : "");
    for (unsigned i = 0; coarse->exit == TEL_EXIT_LIST && i < 256; i++) {
        if (coarse->exit_codes[i / 8] & (1U << (i % 8))) {
            tel_text_add(text, ":");
            tel_text_number(text, i);
        }
    }
}

static void add_crash(struct tel_text *text, const struct tel_policy *policy)
{
    tel_text_add(text, policy->crash ? "crash=on" : "");
}

static void add_field(struct tel_text *text, const struct tel_policy *policy,
                      const struct tel_field *field)
{
    static const char kinds[][10] = {"=word",  "=flag",  "=terminal",
                                     "=count", "=ratio", "=runtime"};

    add_str(text, policy, field->key);
    tel_text_add(text, kinds[field->kind]);
    for (unsigned i = 0; i < field->options; i++) {
        tel_text_add(text, ":");
        add_str(text, policy, policy->items[field->first_option + i]);
    }
}

static void add_modifier(struct tel_text *text, const struct tel_policy *policy,
                         const struct tel_modifier *modifier)
{
    struct tel_span words = str_span(policy, modifier->words);

    for (size_t i = 0; i < words.len; i++) {
        tel_text_bytes(text, words.at[i] == ' ' ? "_" : words.at + i, 1);
    }
    tel_text_add(text, ":");
    add_str(text, policy, modifier->option);
    tel_text_add(text, "=");
    add_str(text, policy, modifier->name);
}

/* No data, but what a yes counts on as well: by this name it can be stopped. */
static void add_disable(struct tel_text *text, const struct tel_policy *policy)
{
    tel_text_add(text, "disable=");
    add_str(text, policy, policy->disable);
}

/* ms, exit, crash and disable; then the fields, then the modifiers. */
#define FIXED 4

int tel_policy_kind(const struct tel_policy *policy, size_t index, char *buf,
                    size_t size)
{
    struct tel_text text;

    tel_text_start(&text, buf, size);
    if (index == 0) {
        add_ms(&text, policy);
    } else if (index == 1) {
        add_exit(&text, policy);
    } else if (index == 2) {
        add_crash(&text, policy);
    } else if (index == 3) {
        add_disable(&text, policy);
    } else if (index - FIXED < policy->nfields) {
        add_field(&text, policy, &policy->fields[index - FIXED]);
    } else if (index - FIXED - policy->nfields < policy->nmodifiers) {
        add_modifier(&text, policy,
                     &policy->modifiers[index - FIXED - policy->nfields]);
    } else {
        return -ENOENT;
    }
    return tel_text_end(&text);
}
