/* SPDX-License-Identifier: MIT */
/* What people and programs write in words: names, errors, sentences. */
#include "pieces.h"

#include <stdlib.h>

/* First names that are common in several countries; none is a common word. */
static const char first_names[] =
    "james john robert michael david william richard joseph thomas charles "
    "christopher daniel matthew anthony donald steven paul andrew joshua "
    "kenneth kevin brian george edward ronald timothy jason jeffrey ryan "
    "jacob gary nicholas eric jonathan stephen larry justin scott brandon "
    "benjamin samuel gregory frank alexander raymond patrick jack dennis jerry "
    "tyler aaron jose henry adam douglas nathan peter zachary kyle walter "
    "ethan jeremy harold keith christian roger noah gerald carl terry sean "
    "arthur austin jesse bob bobby dylan bryan billy joe bruce gabriel logan "
    "alan juan mary patricia jennifer linda elizabeth barbara susan jessica "
    "sarah karen lisa nancy betty margaret sandra ashley kimberly emily donna "
    "michelle carol amanda dorothy melissa deborah stephanie rebecca sharon "
    "laura cynthia kathleen amy angela shirley anna brenda pamela emma nicole "
    "helen samantha katherine christine debra rachel carolyn janet catherine "
    "maria heather diane ruth julie olivia joyce virginia victoria kelly "
    "lauren christina joan evelyn judith megan andrea cheryl hannah jacqueline "
    "martha gloria teresa ann sara madison frances kathryn janice jean alice "
    "abigail julia judy sophia denise amber doris marilyn danielle beverly "
    "isabella theresa diana natalie brittany charlotte marie kayla alexis lori "
    "jane eve mallory trent oscar ivan sven lars hans klaus jurgen wolfgang "
    "stefan andreas matthias florian sebastian tobias jan piotr pawel "
    "krzysztof anna katarzyna marta giulia marco luca francesco giovanni "
    "alessandro pierre jacques francois camille chloe carlos miguel javier "
    "pedro ana lucia carmen joao mateus rafael fernanda yuki hiroshi kenji "
    "sakura wei ming mei priya rahul arjun ananya ahmed mohammed fatima omar "
    "aisha layla dmitri sergei olga natasha vladimir elena igor bjorn ingrid "
    "astrid erik niels anders jens karin birgit ursula heike dieter ada grace "
    "linus ken dennis margaret";

static const char small_words[] =
    "the a an to of in is are was my your for with how what why when where who "
    "not and or can i it this that do does did please from on at be have has "
    "der die das und ist nicht le la les des est el los un une para por";

/* The next word between blanks from *at on; len 0 at the end. */
static struct tel_piece next_word(struct tel_piece value, size_t *at)
{
    size_t start;

    while (*at < value.len && is_blank(value.at[*at]))
        (*at)++;
    start = *at;
    while (*at < value.len && !is_blank(value.at[*at]))
        (*at)++;
    return piece(value.at + start, *at - start);
}

/* A decimal number of at least this many places, at *at. */
static bool take_decimal(struct tel_piece value, size_t *at, size_t places,
                         double limit)
{
    char text[24];
    size_t start = *at;
    size_t i = *at;
    size_t whole;
    size_t part;

    if (byte_at(value, i) == '-' || byte_at(value, i) == '+')
        i++;
    whole = piece_run(value, i, is_digit);
    if (whole == 0 || whole > 3 || byte_at(value, i + whole) != '.')
        return false;
    part = piece_run(value, i + whole + 1, is_digit);
    i += whole + 1 + part;
    if (part < places || i - start >= sizeof(text))
        return false;
    memcpy(text, value.at + start, i - start);
    text[i - start] = '\0';
    *at = i;
    return strtod(text, NULL) >= -limit && strtod(text, NULL) <= limit;
}

/* "52° 31' N": the sign of a degree in UTF-8, and a direction. */
static bool is_degrees(struct tel_piece value)
{
    size_t sign = piece_find(value, "\xc2\xb0");

    return sign > 0 && sign < value.len && is_digit(value.at[sign - 1]) &&
           (piece_has(value, "N") || piece_has(value, "S")) &&
           (piece_has(value, "E") || piece_has(value, "W"));
}

/* How many digits there are before the point. */
static size_t whole_digits(struct tel_piece text, size_t at)
{
    at += byte_at(text, at) == '-' || byte_at(text, at) == '+';
    return piece_run(text, at, is_digit);
}

/*
 * "52.5200, 13.4050" at the front of the text. Two small numbers of three
 * places are rather shares.
 */
static bool is_pair(struct tel_piece text)
{
    bool large = whole_digits(text, 0) > 1;
    size_t at = 0;
    size_t between;

    if (!take_decimal(text, &at, 3, 180.0))
        return false;
    between = at;
    while (at < text.len && one_of(text.at[at], " ,;/"))
        at++;
    if (at == between || at > between + 3)
        return false;
    large = large || whole_digits(text, at) > 1;
    if (!take_decimal(text, &at, large ? 3 : 5, 180.0))
        return false;
    return !is_alnum(byte_at(text, at)) &&
           !(byte_at(text, at) == '.' && is_digit(byte_at(text, at + 1)));
}

/* A list of more numbers is none: nothing like that may be before it. */
static bool begins_number(struct tel_piece text, size_t i)
{
    char before = byte_at(text, i - 1);

    if (!is_digit(text.at[i]) && text.at[i] != '-' && text.at[i] != '+')
        return false;
    return i == 0 || !(is_alnum(before) || one_of(before, ".-+_%$"));
}

