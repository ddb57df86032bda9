/* SPDX-License-Identifier: MIT */
/* Numbers made coarse, so that no single one tells runs apart. */
#include <tel/event.h>

/* The longest step of the series that fits 32 bits. */
#define SERIES_TOP 2000000000U

uint32_t tel_coarse_rounded(uint64_t number)
{
    uint32_t scale = 1;
    uint32_t rounded;

    if (number >= TEL_MS_TOP)
        return TEL_MS_TOP;
    while (number / scale >= 100)
        scale *= 10;
    rounded = ((uint32_t)number + scale / 2) / scale * scale;
    return rounded < TEL_MS_TOP ? rounded : TEL_MS_TOP;
}

uint32_t tel_coarse_series(uint64_t number)
{
    uint64_t step = 1;

    if (number == 0)
        return 0;
    if (number >= SERIES_TOP)
        return SERIES_TOP;
    while (step * 10 <= number)
        step *= 10;
    if (step * 5 <= number)
        return (uint32_t)(step * 5);
    return (uint32_t)(step * 2 <= number ? step * 2 : step);
}
