/* SPDX-License-Identifier: MIT */
/*
 * pages: databases for a page to be made of, the same at each call.
 */
#ifndef TEL_TESTS_PAGES_H
#define TEL_TESTS_PAGES_H

#define PAGES_FIRST 20757 /* 2026-10-31 */
#define PAGES_DAYS 30

/*
 * Thirty days of three tools of several versions. One thing is wrong: git's
 * push fails twice as often in 2.41.0 as in 2.40.0, and takes 30 % longer.
 */
void pages_month(const char *db);

/*
 * What hardly happens: a tool of 200 events, of one day and one version, the
 * longest names, huge numbers and tiny ones, a tool of which all is held back.
 */
void pages_odd(const char *db);

/*
 * A tool of seven versions over more than a year, of which the latest two
 * differ in all that versions can differ in.
 */
void pages_long(const char *db);

/* Names that no tel-collect ever wrote, to a database or to a page. */
void pages_hostile(const char *db);

/* A day that no calendar has. */
void pages_far(const char *db);

/* A database in which nothing was counted. */
void pages_empty(const char *db);

#endif
