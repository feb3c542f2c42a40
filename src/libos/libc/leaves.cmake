# The mathematical functions that code generation may call by itself, and what they are made of.
#
# Source of the list: llvm/IR/RuntimeLibcalls.def of LLVM 19, the entries for float and double. An operation that is one
# instruction on every ISA (sqrt, fabs, copysign, fmin, fmax) is not here: it never becomes a call, and as portable code it
# can be inlined. tests/libc/libcalls.sh compiles every such intrinsic for every ISA and fails on a call that is not here.
#
# A call that one ISA makes and the other does not can hold no site, so these are native leaves. Both ISAs compile
# the same sources without contraction: equal results, bit for bit.

set(DYAD_LEAF_FUNCTIONS)
foreach(name acos asin atan cbrt ceil cos cosh exp exp10 exp2 floor fma fmod frexp ldexp llrint llround log log10 log2
        lrint lround nearbyint pow rint round roundeven sin sincos sinh tan tanh trunc)
  list(APPEND DYAD_LEAF_FUNCTIONS ${name} ${name}f)
endforeach()
# Files: one per function, by its name. These symbols come from the same files.
set(DYAD_LEAF_ALIASES pow10 pow10f)

# What they call, compiled again into the leaves and private to them; libc.a has its own copy.
set(DYAD_LEAF_HELPERS
    __cos __cosdf __expo2 __expo2f __math_divzero __math_divzerof __math_invalid __math_invalidf __math_oflow
    __math_oflowf __math_uflow __math_uflowf __math_xflow __math_xflowf __rem_pio2 __rem_pio2_large __rem_pio2f __sin
    __sindf __tan __tandf exp2f_data exp_data expm1 expm1f fabs fabsf log2_data log2f_data log_data logf_data modf modff
    pow_data powf_data scalbn scalbnf sqrt sqrtf)

# The only undefined symbols a leaf may have: native leaves themselves.
set(DYAD_LEAF_IMPORTS feclearexcept fegetround feraiseexcept fetestexcept)
