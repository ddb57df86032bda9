/* SPDX-License-Identifier: MIT */
/* A preload object that does nothing: what loading any object costs. */
extern const char bench_empty;
__attribute__((visibility("default"))) const char bench_empty = 0;
