/* SPDX-License-Identifier: MIT */
/*
 * browser: a headless Chromium, led over a pipe by the DevTools protocol.
 *
 *     struct browser *b = browser_start(scratch);     skips where there is none
 *     browser_size(b, 360, 800, "dark");
 *     browser_open(b, "/path/of/page.html");
 *     json_t *value = browser_eval(b, "document.title");
 *     browser_stop(b);
 *
 * Every function fails the running test where it cannot do what it says.
 */
#ifndef TEL_TESTS_BROWSER_H
#define TEL_TESTS_BROWSER_H

#include <jansson.h>

#include "support.h"

struct browser;

struct browser *browser_start(struct scratch *scratch);
void browser_stop(struct browser *browser); /* accepts NULL */

void browser_size(struct browser *browser, int width, int height,
                  const char *scheme);

/* Loads a file and waits until it is there. What was told before is
 * forgotten. */
void browser_open(struct browser *browser, const char *path);

/* The value of a JavaScript expression, awaited. The caller frees it. */
json_t *browser_eval(struct browser *browser, const char *expression);

/*
 * Since browser_open: how many requests of any kind there were, and the first
 * message of the console, exception, log entry or issue, as JSON (NULL: none).
 */
unsigned browser_requests(const struct browser *browser);
const char *browser_complaint(const struct browser *browser);

/* The whole page as a PNG. */
void browser_shoot(struct browser *browser, const char *path);

#endif
