/* SPDX-License-Identifier: MIT */
/* Medians, and the table that shows them with difference, ratio and aim. */
#include "figures.h"

#include <stdio.h>
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

double figures_median(double *us, size_t n)
{
    qsort(us, n, sizeof(us[0]), compare);
    return n % 2 == 1 ? us[n / 2] : (us[n / 2 - 1] + us[n / 2]) / 2;
}

static void print_aim(const struct variant *variants, struct aim aim,
                      double median, size_t n)
{
    double over;

    if (aim.than < 0 || variants[aim.than].argv == NULL)
        return;
    over = median - figures_median(variants[aim.than].us, n);
    printf("  %s", variants[aim.than].name);
    if (aim.us > 0)
        printf(" + %.0f us", aim.us);
    if (over <= aim.us)
        printf(": met");
    else
        printf(": missed by %.1f us", over - aim.us);
}

static void print_row(const struct variant *variants,
                      const struct variant *variant, size_t n)
{
    double median;

    printf("  %-30s", variant->name);
    if (variant->argv == NULL) {
        printf("  not installed\n");
        return;
    }
    median = figures_median(variant->us, n);
    printf(" %9.1f", median);
    if (variant->reference >= 0 && variants[variant->reference].argv != NULL) {
        double base = figures_median(variants[variant->reference].us, n);

        printf(" %+9.1f %7.3f  %-12s", median - base, median / base,
               variants[variant->reference].name);
    }
    print_aim(variants, variant->aim, median, n);
    putchar('\n');
}

void figures_print(const char *title, const struct variant *variants,
                   size_t count, size_t n)
{
    printf("%s\n  %-30s %9s %9s %7s  %-12s  %s\n", title, "variant",
           "median us", "over", "ratio", "reference", "aim: at most");
    for (size_t i = 0; i < count; i++)
        print_row(variants, &variants[i], n);
    putchar('\n');
}
