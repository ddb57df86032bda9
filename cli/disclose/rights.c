/* SPDX-License-Identifier: MIT */
/* What a disclosure says: turning it off, who receives it, what they see. */
#include <string.h>

#include "doc.h"

/* "before NAME after", the middle as tel's own commands are told. */
static void item_with_name(struct doc *doc, const char *before,
                           const char *after)
{
    doc_item(doc);
    doc_text(doc, before);
    doc_text(doc, doc->name);
    doc_text(doc, after);
}

static void say_off(struct doc *doc, const struct tel_policy *policy)
{
    disclose_heading(doc, "How to turn it off");
    item_with_name(doc, "`tel off ",
                   "` for your account, wherever it is run from; what waits "
                   "to be sent is removed. `tel off --all` for every tool, "
                   "those installed later too.");
    doc_item(doc);
    doc_text(doc, "The environment variable ");
    doc_policy_code(doc, policy, policy->disable);
    doc_text(doc, ", set and not empty, for this tool.");
    disclose_item(
        doc, "The environment variable `DO_NOT_TRACK`, set and not empty, for "
             "every tool.");
    disclose_item(
        doc, "The administrator ends it for everyone with `collect = no` in "
             "tel's machine policy, `tel.conf`.");
    doc_paragraph(doc);
    doc_text(doc, "Variables do not reach where another environment is made: "
                  "under sudo, in cron jobs, in a desktop session that does "
                  "not read your shell's files, in systemd units. There it is "
                  "your word that counts, `tel off`, said by the account that "
                  "runs the tool (under sudo: root).");
}

static void say_off_by_itself(struct doc *doc, const struct tel_policy *policy)
{
    const char *name;

    disclose_heading(doc, "Where it is off by itself");
    disclose_item(doc, "In privileged processes (setuid and the like).");
    doc_item(doc);
    doc_text(doc, "In continuous integration, that is where one of these "
                  "variables is set and not empty: ");
    for (size_t i = 0; (name = tel_env_ci_name(i)) != NULL; i++) {
        doc_text(doc, i > 0 ? ", " : "");
        doc_code(doc, name);
    }
    doc_text(doc, ".");
    disclose_item(doc,
                  "After a change of where events go, or a new kind of data in "
                  "them, until you are asked again.");
    if (policy->consent == TEL_OPT_OUT_DEFAULT)
        disclose_item(doc,
                      "As long as you have said nothing: under sudo, doas or "
                      "pkexec, and without a terminal on which the notice has "
                      "been shown.");
}

/* The host in the endpoint, without its port. */
static struct tel_str host_of(const struct tel_policy *policy)
{
    struct tel_str host = policy->endpoint;
    const char *at = tel_str_at(policy, host);
    const char *start = memmem(at, host.len, "://", 3);
    uint16_t skip = start != NULL ? (uint16_t)(start + 3 - at) : 0;
    bool bracket;

    host.at = (uint16_t)(host.at + skip);
    host.len = (uint16_t)(host.len - skip);
    at += skip;
    bracket = host.len > 0 && *at == '[';
    for (uint16_t i = 0; i < host.len; i++) {
        if (at[i] == ']')
            bracket = false;
        if (!bracket && strchr(":/?", at[i]) != NULL)
            host.len = i;
    }
    return host;
}

/* A URL of https or an e-mail address, in ASCII and without a blank. */
static bool is_link(const struct tel_policy *policy, struct tel_str str)
{
    const char *at = tel_str_at(policy, str);
    const char *sign = memchr(at, '@', str.len);
    bool url = str.len > 8 && memcmp(at, "https://", 8) == 0;
    bool mail = sign != NULL && sign > at && memchr(at, ':', str.len) == NULL &&
                memchr(sign, '.', str.len - (size_t)(sign - at)) != NULL;

    for (size_t i = 0; i < str.len; i++) {
        if (at[i] <= ' ' || at[i] > '~')
            return false;
    }
    return (url || mail) && str.len <= TEL_ENDPOINT_MAX;
}

/* A part that the policy may leave open: then that is said. */
static void item_part(struct doc *doc, const struct tel_policy *policy,
                      const char *label, struct tel_str str,
                      const char *missing)
{
    doc_item(doc);
    doc_text(doc, label);
    if (is_link(policy, str))
        doc_link(doc, tel_cli_str(policy, str));
    else if (str.len > 0)
        doc_policy(doc, policy, str);
    else
        doc_text(doc, missing);
}

static void say_who(struct doc *doc, const struct tel_policy *policy)
{
    disclose_heading(doc, "Who receives it");
    item_part(doc, policy, "Responsible: ", policy->controller, "not named");
    item_part(doc, policy, "Whom to ask: ", policy->contact, "not named");
    item_part(doc, policy, "How long totals are kept: ", policy->retention,
              "not said");
    doc_item(doc);
    doc_text(doc, "Where it is sent: ");
    doc_policy_code(doc, policy, policy->endpoint);
    doc_text(doc, policy->method == TEL_GET
                      ? " (GET, one request for each event)"
                      : " (POST, several events in one request)");
    doc_text(doc, ", on the host ");
    doc_policy_code(doc, policy, host_of(policy));
    item_part(doc, policy, "Where it is explained: ", policy->source,
              "not named");
}

static void say_visible(struct doc *doc, const struct tel_policy *policy)
{
    disclose_heading(doc, "What cannot be hidden");
    disclose_item(doc,
                  "The receiver and the network see your machine's address, as "
                  "with every request.");
    disclose_item(
        doc, "The network sees the name of the receiver's host, when it is "
             "looked up and when it is connected to.");
    disclose_item(
        doc, "When a request arrives shows that the tool was used within the "
             "last interval (15 minutes, if it is not set otherwise; the "
             "moment within it is drawn at random).");
    if (policy->method == TEL_GET)
        disclose_item(doc,
                      "Events are sent by GET, so they are part of the URL; "
                      "proxies and servers on the way may keep URLs in their "
                      "logs.");
    if (memcmp(tel_str_at(policy, policy->endpoint), "https", 5) != 0)
        disclose_item(doc,
                      "Events are sent without encryption, to this machine "
                      "itself.");
    doc_paragraph(doc);
    doc_text(doc, "What was sent cannot be called back: no event says whose "
                  "it is. `tel off` ends it from then on.");
}

static void say_see(struct doc *doc)
{
    disclose_heading(doc, "How to see it yourself");
    item_with_name(doc, "`tel preview ",
                   " ARG...` prints the request that a command line would "
                   "cause, and sends nothing.");
    disclose_item(
        doc, "`tel log` prints every request that has left, byte for byte.");
    item_with_name(doc, "`tel status ",
                   "` says whether it is on, by which rule, and what waits.");
}

void disclose_rights(struct doc *doc, const struct tel_policy *policy)
{
    say_off(doc, policy);
    say_off_by_itself(doc, policy);
    say_who(doc, policy);
    say_visible(doc, policy);
    say_see(doc);
}
