/* SPDX-License-Identifier: MIT */
/* Fields that could hold what is a person's: by key, option and value. */
#include "check.h"

#include <string.h>

static const char mend_person[] =
    "take the field out; if it tells a kind or yes or no, name it after that";
static const char mend_content[] =
    "take the field out; to know whether the option is used, make it a flag";
static const char mend_time[] =
    "take the field out: an event holds no time of day and no date";
static const char mend_value[] =
    "list only words that are the same for everybody";

/* What a field is about, by the first name that says the worst. */
struct about {
    enum check_sense sense;
    const char *why;
    struct tel_str name;
    bool option;
};

static bool is_long(const struct tel_policy *policy, struct tel_str option)
{
    const char *at = tel_str_at(policy, option);

    /* "-type" of find and "-vcodec" of ffmpeg are long ones as well. */
    return option.len > 2 && (at[1] == '-' || option.len > 3);
}

static bool has_long_option(const struct tel_policy *policy,
                            const struct tel_field *field)
{
    for (unsigned i = 0; i < field->options; i++) {
        if (is_long(policy, policy->items[field->first_option + i]))
            return true;
    }
    return false;
}

static bool lists_formats(const struct tel_policy *policy,
                          const struct tel_field *field)
{
    for (unsigned i = 0; i < field->values; i++) {
        struct tel_str value = policy->items[field->first_value + i];

        if (!check_is_format(tel_str_at(policy, value), value.len))
            return false;
    }
    return field->values > 0;
}

static enum check_sense sense_of(const struct tel_policy *policy,
                                 const struct tel_field *field,
                                 struct tel_str name, const char **ret_why)
{
    const char *at = tel_str_at(policy, name);
    bool word = field->kind == TEL_FIELD_WORD;
    enum check_sense sense;

    /* An option that is listed as "-m=" takes the same. */
    name.len -= name.len > 1 && at[name.len - 1] == '=';
    /* git's -m, and that of many after it; a long option would say more. */
    if (name.len == 2 && memcmp(at, "-m", 2) == 0 &&
        !has_long_option(policy, field)) {
        *ret_why = "a message";
        sense = SENSE_CONTENT;
    } else {
        sense = check_sense((struct check_name){at, name.len, word}, ret_why);
    }
    return sense == SENSE_OUTPUT && lists_formats(policy, field) ? SENSE_NONE
                                                                 : sense;
}

static void take_worse(const struct tel_policy *policy,
                       const struct tel_field *field, struct tel_str name,
                       bool option, struct about *about)
{
    const char *why = NULL;
    enum check_sense sense = sense_of(policy, field, name, &why);

    if (sense != SENSE_NONE &&
        (about->sense == SENSE_NONE || sense < about->sense))
        *about = (struct about){sense, why, name, option};
}

/*
 * Whether what a key is about counts. A person or a time does whatever kind
 * the field is of, for the key is what everybody reads who sees the totals; but
 * of a flag, of which only yes or no can leave, only where it is the whole key
 * ("user", and not "hide_user"). Content does where no long option says better
 * what is read: "msgs = word --message-format: short long".
 */
static bool key_counts(const struct tel_policy *policy,
                       const struct tel_field *field, enum check_sense sense)
{
    bool word = field->kind == TEL_FIELD_WORD;
    bool number =
        field->kind == TEL_FIELD_COUNT || field->kind == TEL_FIELD_RATIO;

    if (sense == SENSE_PERSON || sense == SENSE_TIME)
        return word || number ||
               memchr(tel_str_at(policy, field->key), '_', field->key.len) ==
                   NULL;
    return sense != SENSE_NONE && word &&
           (sense == SENSE_SECRET || !has_long_option(policy, field));
}

/* The worst that a key or an option says; of a flag no option says what is
 * read. */
