/* SPDX-License-Identifier: MIT */
/* Each request of the log: its head, its form, its events, its answer. */
#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* One with a fault is only named, and one that has gone meanwhile is not. */
static int add_policy(struct log_check *check, const struct tel_env *env,
                      const char *name)
{
    struct tel_policy *policy = malloc(sizeof(*policy));
    struct tel_err err = {""};
    int rc;

    if (policy == NULL)
        return -ENOMEM;
    rc = tel_policy_find(env, name, policy, &err);
    if (rc == 0) {
        check->policies[check->npolicies++] = policy;
        return 0;
    }
    free(policy);
    if (rc != -ENOENT)
        tel_cli_bad("%s", err.text[0] != '\0' ? err.text : strerror(-rc));
    return 0;
}

int log_check_open(const struct tel_env *env, struct log_check *ret_check)
{
    struct log_check check = {.policies = NULL};
    struct tel_names names;
    int rc = tel_cli_names(env, &names);

    if (rc < 0)
        return rc;
    check.policies = calloc(names.count + 1, sizeof(*check.policies));
    rc = check.policies != NULL ? 0 : -ENOMEM;
    for (size_t i = 0; rc == 0 && i < names.count; i++)
        rc = add_policy(&check, env, names.names[i]);
    tel_cli_names_free(&names);
    if (rc < 0)
        log_check_close(&check);
    else
        *ret_check = check;
    return rc;
}

void log_check_close(struct log_check *check)
{
    for (size_t i = 0; i < check->npolicies; i++)
        free(check->policies[i]);
    free(check->policies);
    check->policies = NULL;
}

void log_finding(struct log_check *check, unsigned line, const char *format,
                 ...)
{
    char text[1024];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    check->findings++;
    printf("%s:%u: ", TEL_LOG_FILE, line);
    tel_cli_print_bytes(stdout, text, strlen(text));
    putchar('\n');
}

unsigned log_line(const struct tel_sent_request *request, const char *at)
{
    unsigned line = request->line + 1;

    for (const char *p = request->bytes.at; p < at; p++)
        line += *p == '\n';
    return line;
}

const struct tel_policy *log_policy(const struct log_check *check,
                                    struct tel_sent_part id, size_t index)
{
    for (size_t i = 0; i < check->npolicies; i++) {
        const struct tel_policy *policy = check->policies[i];

        if (policy->id.len == id.len &&
            memcmp(tel_str_at(policy, policy->id), id.at, id.len) == 0 &&
            index-- == 0)
            return policy;
    }
    return NULL;
}

static bool part_is(struct tel_sent_part part, const char *string)
{
    return part.len == strlen(string) && memcmp(part.at, string, part.len) == 0;
}

bool log_is_get(const struct tel_sent_request *request)
{
    return part_is(request->method, "GET");
}

/* Where it went, and how. */
static void check_head(struct log_check *check,
                       const struct tel_sent_request *request)
{
    const struct tel_policy *policy = log_policy(check, request->id, 0);
    const char *method;
    const char *endpoint;

    if (policy == NULL) {
        log_finding(check, request->line,
                    "no policy that is installed has the id %.*s",
                    (int)request->id.len, request->id.at);
        return;
    }
    method = policy->method == TEL_GET ? "GET" : "POST";
    if (!part_is(request->method, method))
        log_finding(check, request->line, "sent by %.*s; %s.conf says %s",
                    (int)request->method.len, request->method.at, policy->name,
                    method);
    endpoint = tel_cli_str(policy, policy->endpoint);
    if (!part_is(request->endpoint, endpoint))
        log_finding(check, request->line, "sent to %.*s; %s.conf:%u says %s",
                    (int)request->endpoint.len, request->endpoint.at,
                    policy->name, tel_policy_line(policy, policy->endpoint),
                    endpoint);
}

static bool is_one_of(struct tel_sent_part part, const char *const *strings)
{
    while (*strings != NULL && !part_is(part, *strings))
        strings++;
    return *strings != NULL;
}

/* As sender/log.c has them: "204 accepted over HTTP/2", "no answer, waits". */
static bool is_answer(struct tel_sent_part answer)
{
    static const char *const without[] = {"no answer, waits",
                                          "did not leave, waits", NULL};
    static const char *const verdicts[] = {"accepted",
                                           "refused",
                                           "waits",
                                           "accepted over HTTP/2",
                                           "refused over HTTP/2",
                                           "waits over HTTP/2",
                                           NULL};
    struct tel_sent_part verdict = {answer.at, 0};

    if (is_one_of(answer, without))
        return true;
    if (answer.len <= 4 || answer.at[3] != ' ')
        return false;
    verdict.at += 4;
    verdict.len = answer.len - 4;
    for (int i = 0; i < 3; i++) {
        if (answer.at[i] < '0' || answer.at[i] > '9')
            return false;
    }
    return is_one_of(verdict, verdicts);
}

/* The last may still be on its way; the others are closed by the sender. */
static void check_answer(struct log_check *check, const struct tel_sent *sent,
                         const struct tel_sent_request *request)
{
    if (request->answer.len == 0 && sent->at < sent->len)
        log_finding(check, request->line,
                    "nothing says how it was answered: a damaged log");
    else if (request->answer.len > 0 && !is_answer(request->answer))
        log_finding(check, log_line(request, request->answer.at),
                    "not an answer as tel writes it: %.*s",
                    (int)request->answer.len, request->answer.at);
}

void log_check_all(struct log_check *check, struct tel_sent *sent)
{
    struct tel_sent_request request;

    while (tel_sent_next(sent, &request)) {
        unsigned long before = check->findings;

        if (request.day.len == 0) {
            log_finding(check, request.line,
                        "belongs to no request: a damaged log");
            continue;
        }
        check->requests++;
        check_head(check, &request);
        log_check_form(check, &request);
        log_check_events(check, &request);
        check_answer(check, sent, &request);
        check->explained += check->findings == before;
    }
}
