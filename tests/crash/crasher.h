/* SPDX-License-Identifier: MIT */
/* What crasher calls in a library of its own. */
#ifndef TEL_CRASHER_H
#define TEL_CRASHER_H

void crasher_library(int *at);
void crasher_call_back(void (*function)(void));

#endif
