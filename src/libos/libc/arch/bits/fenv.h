/* Floating-point environment, the same on every ISA: the native fe* functions translate (docs/libc.md). */

#define FE_INVALID 1
#define FE_DIVBYZERO 2
#define FE_OVERFLOW 4
#define FE_UNDERFLOW 8
#define FE_INEXACT 16

#define FE_ALL_EXCEPT 31

#define FE_TONEAREST 0
#define FE_DOWNWARD 1
#define FE_UPWARD 2
#define FE_TOWARDZERO 3

typedef unsigned fexcept_t;

typedef struct {
    unsigned __rounding;
    unsigned __exceptions;
} fenv_t;

#define FE_DFL_ENV ((const fenv_t *)-1)
