// Random numbers: ChaCha20 (RFC 8439) as a generator that replaces its key after every request, so that earlier output
// cannot be computed from a later state. Seeded from the host, and from the CPU where it has a source of its own.
#include "random.h"

#include "../native.h"

namespace libos {

namespace {

uint32_t key[8];

uint32_t rotate(uint32_t value, int by) { return value << by | value >> (32 - by); }

void quarter(uint32_t& a, uint32_t& b, uint32_t& c, uint32_t& d) {
    a += b, d = rotate(d ^ a, 16);
    c += d, b = rotate(b ^ c, 12);
    a += b, d = rotate(d ^ a, 8);
    c += d, b = rotate(b ^ c, 7);
}

void block(uint64_t counter, uint32_t out[16]) {
    uint32_t state[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    memcpy(state + 4, key, sizeof key);
    memcpy(state + 12, &counter, sizeof counter);
    memcpy(out, state, sizeof state);
    // Short code, not fast code: most programs run it once, before main, where an emulator translates each instruction.
    for (int round = 0; round < 20; ++round) {
        const int shift = round % 2;
#pragma clang loop unroll(disable) vectorize(disable)
        for (int i = 0; i < 4; ++i)
            quarter(out[i], out[4 + (i + shift) % 4], out[8 + (i + 2 * shift) % 4], out[12 + (i + 3 * shift) % 4]);
    }
    for (int i = 0; i < 16; ++i)
        out[i] += state[i];
}

} // namespace

void initialiseRandom(const uint8_t seed[32]) {
    memset(key, 0, sizeof key);
    stirRandom(seed);
}

void stirRandom(const uint8_t seed[32]) {
    uint32_t more32[8];
    memcpy(more32, seed, sizeof more32);
    for (int i = 0; i < 8; ++i)
        key[i] ^= more32[i];
    for (int i = 0; i < 4; ++i) {
        uint64_t more;
        if (!__dyad_cpu_random(&more)) break;
        key[2 * i] ^= static_cast<uint32_t>(more);
        key[2 * i + 1] ^= static_cast<uint32_t>(more >> 32);
    }
}

void randomBytes(void* to, size_t size) {
    // Block 0 gives the next key and up to 32 bytes, later blocks the rest.
    uint32_t words[16];
    block(0, words);
    uint32_t nextKey[8];
    memcpy(nextKey, words, sizeof nextKey);
    size_t done = smaller<size_t>(size, 32);
    memcpy(to, words + 8, done);
    for (uint64_t counter = 1; done < size; ++counter) {
        block(counter, words);
        size_t part = smaller<size_t>(size - done, sizeof words);
        memcpy(static_cast<char*>(to) + done, words, part);
        done += part;
    }
    memcpy(key, nextKey, sizeof key);
}

} // namespace libos
