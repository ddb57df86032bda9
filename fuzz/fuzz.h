/* SPDX-License-Identifier: MIT */
/*
 * fuzz: the entry of each harness, by the name under which libFuzzer calls it.
 *
 * A harness takes any bytes and aborts where something that must always hold
 * does not. It always returns 0. The tests call it with the corpus.
 */
#ifndef TEL_FUZZ_H
#define TEL_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
