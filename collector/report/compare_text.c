/* SPDX-License-Identifier: MIT */
/* compare_text: a finding as a sentence. */
#include "compare.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

struct sentence {
    char *buf;
    size_t len;
};

__attribute__((format(printf, 2, 3))) static void say(struct sentence *s,
                                                      const char *format, ...)
{
    size_t room = TEL_FINDING_TEXT_MAX + 1 - s->len;
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(s->buf + s->len, room, format, args);
    va_end(args);
    if (len > 0)
        s->len += (size_t)len < room ? (size_t)len : room - 1;
}

static void say_name(struct sentence *s, const char *name)
{
    for (; *name != '\0'; name++)
        say(s, "%c", *name > 0x20 && *name < 0x7f ? *name : '?');
}

/* 6.1 %, and of little one digit more. */
static void say_share(struct sentence *s, double share)
{
    say(s, "%.*f %%", share > 0 && share < 0.01 ? 2 : 1, 100 * share);
}

static void say_points(struct sentence *s, const struct tel_finding *f)
{
    int digits = fabs(f->change) < 0.01 ? 2 : 1;

    say(s, " (%+.*f to %+.*f points)", digits, 100 * f->low, digits,
        100 * f->high);
}

static void say_shares(struct sentence *s, const struct tel_finding *f,
                       const char *what)
{
    say(s, ": ");
    say_share(s, f->before);
    say(s, " -> ");
    say_share(s, f->after);
    say(s, "%s", what);
    say_points(s, f);
}

/* How often, in words. */
static const char *find_words(double ratio, char *buf, size_t size)
{
    if (ratio >= 1.95 && ratio < 2.05)
        return "twice as often";
    if (ratio >= 1.5) {
        (void)snprintf(buf, size, "%.1f times as often", ratio);
        return buf;
    }
    if (ratio >= 0.475 && ratio <= 0.525)
        return "half as often";
    return ratio > 1 ? "more often" : "less often";
}

static void say_failures(struct sentence *s, const struct tel_finding *f,
                         const char *version)
{
    char words[40];

    say(s, " fails %s in ",
        f->before > 0 ? find_words(f->after / f->before, words, sizeof(words))
                      : "more often");
    say_name(s, version);
    say_shares(s, f, "");
}

static void say_duration(struct sentence *s, const struct tel_finding *f,
                         const char *version)
{
    double percent = 100 * (f->change - 1);

    if (f->change >= 1.95)
        say(s, " takes %.1f times as long in ", f->change);
    else if (f->change >= 1)
        say(s, " takes %.0f %% longer in ", percent);
    else
        say(s, " takes %.0f %% less time in ", -percent);
    say_name(s, version);
    say(s, ": ");
    if (f->timed)
        say(s, "p50 %u -> %u ms, p95 %u -> %u ms", f->p50_ms[0], f->p50_ms[1],
            f->p95_ms[0], f->p95_ms[1]);
    else
        say(s, "%.0f -> %.0f ms", f->before, f->after);
    say(s, " (%+.0f to %+.0f %%)", 100 * (f->low - 1), 100 * (f->high - 1));
}

static void say_use(struct sentence *s, const struct tel_finding *f,
                    const char *version)
{
    bool gone = f->kind == TEL_FINDING_GONE;

    if (f->kind == TEL_FINDING_SHARE) {
        say(s, " is used %s in ", f->change > 0 ? "more" : "less");
        say_name(s, version);
        say_shares(s, f, " of all runs");
        return;
    }
    say(s, gone ? " is gone in " : " is new in ");
    say_name(s, version);
    say(s, gone ? ": it was " : ": it is ");
    say_share(s, gone ? f->before : f->after);
    say(s, " of all runs");
    say_points(s, f);
}

static void say_value(struct sentence *s, const struct tel_finding *f,
                      const char *version)
{
    say(s, " has ");
    say_name(s, f->key);
    say(s, " = ");
    say_name(s, f->value);
    say(s, " %s in ", f->change > 0 ? "more often" : "less often");
    say_name(s, version);
    say_shares(s, f, "");
}

size_t tel_finding_text(const struct tel_finding *finding,
                        const struct tel_comparison *comparison,
                        char buf[TEL_FINDING_TEXT_MAX + 1])
{
    static void (*const says[TEL_FINDINGS])(
        struct sentence *, const struct tel_finding *, const char *) = {
        [TEL_FINDING_FAILURES] = say_failures,
        [TEL_FINDING_DURATION] = say_duration,
        [TEL_FINDING_SHARE] = say_use,
        [TEL_FINDING_NEW] = say_use,
        [TEL_FINDING_GONE] = say_use,
        [TEL_FINDING_VALUE] = say_value,
    };
    struct sentence s = {.buf = buf};

    buf[0] = '\0';
    say_name(&s, finding->event);
    says[finding->kind](&s, finding, comparison->after);
    return s.len;
}
