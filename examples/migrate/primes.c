// Counts primes for some seconds and says, at each step, on which ISA it runs: move it meanwhile with `dyad migrate`. Nothing
// here prepares for that; dyad_isa() only lets the program tell where it is.
#include <dyad/dyad.h>
#include <stdio.h>
#include <stdlib.h>

static int is_prime(unsigned long n) {
    if (n < 2 || n % 2 == 0)
        return n == 2;
    for (unsigned long d = 3; d * d <= n; d += 2)
        if (n % d == 0)
            return 0;
    return 1;
}

int main(int argc, char** argv) {
    int steps = argc > 1 ? atoi(argv[1]) : 8;
    unsigned long length = argc > 2 ? strtoul(argv[2], NULL, 10) : 3000000, count = 0;
    for (int step = 1; step <= steps; step++) {
        for (unsigned long n = length * (unsigned long)(step - 1); n < length * (unsigned long)step; n++)
            count += (unsigned long)is_prime(n);
        printf("%lu primes below %lu, counted on %s\n", count, length * (unsigned long)step,
               dyad_isa() == DYAD_ISA_AARCH64 ? "aarch64" : "x86_64");
        fflush(stdout);
    }
    return 0;
}
