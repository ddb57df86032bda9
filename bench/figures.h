/* SPDX-License-Identifier: MIT */
/*
 * figures: medians of measured variants, and the table they are shown in.
 *
 * Context: normal.
 */
#ifndef BENCH_FIGURES_H
#define BENCH_FIGURES_H

#include <stdbool.h>
#include <stddef.h>

/* What the difference to another variant should be at most. */
struct aim {
    int than;  /* index of that variant; -1: there is no aim */
    double us; /* microseconds above it */
};

struct variant {
    const char *name;
    char *const *argv; /* NULL: it cannot be run here */
    char *const *envp;
    int reference; /* index of the variant it is compared with; -1: none */
    bool leader;   /* leads a process group of its own, as a shell's job */
    bool recorded; /* the run must end up as an event */
    struct aim aim;
    double *us; /* one figure a round */
};

/* The median of n figures, which it sorts. */
double figures_median(double *us, size_t n);

/* Prints the table of these variants, each with n figures. */
void figures_print(const char *title, const struct variant *variants,
                   size_t count, size_t n);

#endif
