/* SPDX-License-Identifier: MIT */
/*
 * words: how much more or less, as one would say it.
 *
 * Context: normal.
 */
#ifndef TEL_COLLECTOR_HTML_WORDS_H
#define TEL_COLLECTOR_HTML_WORDS_H

#define TEL_WORDING_MAX 128

struct tel_words {
    char text[TEL_WORDING_MAX];
};

/* After "fails": "twice as often as in 2.40.0", "2.6 times as often as in",
 * "34 % more often than in", "half as often as in", "where 2.40.0 did not". */
const char *tel_words_often(struct tel_words *buf, double before, double now,
                            const char *version);

/* After "takes": "30 % longer than in 2.40.0", "twice as long as in", "12 %
 * less time than in", "half the time of". Without a version the comparison
 * has been made already. */
const char *tel_words_long(struct tel_words *buf, double before, double now,
                           const char *version);

#endif
