/* SPDX-License-Identifier: MIT */
/* ended: the totals of the days that have ended, as metrics. */
#include "ended.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "metrics.h"
#include "report/report.h"
#include "store/store.h"

/* For so long a text holds, and after a failure nothing is tried again. */
#define FRESH_S 900
#define REST_S 10

struct tel_ended {
    char *db;
    uint64_t k;
    char *text;
    size_t len;
    int64_t day;   /* the last that was asked for, with success or not */
    time_t next_s; /* CLOCK_MONOTONIC: not asked for again before */
};

int tel_ended_new(const char *db, uint64_t k, struct tel_ended **ret_ended)
{
    struct tel_ended *ended = calloc(1, sizeof(*ended));

    if (ended == NULL)
        return -ENOMEM;
    ended->k = k;
    ended->db = strdup(db);
    if (ended->db == NULL) {
        tel_ended_free(ended);
        return -ENOMEM;
    }
    *ret_ended = ended;
    return 0;
}

void tel_ended_free(struct tel_ended *ended)
{
    if (ended == NULL)
        return;
    free(ended->text);
    free(ended->db);
    free(ended);
}

static int read_totals(struct tel_ended *ended, int64_t day)
{
    const struct tel_report_options options = {
        .db = ended->db, .k = ended->k, .last = day};
    struct tel_report report;
    char *text = NULL;
    size_t len = 0;
    FILE *out = NULL;
    int r = tel_report_read(&options, &report, NULL);

    if (r < 0)
        return r;
    out = open_memstream(&text, &len);
    if (out != NULL)
        tel_metrics_totals(out, &report);
    tel_report_clear(&report);
    if (out == NULL || fclose(out) != 0) {
        free(text);
        return -ENOMEM;
    }
    free(ended->text);
    ended->text = text;
    ended->len = len;
    return 0;
}

void tel_ended_write(struct tel_ended *ended, FILE *out)
{
    int64_t yesterday = tel_day_today() - 1;
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec >= ended->next_s || ended->day != yesterday) {
        ended->day = yesterday;
        ended->next_s = now.tv_sec +
                        (read_totals(ended, yesterday) == 0 ? FRESH_S : REST_S);
    }
    if (ended->text != NULL)
        (void)fwrite(ended->text, 1, ended->len, out);
}
