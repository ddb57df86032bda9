/* SPDX-License-Identifier: MIT */
/*
 * words: how much more or less, as one would say it.
 *
 * Context: normal.
 */
#ifndef TEL_COLLECTOR_HTML_WORDS_H
#define TEL_COLLECTOR_HTML_WORDS_H

#define TEL_WORDING_MAX 64

struct tel_words {
    char text[TEL_WORDING_MAX];
};

/* After "fails": "twice as often", "2.6 times as often", "34 % more often",
 * "half as often", "34 % less often", "where it did not before". */
const char *tel_words_often(struct tel_words *buf, double before, double now);

/* After "takes": "30 % longer", "twice as long", "12 % less time", "half the time". */
const char *tel_words_long(struct tel_words *buf, double before, double now);

#endif
