/* SPDX-License-Identifier: MIT */
/*
 * siphash: a keyed hash of 16 bytes (SipHash-1-3, Aumasson and Bernstein):
 * who does not know the key cannot choose what meets what.
 */
#ifndef TEL_COLLECTOR_SIPHASH_H
#define TEL_COLLECTOR_SIPHASH_H

#include <stdint.h>

uint64_t tel_siphash(const uint64_t key[2], const uint8_t bytes[16]);

#endif
