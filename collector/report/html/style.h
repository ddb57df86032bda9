/* SPDX-License-Identifier: MIT */
/* style: the one style block of the page, and what its policy knows it by. */
#ifndef TEL_COLLECTOR_HTML_STYLE_H
#define TEL_COLLECTOR_HTML_STYLE_H

extern const char tel_html_style[];
extern const char tel_html_style_hash[]; /* SHA-256, in base64 */

#endif
