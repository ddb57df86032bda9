/* SPDX-License-Identifier: MIT */
/* Who is responsible, where it is explained, and how long it is kept. */
#include "check.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* What is written in the place of an answer. */
static const char *const stand_ins[] = {"?",   "-",       "n/a",   "none",
                                        "tbd", "todo",    "fixme", "unknown",
                                        "xxx", "fill in", NULL};

bool check_is_blank(const struct tel_policy *policy, struct tel_str str)
{
    const char *at = tel_str_at(policy, str);
    size_t len = str.len;

    while (len > 0 && strchr(".!:", at[len - 1]) != NULL)
        len--;
    return len == 0 || check_is_one_of(at, len, stand_ins) ||
           (len > 5 && strncmp(at, "TODO", 4) == 0 &&
            !isalpha((unsigned char)at[4])) ||
           (len > 6 && strncmp(at, "FIXME", 5) == 0 &&
            !isalpha((unsigned char)at[5]));
}

static bool is_https(const char *at, size_t len)
{
    static const char scheme[] = "https://";
    size_t host = 0;

    if (len <= strlen(scheme) || strncasecmp(at, scheme, strlen(scheme)) != 0)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (at[i] <= ' ' || at[i] > '~' || strchr("<>\"`\\", at[i]) != NULL)
            return false;
    }
    at += strlen(scheme);
    len -= strlen(scheme);
    while (host < len && strchr("/?#", at[host]) == NULL)
        host++;
    return host > 2 && memchr(at, '.', host) != NULL && at[0] != '.' &&
           memchr(at, '@', host) == NULL;
}

static void check_source(struct check *check)
{
    const struct tel_policy *policy = check->policy;
    struct tel_str source = policy->source;
    static const char mend[] =
        "name a public page about it: source = https://...";

    if (check_is_blank(policy, source))
        check_found(check, CHECK_SOURCE, source, mend,
                    "no source says where this is explained");
    else if (!is_https(tel_str_at(policy, source), source.len))
        check_found(check, CHECK_SOURCE, source, mend,
                    "the source is not a URL of https: '%s'",
                    tel_cli_str(policy, source));
}

static bool is_contact(const char *at, size_t len)
{
    const char *open = memrchr(at, '<', len);

    if (len > 7 && strncasecmp(at, "mailto:", 7) == 0)
        return check_is_email(at + 7, len - 7);
    /* "Privacy Team <privacy@example.org>" */
    if (open != NULL && at[len - 1] == '>')
        return check_is_email(open + 1, len - (size_t)(open - at) - 2);
    return check_is_email(at, len) || is_https(at, len);
}

static void check_contact(struct check *check)
{
    const struct tel_policy *policy = check->policy;
    struct tel_str contact = policy->contact;
    static const char mend[] = "name an e-mail address or a page where people "
                               "can ask: contact = privacy@...";

    if (check_is_blank(policy, contact))
        check_found(check, CHECK_CONTACT, contact, mend,
                    "no contact says whom to ask");
    else if (!is_contact(tel_str_at(policy, contact), contact.len))
        check_found(check, CHECK_CONTACT, contact, mend,
                    "the contact is neither an e-mail address nor a URL of "
                    "https: '%s'",
                    tel_cli_str(policy, contact));
}

/* A number with days, weeks, months or years behind it, not both zero. */
static bool is_period(const char *at, size_t len)
{
    static const char units[][6] = {"day", "week", "month", "year"};
    const char *end = at + len;

    while (at < end && !check_is_digit(*at))
        at++;
    for (bool some = false; at < end; at++) {
        if (check_is_digit(*at)) {
            some |= *at != '0';
            continue;
        }
        if (*at == ' ' || *at == '\t' || *at == '-')
            continue;
        for (size_t i = 0; some && i < sizeof(units) / sizeof(*units); i++) {
            if ((size_t)(end - at) >= strlen(units[i]) &&
                strncasecmp(at, units[i], strlen(units[i])) == 0)
                return true;
        }
        return false;
    }
    return false;
}

static void check_retention(struct check *check)
{
    const struct tel_policy *policy = check->policy;
    struct tel_str retention = policy->retention;
    static const char mend[] =
        "say how long totals are kept: retention = 365 days";

    if (check_is_blank(policy, retention))
        check_found(check, CHECK_RETENTION, retention, mend,
                    "no retention says how long totals are kept");
    else if (!is_period(tel_str_at(policy, retention), retention.len))
        check_found(check, CHECK_RETENTION, retention, mend,
                    "the retention is no number of days, months or years: "
                    "'%s'",
                    tel_cli_str(policy, retention));
}

void check_people(struct check *check)
{
    const struct tel_policy *policy = check->policy;

    check_source(check);
    if (check_is_blank(policy, policy->controller))
        check_found(check, CHECK_CONTROLLER, policy->controller,
                    "name who receives it: controller = Example Org",
                    "no controller says who is responsible");
    check_contact(check);
    check_retention(check);
}
