// The portable view of the floating-point environment, equal on all ISAs: libc's bits/fenv.h says the same.
#pragma once

constexpr int kAllExceptions = 31; // invalid 1, divide by zero 2, overflow 4, underflow 8, inexact 16
// Rounding: to nearest 0, downward 1, upward 2, toward zero 3.

struct FloatEnvironment {
    unsigned rounding, exceptions;
};
inline const FloatEnvironment* const kDefaultEnvironment = reinterpret_cast<const FloatEnvironment*>(-1l);
