/* SPDX-License-Identifier: MIT */
/* Dates and times of day, in the forms that logs and programs write. */
#include "pieces.h"

static const char months[] =
    "jan feb mar apr may jun jul aug sep sept oct nov dec january february "
    "march april june july august september october november december";
static const char weekdays[] =
    "mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday "
    "thursday friday saturday sunday";
static const char others[] = "am pm z utc gmt cet cest est edt pst pdt mst "
                             "mdt cst cdt bst ist jst at of";

/* The number made of just count digits at i, or -1. */
static long digits(struct tel_piece p, size_t i, size_t count)
{
    long number = 0;

    for (size_t n = 0; n < count; n++) {
        if (!is_digit(byte_at(p, i + n)))
            return -1;
        number = number * 10 + (p.at[i + n] - '0');
    }
    return number;
}

static bool between(long number, long least, long most)
{
    return number >= least && number <= most;
}

static bool is_year(long number)
{
    return between(number, 1900, 2199);
}

/* "12:30", "12:30:45.123Z", "9:05pm" */
static bool is_clock(struct tel_piece p)
{
    size_t n = piece_run(p, 0, is_digit);

    if (n == 0 || n > 2 || byte_at(p, n) != ':' ||
        !between(digits(p, 0, n), 0, 24) ||
        !between(digits(p, n + 1, 2), 0, 59))
        return false;
    p = piece_from(p, n + 3);
    if (byte_at(p, 0) == ':') {
        if (!between(digits(p, 1, 2), 0, 60))
            return false;
        p = piece_from(p, 3);
        if (byte_at(p, 0) == '.' || byte_at(p, 0) == ',')
            p = piece_from(p, 1 + piece_run(p, 1, is_digit));
    }
    return p.len == 0 || p.at[0] == '+' || p.at[0] == '-' ||
           piece_in(p, "z am pm utc");
}

/* What may follow a date in the same word. */
static bool ends_date(struct tel_piece rest)
{
    char c = byte_at(rest, 0);

    return rest.len == 0 || !(is_alnum(c) || c == '.' || c == '-') ||
           ((c == 'T' || c == 't') && is_digit(byte_at(rest, 1))) ||
           piece_is(rest, "z") || (c == '-' && is_digit(byte_at(rest, 1)));
}

/* "2026-01-31...", "2026/1/31", "2026-W05" */
static bool is_year_first(struct tel_piece p)
{
    char sep = byte_at(p, 4);
    size_t month;
    size_t day;

    if (!is_year(digits(p, 0, 4)) || (sep != '-' && sep != '/'))
        return false;
    if (byte_at(p, 5) == 'W')
        return between(digits(p, 6, 2), 1, 53);
    month = piece_run(p, 5, is_digit);
    if (month == 0 || month > 2 || byte_at(p, 5 + month) != sep ||
        !between(digits(p, 5, month), 1, 12))
        return false;
    day = piece_run(p, 6 + month, is_digit);
    return (day == 1 || day == 2) &&
           between(digits(p, 6 + month, day), 1, 31) &&
           ends_date(piece_from(p, 6 + month + day));
}

/* "31/01/2026", "1.31.2026", "31/Jan/2026:12:30:45" */
static bool is_year_last(struct tel_piece p)
{
    size_t first = piece_run(p, 0, is_digit);
    char sep = byte_at(p, first);
    size_t second;
    size_t year;
    bool named;

    if (first == 0 || first > 2 || (sep != '/' && sep != '-' && sep != '.') ||
        !between(digits(p, 0, first), 1, 31))
        return false;
    second = piece_run(p, first + 1, is_digit);
    named = second == 0;
    if (named) {
        second = piece_run(p, first + 1, is_alpha);
        if (!piece_in(piece(p.at + first + 1, second), months))
            return false;
    } else if (second > 2 || !between(digits(p, first + 1, second), 1, 31)) {
        return false;
    }
    year = first + second + 2;
    if (byte_at(p, year - 1) != sep || !is_year(digits(p, year, 4)))
        return false;
    p = piece_from(p, year + 4);
    return p.len == 0 || !(is_alnum(p.at[0]) || p.at[0] == '.');
}

/* "20260131", "20260131T123045Z", "20260131123045" */
static bool is_compact(struct tel_piece p)
{
    size_t n = piece_run(p, 0, is_digit);

    if ((n != 8 && n != 14 && n != 12) || !is_year(digits(p, 0, 4)) ||
        !between(digits(p, 4, 2), 1, 12) || !between(digits(p, 6, 2), 1, 31))
        return false;
    if (n > 8)
        return p.len == n && between(digits(p, 8, 2), 0, 23) &&
               between(digits(p, 10, 2), 0, 59);
    p = piece_from(p, 8);
    return p.len == 0 ||
           ((p.at[0] == 'T' || p.at[0] == '-' || p.at[0] == '_') &&
            piece_run(p, 1, is_digit) >= 4);
}

/* Seconds, or thousandths, millionths, milliardths of them, since 1970. */
static bool is_epoch(struct tel_piece p)
{
    size_t n = piece_run(p, 0, is_digit);
    size_t end = n;

    if (n != 10 && n != 13 && n != 16 && n != 19)
        return false;
    if (byte_at(p, n) == '.')
        end = n + 1 + piece_run(p, n + 1, is_digit);
    /* From 2001 to 2039. */
    return end == p.len && between(digits(p, 0, 2), 10, 21);
}

bool tel_audit_time_word(struct tel_piece word)
{
    if (word.len < 4 || !is_digit(word.at[0]))
        return false;
    return is_clock(word) || is_year_first(word) || is_year_last(word) ||
           is_compact(word) || is_epoch(word);
}

static bool is_zone(struct tel_piece p)
{
    return (byte_at(p, 0) == '+' || byte_at(p, 0) == '-') && p.len >= 3 &&
           p.len <= 6 && is_digit(p.at[1]);
}

/* "31", "31st" */
static bool is_day(struct tel_piece p)
{
    size_t n = piece_run(p, 0, is_digit);

    return n > 0 && n <= 4 &&
           (n == p.len || piece_in(piece_from(p, n), "st nd rd th"));
}

/* The next word at *at; len 0 where there is none. */
static struct tel_piece next_word(struct tel_piece value, size_t *at)
{
    static const char between_words[] = ",[]()\"'";
    size_t start;

    while (*at < value.len &&
           (is_blank(value.at[*at]) || one_of(value.at[*at], between_words)))
        (*at)++;
    start = *at;
    while (*at < value.len && !is_blank(value.at[*at]) &&
           !one_of(value.at[*at], between_words))
        (*at)++;
    return piece(value.at + start, *at - start);
}

bool tel_audit_time(struct tel_piece value)
{
    bool whole = false;
    bool month = false;
    bool day = false;
    size_t at = 0;

    if (value.len < 4 || value.len > 64)
        return false;
    for (;;) {
        struct tel_piece word = next_word(value, &at);

        if (word.len == 0)
            break;
        if (tel_audit_time_word(word))
            whole = true;
        else if (piece_in(word, months))
            month = true;
        else if (is_day(word))
            day = true;
        else if (!piece_in(word, weekdays) && !piece_in(word, others) &&
                 !is_zone(word))
            return false;
    }
    return whole || (month && day);
}
