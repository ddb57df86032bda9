/* SPDX-License-Identifier: MIT */
/* Dates and times of day, in the forms that logs and programs write. */
#include "pieces.h"

static const char months[] =
    "jan feb mar apr may jun jul aug sep sept oct nov dec january february "
    "march april june july august september october november december "
    /* German, Dutch, Scandinavian */
    "januar februar märz mrz mai juni juli oktober okt dezember dez januari "
    "februari maart mrt mei augustus februari mars maj marts augusti "
    /* French, Spanish, Portuguese, Italian */
    "janvier février fevrier avril juin juillet août aout septembre octobre "
    "novembre décembre decembre janv févr avr juil déc enero febrero marzo "
    "abril mayo junio julio agosto septiembre setiembre octubre noviembre "
    "diciembre ene abr ago dic janeiro fevereiro março marco maio junho julho "
    "setembro outubro novembro dezembro fev set out gennaio febbraio aprile "
    "maggio giugno luglio settembre ottobre dicembre gen mag giu lug ott "
    /* Polish, Czech, Turkish, Indonesian */
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września "
    "października listopada grudnia ledna února března dubna května června "
    "července srpna září října listopadu prosince ocak şubat nisan mayıs "
    "haziran temmuz ağustos eylül ekim kasım aralık januari maret agustus "
    "desember "
    /* Russian, Ukrainian */
    "января февраля марта апреля мая июня июля августа сентября октября "
    "ноября декабря янв фев апр июн июл авг сен окт ноя дек січня лютого "
    "березня квітня травня червня липня серпня вересня жовтня листопада "
    "грудня";
static const char english[] = "jan feb mar apr may jun jul aug sep oct nov dec";
static const char weekdays[] =
    "mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday "
    "thursday friday saturday sunday mo di mi do fr sa so montag dienstag "
    "mittwoch donnerstag freitag samstag sonnabend sonntag lundi mardi "
    "mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim "
    "lunes martes miércoles miercoles jueves viernes sábado domingo mié jue "
    "vie sáb dom segunda terça quarta quinta sexta lunedì martedì mercoledì "
    "giovedì venerdì sabato domenica maandag dinsdag woensdag donderdag "
    "vrijdag zaterdag zondag måndag tisdag onsdag torsdag fredag lördag söndag "
    "poniedziałek wtorek środa czwartek piątek sobota niedziela понедельник "
    "вторник среда четверг пятница суббота воскресенье пн вт ср чт пт сб вс";
static const char others[] =
    "am pm a.m p.m z utc gmt cet cest est edt pst pdt mst mdt cst cdt bst ist "
    "jst msk at of um uhr de del a à las los le den der il klo kl г г. года в";

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
        return between(digits(p, 6, 2), 1, 53) && ends_date(piece_from(p, 8));
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
        return between(digits(p, 8, 2), 0, 23) &&
               between(digits(p, 10, 2), 0, 59) &&
               /* "20260131123045.0Z", as directories write it */
               (p.len == n || byte_at(p, p.len - 1) == 'Z');
    p = piece_from(p, 8);
    return p.len == 0 ||
           ((p.at[0] == 'T' || p.at[0] == '-' || p.at[0] == '_') &&
            piece_run(p, 1, is_digit) >= 4);
}

/* Sizes and frequencies: of a power of two, or with many zeros. */
bool tel_audit_is_round(struct tel_piece p)
{
    uint64_t number = 0;

    for (size_t i = 0; i < p.len; i++)
        number = number * 10 + (uint64_t)(p.at[i] - '0');
    return number % 4096 == 0 || number % 65536 == 65535 ||
           number % 1000000 == 0;
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
    return end == p.len && between(digits(p, 0, 2), 10, 21) &&
           (n > 10 || !tel_audit_is_round(piece(p.at, n)));
}

