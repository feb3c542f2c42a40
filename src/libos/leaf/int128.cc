// 128-bit remainders (compiler-rt's __modti3 and __umodti3), on top of its __udivmodti4. Distributions build these two with
// a stack protector, which needs a canary that a guest does not have before its thread pointer is set.
using u128 = unsigned __int128;
using i128 = __int128;

extern "C" {

u128 __udivmodti4(u128 dividend, u128 divisor, u128* remainder);

u128 __umodti3(u128 dividend, u128 divisor) {
    u128 remainder;
    __udivmodti4(dividend, divisor, &remainder);
    return remainder;
}

i128 __modti3(i128 dividend, i128 divisor) {
    u128 remainder;
    __udivmodti4(dividend < 0 ? -u128(dividend) : dividend, divisor < 0 ? -u128(divisor) : divisor, &remainder);
    return dividend < 0 ? -remainder : remainder; // the sign is the dividend's (C11 6.5.5)
}

} // extern "C"
