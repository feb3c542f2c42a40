# Numbers and functions: a sieve, recursion, and the mathematical functions, over the length of the text.
function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }
{ length_sum += length($0); if ($1 + 0 > max) max = $1 + 0 }
END {
    limit = 100000
    for (i = 2; i <= limit; i++) if (!(i in composite)) {
        primes++
        for (j = i * i; j <= limit; j += i) composite[j]
    }
    for (i = 1; i <= 20000; i++) sum += sin(i) * cos(i / 3) + exp(-i / 1000) + log(i) + sqrt(i) + atan2(i, 3) + i ^ 0.3
    printf "%d %d %d %d %.14g\n", primes, fib(20), length_sum, max, sum
    print substr("portable", 3, 4), 1e6, 1e300 * 10, 0.1 + 0.2, 3 % 2, -7 % 3, int(-3.7), "10" + 5, "abc" < "abd"
}
