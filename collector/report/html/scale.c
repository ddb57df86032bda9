/* SPDX-License-Identifier: MIT */
/* scale: where on an axis a value stands. */
#include "scale.h"

#include <math.h>

/* Durations that people have a word for. */
static const double spans[] = {0,     1,     10,     100,    1000,
                               10000, 60000, 600000, 3600000};

#define NSPANS (sizeof(spans) / sizeof(spans[0]))

/* The smallest of 1, 2, 2.5, 5 times a power of ten that is at least step. */
static double round_up(double step, bool whole)
{
    double power = pow(10, floor(log10(step)));

    if (whole && step <= 1)
        return 1;
    if (step <= power)
        return power;
    if (step <= 2 * power)
        return 2 * power;
    if (step <= 2.5 * power && (!whole || power >= 10))
        return 2.5 * power;
    return step <= 5 * power ? 5 * power : 10 * power;
}

void tel_scale_linear(struct tel_scale *scale, double top, bool whole)
{
    double step = top > 0 ? round_up(top / 4, whole) : 1;
    double last = fmax(1, ceil(top / step - 1e-9));

    scale->low = 0;
    scale->log = false;
    scale->nticks = 0;
    for (unsigned i = 0; i <= (unsigned)last; i++)
        scale->ticks[scale->nticks++] = i * step;
    scale->high = scale->ticks[scale->nticks - 1];
}

void tel_scale_ms(struct tel_scale *scale, double low, double high)
{
    size_t first = 0;
    size_t last = NSPANS - 1;

    while (first + 2 < NSPANS && spans[first + 1] <= low)
        first++;
    while (last > first + 1 && spans[last - 1] >= high)
        last--;
    scale->log = true;
    scale->nticks = 0;
    for (size_t i = first; i <= last; i++)
        scale->ticks[scale->nticks++] = spans[i];
    scale->low = spans[first];
    scale->high = spans[last];
}

double tel_scale_at(const struct tel_scale *scale, double value)
{
    double low = scale->low;
    double high = scale->high;

    value = fmin(fmax(value, low), high);
    if (scale->log) {
        /* One more, so that 0 has a place too. */
        low = log1p(low);
        high = log1p(high);
        value = log1p(value);
    }
    return 100 * (value - low) / (high - low);
}
