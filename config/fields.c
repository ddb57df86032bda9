/* SPDX-License-Identifier: MIT */
/* The [fields] section: which values of a run may leave, and how coarse. */
#include <errno.h>
#include <string.h>

#include <tel/text.h>

#include "parse.h"

static int add_item(struct parse *parse, struct tel_span word, uint16_t *count)
{
    struct tel_policy *policy = parse->policy;

    if (policy->nitems == TEL_ITEMS_MAX) {
        return parse_fail(parse, "too many options and values in [fields]",
                          word);
    }
    policy->items[policy->nitems++] = parse_str(parse, word);
    (*count)++;
    return 0;
}

/* Options up to the end of spec, or up to one that ends with ':'. */
static int add_options(struct parse *parse, struct tel_field *field,
                       struct tel_span *spec, bool until_colon)
{
    bool last = false;

    field->first_option = parse->policy->nitems;
    while (!last) {
        struct tel_span word = tel_span_word(spec);
        int r;

        if (word.len == 0 && !until_colon && field->options > 0) {
            return 0;
        }
        if (until_colon && word.len > 0 && word.at[word.len - 1] == ':') {
            word.len--;
            last = true;
            if (word.len == 0 && field->options > 0) {
                return 0;
            }
        }
        if (!option_valid(word)) {
            return parse_fail(parse,
                              until_colon
                                  ? "expected 'word OPTION...: VALUE...', not"
                                  : "expected 'flag OPTION...', not",
                              word);
        }
        r = add_item(parse, word, &field->options);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

static int add_values(struct parse *parse, struct tel_field *field,
                      struct tel_span *spec)
{
    field->first_value = parse->policy->nitems;
    for (;;) {
        struct tel_span word = tel_span_word(spec);
        int r;

        if (word.len == 0) {
            break;
        }
        if (!value_valid(word)) {
            return parse_fail(parse, "not a value that could be sent", word);
        }
        if (tel_span_is(word, "other")) {
            return parse_fail(parse, "'other' stands for what is not listed",
                              (struct tel_span){NULL, 0});
        }
        r = add_item(parse, word, &field->values);
        if (r < 0) {
            return r;
        }
    }
    if (field->values == 0) {
        return parse_fail(parse, "no values are listed for", parse->ini.key);
    }
    return 0;
}

static int nothing_more(struct parse *parse, struct tel_span spec)
{
    struct tel_span word = tel_span_word(&spec);

    return word.len == 0 ? 0 : parse_fail(parse, "did not expect", word);
}

static int parse_kind(struct parse *parse, struct tel_field *field,
                      struct tel_span spec)
{
    struct tel_span kind = tel_span_word(&spec);
    struct tel_span rest = spec;
    int r;

    if (tel_span_is(kind, "word")) {
        field->kind = TEL_FIELD_WORD;
        r = add_options(parse, field, &spec, true);
        return r < 0 ? r : add_values(parse, field, &spec);
    }
    if (tel_span_is(kind, "runtime:")) {
        field->kind = TEL_FIELD_RUNTIME;
        return add_values(parse, field, &spec);
    }
    if (tel_span_is(kind, "count") || tel_span_is(kind, "ratio")) {
        field->kind =
            tel_span_is(kind, "count") ? TEL_FIELD_COUNT : TEL_FIELD_RATIO;
        return nothing_more(parse, spec);
    }
    if (!tel_span_is(kind, "flag")) {
        return parse_fail(parse, "not a kind of field", kind);
    }
    if (tel_span_is(tel_span_word(&rest), "@terminal")) {
        field->kind = TEL_FIELD_TERMINAL;
        return nothing_more(parse, rest);
    }
    field->kind = TEL_FIELD_FLAG;
    return add_options(parse, field, &spec, false);
}

static int parse_ms(struct parse *parse, struct tel_span value)
{
    struct tel_coarse *coarse = &parse->policy->coarse;

    if (parse->has_ms) {
        return parse_fail(parse, "given twice", parse->ini.key);
    }
    parse->has_ms = true;
    if (tel_span_is(value, "rounded")) {
        coarse->ms = TEL_MS_ROUNDED;
    } else if (tel_span_is(value, "bucket")) {
        coarse->ms = TEL_MS_BUCKET;
    } else if (tel_span_is(value, "off")) {
        coarse->ms = TEL_MS_OFF;
    } else {
        return parse_fail(parse, "ms is rounded, bucket or off, not", value);
    }
    return 0;
}

static int parse_exit(struct parse *parse, struct tel_span value)
{
    struct tel_coarse *coarse = &parse->policy->coarse;

    if (parse->has_exit) {
        return parse_fail(parse, "given twice", parse->ini.key);
    }
    parse->has_exit = true;
    if (tel_span_is(value, "code")) {
        coarse->exit = TEL_EXIT_CODE;
        return 0;
    }
    if (tel_span_is(value, "class")) {
        coarse->exit = TEL_EXIT_CLASS;
        return 0;
    }
    if (tel_span_is(value, "off")) {
        coarse->exit = TEL_EXIT_OFF;
        return 0;
    }
    coarse->exit = TEL_EXIT_LIST;
    coarse->exit_codes[0] = 1; /* success is no error, listed or not */
    for (unsigned n = 0;; n++) {
        struct tel_span word = tel_span_word(&value);
        uint64_t code;

        if (word.len == 0 && n > 0) {
            return 0;
        }
        if (!tel_text_parse(word.at, word.len, 255, &code)) {
            return parse_fail(
                parse, "exit is code, class, off or a list of codes, not",
                word);
        }
        coarse->exit_codes[code / 8] |= (uint8_t)(1U << (code % 8));
    }
}

static int parse_crash(struct parse *parse, struct tel_span value)
{
    if (parse->crash.len > 0) {
        return parse_fail(parse, "given twice", parse->ini.key);
    }
    if (!tel_span_is(value, "on") && !tel_span_is(value, "off")) {
        return parse_fail(parse, "crash is on or off, not", value);
    }
    parse->crash = parse_str(parse, value);
    parse->policy->crash = tel_span_is(value, "on");
    return 0;
}

static int parse_build_ids(struct parse *parse, struct tel_span value)
{
    struct tel_policy *policy = parse->policy;

    for (unsigned n = 0;; n++) {
        struct tel_span word = tel_span_word(&value);

        if (word.len == 0 && n > 0) {
            return 0;
        }
        if (!build_id_valid(word)) {
            return parse_fail(parse, "not a build-id (16 to 64 digits 0-9 a-f)",
                              word);
        }
        if (policy->nbuild_ids == TEL_BUILD_IDS_MAX) {
            return parse_fail(parse, "too many build-ids", word);
        }
        policy->build_ids[policy->nbuild_ids++] = parse_str(parse, word);
    }
}

int parse_field(struct parse *parse)
{
    struct tel_policy *policy = parse->policy;
    struct tel_span key = parse->ini.key;
    struct tel_field *field;
    int r;

    if (tel_span_is(key, "ms")) {
        return parse_ms(parse, parse->ini.value);
    }
    if (tel_span_is(key, "exit")) {
        return parse_exit(parse, parse->ini.value);
    }
    if (tel_span_is(key, "crash")) {
        return parse_crash(parse, parse->ini.value);
    }
    if (tel_span_is(key, "build-ids")) {
        return parse_build_ids(parse, parse->ini.value);
    }
    if (!tel_key_valid(key.at, key.len)) {
        return parse_fail(parse, "not a name that a field may have", key);
    }
    for (unsigned i = 0; i < policy->nfields; i++) {
        if (span_equal(str_span(policy, policy->fields[i].key), key)) {
            return parse_fail(parse, "given twice", key);
        }
    }
    if (policy->nfields == TEL_FIELDS_MAX) {
        return parse_fail(parse, "too many fields", key);
    }
    field = &policy->fields[policy->nfields];
    memset(field, 0, sizeof(*field));
    field->key = parse_str(parse, key);
    r = parse_kind(parse, field, parse->ini.value);
    if (r < 0) {
        return r;
    }
    policy->nfields++;
    return 0;
}