bool tel_audit_coordinates(struct tel_piece value)
{
    if (value.len < 9)
        return false;
    for (size_t i = 0; i + 9 <= value.len; i++) {
        if (begins_number(value, i) && is_pair(piece_from(value, i)))
            return true;
    }
    return is_degrees(value);
}

static bool is_capitalised(struct tel_piece word)
{
    return word.len > 1 &&
           (is_upper(word.at[0]) || (unsigned char)word.at[0] >= 0x80) &&
           !is_upper(word.at[1]) && !is_digit(word.at[1]);
}

bool tel_audit_full_name(struct tel_piece value)
{
    static const char roles[] =
        "manager agent client player server service driver editor studio "
        "reader viewer engine library framework tool tools bot system team "
        "support pro plus premium center edition audio graphics media software "
        "inc gmbh ltd llc app web video package account admin user";
    unsigned words = 0;
    size_t at = 0;

    for (;;) {
        struct tel_piece word = next_word(value, &at);

        if (word.len == 0)
            return words > 1 && words < 5;
        if (piece_in(word, roles))
            return false;
        for (size_t i = 0; i < word.len; i++) {
            if (!is_alpha(word.at[i]) && !one_of(word.at[i], "-'.") &&
                (unsigned char)word.at[i] < 0x80)
                return false;
        }
        if (!is_capitalised(word) && !piece_in(word, "van von de der di da"))
            return false;
        words++;
    }
}

bool tel_audit_person(struct tel_piece value)
{
    struct tel_piece first;
    size_t at = 0;
    unsigned words = 1;

    if (value.len > 200)
        return false;
    /* What id(1) prints. */
    if (piece_begins(value, "uid=") &&
        byte_at(value, 4 + piece_run(value, 4, is_digit)) == '(')
        return true;
    first = next_word(value, &at);
    if (!is_capitalised(first) || !piece_in(first, first_names))
        return false;
    for (;;) {
        struct tel_piece word = next_word(value, &at);

        if (word.len == 0)
            return words > 1 && words < 5;
        if (!is_capitalised(word) && !piece_in(word, "van von de der di da") &&
            !(word.len == 2 && word.at[1] == '.' && is_upper(word.at[0])))
            return false;
        words++;
    }
}

/* A command line has options: "tar -xf", "git commit --amend". */
static bool is_option(struct tel_piece word)
{
    return word.len > 1 && word.at[0] == '-' &&
           (is_alpha(word.at[1]) ||
            (word.at[1] == '-' && is_alpha(byte_at(word, 2))));
}

static bool is_sign(char c)
{
    return one_of(c, "><|/+,;");
}

/* Where words have no blanks between: Chinese, Japanese, Thai, ... */
static bool is_script(struct tel_piece value)
{
    size_t signs = 0;

    for (size_t i = 0; i < value.len && signs < 8; i++)
        signs += (unsigned char)value.at[i] >= 0xe0 &&
                 (unsigned char)value.at[i] < 0xf0;
    return signs == 8;
}

/* "HP LaserJet Pro M404", "The Lost Temple": no small letter begins a word. */
static bool is_title(struct tel_piece value)
{
    static const char links[] =
        "of the and in on for to a an at with de la le du des von der und y";
    bool mixed = false;
    size_t at = 0;

    for (;;) {
        struct tel_piece word = next_word(value, &at);
        size_t letters;

        if (word.len == 0)
            return mixed;
        if (one_of(word.at[word.len - 1], "?!"))
            return false;
        while (word.len > 0 && one_of(word.at[0], "(["))
            word = piece_from(word, 1);
        if (mixed && at < value.len && piece_in(word, links))
            continue;
        letters = piece_run(word, 0, is_alpha);
        /* "vs_5_0" is no word. */
        if ((is_lower(byte_at(word, 0)) && letters + 1 >= word.len) ||
            (unsigned char)byte_at(word, 0) >= 0x80 || is_option(word))
            return false;
        mixed =
            mixed || (is_upper(byte_at(word, 0)) && is_lower(byte_at(word, 1)));
    }
}

bool tel_audit_sentence(struct tel_piece value)
{
    bool small = false;
    bool option = false;
    bool stop = false;
    unsigned words = 0;
    unsigned others = 0; /* numbers, signs */
    unsigned commas = 0;
    unsigned signs = 0; /* that stand alone */
    size_t at = 0;

    for (;;) {
        struct tel_piece word = next_word(value, &at);
        bool letters = false;

        if (word.len == 0)
            break;
        signs += piece_run(word, 0, is_sign) == word.len;
        option = option || (words > 0 && is_option(word));
        stop = stop || one_of(word.at[word.len - 1], "?!'\"");
        small = small || piece_in(word, small_words);
        for (size_t i = 0; i < word.len && !letters; i++)
            letters = is_alpha(word.at[i]) || (unsigned char)word.at[i] >= 0x80;
        words += letters;
        others += !letters;
        commas += word.at[word.len - 1] == ',';
    }
    /* "tls, http2, brotli", "fetch > build > test": a list. */
    if ((commas > 1 && commas + 1 == words + others) ||
        (signs > 0 && signs == others && signs + 1 == words))
        return false;
    if ((option && words > 1) || is_script(value))
        return true;
    if (is_title(value))
        return false;
    return words > 3 || (words == 3 && (small || stop || others > 1));
}
