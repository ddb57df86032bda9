/* SPDX-License-Identifier: MIT */
/* What host_old is linked with instead of libc: its names, no versions. */
void __libc_start_main(void);
void stub_exit(void) __asm__("exit");
void stub__exit(void) __asm__("_exit");
void stub_strcmp(void) __asm__("strcmp");

void __libc_start_main(void)
{
}

void stub_exit(void)
{
}

void stub__exit(void)
{
}

void stub_strcmp(void)
{
}