static struct about find_about(const struct tel_policy *policy,
                               const struct tel_field *field)
{
    struct about about = {.sense = SENSE_NONE};
    struct about key = {.sense = SENSE_NONE};

    if (field->kind == TEL_FIELD_WORD) {
        for (unsigned i = 0; i < field->options; i++)
            take_worse(policy, field, policy->items[field->first_option + i],
                       true, &about);
    }
    take_worse(policy, field, field->key, false, &key);
    if (key_counts(policy, field, key.sense) &&
        (about.sense == SENSE_NONE || key.sense < about.sense))
        return key;
    return about;
}

static void check_names(struct check *check, const struct tel_field *field)
{
    static const struct {
        enum check_item item;
        const char *mend;
    } items[] = {
        [SENSE_SECRET] = {CHECK_CONTENT, mend_content},
        [SENSE_PERSON] = {CHECK_PERSONAL, mend_person},
        [SENSE_TIME] = {CHECK_TIMESTAMPS, mend_time},
        [SENSE_CONTENT] = {CHECK_CONTENT, mend_content},
        [SENSE_OUTPUT] = {CHECK_CONTENT, mend_content},
    };
    const struct tel_policy *policy = check->policy;
    struct about about = find_about(policy, field);

    if (about.sense == SENSE_NONE)
        return;
    check_found(check, items[about.sense].item, field->key,
                items[about.sense].mend,
                about.option ? "the field '%s' reads %s, which takes %s"
                             : "the field '%s' (%s) is named after %s",
                tel_cli_str(policy, field->key),
                tel_cli_str(policy, about.name), about.why);
}

static void check_value(struct check *check, const struct tel_field *field,
                        struct tel_str value)
{
    const struct tel_policy *policy = check->policy;
    const char *at = tel_str_at(policy, value);
    enum check_item item = CHECK_TIMESTAMPS;
    const char *what = check_shape_time(at, value.len);

    if (what == NULL) {
        item = CHECK_PERSONAL;
        what = check_shape_address(at, value.len);
    }
    if (what == NULL)
        what = check_shape_identifier(at, value.len);
    if (what == NULL && check_has_given_name(at, value.len))
        what = "a person's name";
    if (what != NULL)
        check_found(check, item, field->key, mend_value,
                    "the field '%s' lists '%s', which looks like %s",
                    tel_cli_str(policy, field->key), tel_cli_str(policy, value),
                    what);
}

/* "-u=alice"; not "--color=", which only says where a value would stand. */
static bool has_value(const char *at, size_t len)
{
    const char *equals = memchr(at, '=', len);

    return equals != NULL && equals + 1 < at + len;
}

/* An option that names more than itself: --to=me@example.org. */
static void check_option(struct check *check, struct tel_str option)
{
    const struct tel_policy *policy = check->policy;
    const char *at = tel_str_at(policy, option);
    const char *what = check_shape_inside(at, option.len);

    if (what != NULL)
        check_found(check, CHECK_PERSONAL, option, mend_value,
                    "the option '%s' holds what looks like %s",
                    tel_cli_str(policy, option), what);
    else if (has_value(at, option.len))
        check_found(check, CHECK_CONTENT, option,
                    "list the option alone; values are listed by a word field",
                    "the option '%s' asks for one value of it",
                    tel_cli_str(policy, option));
}

static void check_key(struct check *check, const struct tel_field *field)
{
    const struct tel_policy *policy = check->policy;
    const char *at = tel_str_at(policy, field->key);

    if (check_has_given_name(at, field->key.len) ||
        check_digits(at, field->key.len) >= 5)
        check_found(check, CHECK_PERSONAL, field->key, mend_value,
                    "the field's name '%s' looks like that of a person",
                    tel_cli_str(policy, field->key));
}

void check_fields(struct check *check)
{
    const struct tel_policy *policy = check->policy;

    for (unsigned i = 0; i < policy->nfields; i++) {
        const struct tel_field *field = &policy->fields[i];

        check_names(check, field);
        check_key(check, field);
        for (unsigned n = 0; n < field->values; n++)
            check_value(check, field, policy->items[field->first_value + n]);
        for (unsigned n = 0; n < field->options; n++)
            check_option(check, policy->items[field->first_option + n]);
    }
    for (unsigned i = 0; i < policy->nvalue_options; i++)
        check_option(check, policy->value_options[i].option);
}
