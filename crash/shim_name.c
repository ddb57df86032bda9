/* SPDX-License-Identifier: MIT */
/* What libtel_crash.so is linked with to need the shim; never loaded. */
const void *tel_shim_run_1(void);

const void *tel_shim_run_1(void)
{
    return 0;
}