bool tel_audit_time_word(struct tel_piece word)
{
    if (word.len > 5 && word.at[0] == 'T')
        return is_clock(piece_from(word, 1)) && byte_at(word, 3) == ':';
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

/* "31", "31.", "31st" */
static bool is_day(struct tel_piece p)
{
    size_t n = piece_run(p, 0, is_digit);

    return n > 0 && n <= 4 &&
           (n == p.len || piece_in(piece_from(p, n), ". st nd rd th º er"));
}

/* "11/25/26", "25.11.26", "25-Nov-26": a date beside a time of day. */
static bool is_short_date(struct tel_piece p)
{
    size_t first = piece_run(p, 0, is_digit);
    char sep = byte_at(p, first);
    size_t second = piece_run(p, first + 1, is_digit);

    if (second == 0) {
        second = piece_run(p, first + 1, is_alpha);
        if (!piece_in(piece(p.at + first + 1, second), months))
            return false;
    }
    return first > 0 && first < 3 && second > 0 && second < 4 &&
           one_of(sep, "/.-") && between(digits(p, 0, first), 1, 31) &&
           (is_alpha(p.at[first + 1]) ||
            between(digits(p, first + 1, second), 1, 31)) &&
           byte_at(p, first + 1 + second) == sep &&
           piece_run(p, first + second + 2, is_digit) == 2 &&
           first + second + 4 == p.len;
}

/* "09.31", "09.31.07.000000": only beside a date. */
static bool is_dotted_clock(struct tel_piece p)
{
    return p.len > 4 && p.at[2] == '.' && between(digits(p, 0, 2), 0, 23) &&
           between(digits(p, 3, 2), 0, 59) && piece_run(p, 5, is_digit) <= 2;
}

/* Blanks that are not ASCII: no-break, and narrow as in "9:31 AM". */
static size_t wide_blank(struct tel_piece p, size_t at)
{
    if (piece_begins(piece_from(p, at), "\xe2\x80\xaf"))
        return 3;
    return piece_begins(piece_from(p, at), "\xc2\xa0") ? 2 : 0;
}

static size_t blank_len(struct tel_piece p, size_t at)
{
    char c = byte_at(p, at);

    if (is_blank(c) || one_of(c, ",[]()\"'"))
        return 1;
    return (unsigned char)c >= 0x80 ? wide_blank(p, at) : 0;
}

/* The next word at *at; len 0 where there is none. */
static struct tel_piece next_word(struct tel_piece value, size_t *at)
{
    size_t start;

    while (*at < value.len && blank_len(value, *at) > 0)
        *at += blank_len(value, *at);
    start = *at;
    while (*at < value.len && blank_len(value, *at) == 0)
        (*at)++;
    return piece(value.at + start, *at - start);
}

/* Whether one of the units follows a digit, and is not "時間", a duration. */
static bool has_unit(struct tel_piece value, const char *const units[],
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t at = piece_find(value, units[i]);
        struct tel_piece after =
            piece_from(value, at < value.len ? at + strlen(units[i]) : at);

        if (at > 0 && at < value.len &&
            (is_digit(value.at[at - 1]) || is_blank(value.at[at - 1])) &&
            !piece_begins(after, "間") && !piece_begins(after, "间") &&
            !piece_begins(after, "간"))
            return true;
    }
    return false;
}

/* "2026年11月25日", "11월 25일 오후 2:05", "14時05分" */
static bool is_east_asian(struct tel_piece value)
{
    static const char *const month[] = {"月", "월"};
    static const char *const day[] = {"日", "일", "号", "號"};
    static const char *const hour[] = {"時", "时", "点", "點", "시"};
    static const char *const minute[] = {"分", "분"};
    static const char *const halves[] = {"午前", "午後", "上午",
                                         "下午", "오전", "오후"};

    if (has_unit(value, month, 2) &&
        (has_unit(value, day, 4) || piece_has(value, "年") ||
         piece_has(value, "년")))
        return true;
    if (has_unit(value, hour, 5) && has_unit(value, minute, 2))
        return true;
    for (size_t i = 0; i < sizeof(halves) / sizeof(halves[0]); i++) {
        if (piece_begins(value, halves[i]) &&
            is_clock(piece_trim(piece_from(value, strlen(halves[i])))))
            return true;
    }
    return false;
}

/* What a value's words are; a date may need several of them. */
struct times {
    bool whole; /* also a time of day alone */
    bool month;
    bool long_month; /* "set", "out" and "gen" are words as well */
    unsigned days;   /* or years */
    bool clock;
    bool year;
    bool date; /* a short one, not enough without a time of day */
};

static bool is_no_digit(char c)
{
    return !is_digit(c);
}

static bool take_word(struct times *times, struct tel_piece word)
{
    if (tel_audit_time_word(word)) {
        times->whole = true;
        times->clock = true;
    } else if (is_short_date(word)) {
        times->date = true;
    } else if (is_dotted_clock(word)) {
        times->clock = true;
    } else if (is_day(word)) {
        times->days++;
        times->year = times->year || is_year(digits(word, 0, 4));
    } else if (piece_run(word, 0, is_no_digit) < word.len) {
        return is_zone(word);
    } else if (piece_in(word, months)) {
        times->month = true;
        times->long_month = word.len > 3 || piece_in(word, english);
    } else {
        return piece_in(word, weekdays) || piece_in(word, others);
    }
    return true;
}

static bool has_wide(struct tel_piece value)
{
    for (size_t i = 0; i < value.len; i++) {
        if ((unsigned char)value.at[i] >= 0xe3)
            return true;
    }
    return false;
}

bool tel_audit_time(struct tel_piece value)
{
    struct times times = {0};
    size_t at = 0;
    unsigned words = 0;
    bool strange = false;

    if (value.len < 4 || value.len > 64)
        return false;
    if (piece_run(value, 0, is_no_digit) == value.len)
        return false;
    if (has_wide(value))
        return is_east_asian(value);
    for (;;) {
        struct tel_piece word = next_word(value, &at);

        if (word.len == 0)
            break;
        words++;
        /* "Mi.", "nov." */
        if (word.len > 2 && word.at[word.len - 1] == '.' &&
            !is_digit(word.at[0]) && word.at[1] != '.')
            word.len--;
        /* The first may be the day of the week, in any language. */
        if (!take_word(&times, word)) {
            if (words > 1 || piece_run(word, 0, is_no_digit) < word.len)
                return false;
            strange = true;
        }
    }
    if (strange)
        return times.month && times.days > 0 && times.year && !times.date;
    return times.whole ||
           (times.month && times.days > 0 && (times.long_month || words > 2)) ||
           (times.date && times.clock) ||
           /* "2026. 11. 25." */
           (times.year && times.days == 3 && words == 3);
}
