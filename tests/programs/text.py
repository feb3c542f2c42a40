#!/usr/bin/env python3
"""Writes SIZE bytes of reproducible text-like data to stdout: text.py SIZE [SEED].

Words of a made-up vocabulary in a skewed distribution, lines of numbers, and a little incompressible data, so that a
compressor, a text filter and an interpreter all have something to do. A linear congruential generator of our own: Python
does not promise that its own gives the same numbers for ever."""
import sys

size = int(sys.argv[1])
state = int(sys.argv[2]) if len(sys.argv) > 2 else 1


def below(limit):
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
    return (state >> 33) % limit


syllables = [c + v for c in "bcdfglmnprstv" for v in "aeiou"] + ["an", "er", "ion", "st", "qu"]
words = ["".join(syllables[below(len(syllables))] for _ in range(1 + below(4))) for _ in range(4000)]

out, length = [], 0
while length < size:
    kind = below(12)
    if kind == 0:
        line = " ".join(str(below(10**6)) for _ in range(8))
    elif kind == 1:
        line = "%d,%s,%d.%02d,%s" % (below(10**5), words[below(50)], below(1000), below(100), words[below(4000)])
    elif kind == 2 and below(4) == 0:
        line = "".join(chr(33 + below(94)) for _ in range(70))
    else:
        # The product of two uniform numbers favours small indices, as common words are favoured in a text.
        line = " ".join(words[below(4000) * below(4000) // 4000] for _ in range(6 + below(8)))
    out.append(line)
    length += len(line) + 1
sys.stdout.write(("\n".join(out) + "\n")[:size])
