/* SPDX-License-Identifier: MIT */
/* It ends by returning, and nothing else. */
int main(void)
{
    return 7;
}
