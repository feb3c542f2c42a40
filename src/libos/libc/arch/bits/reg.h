/* Register words, for sys/reg.h: a pair has no registers to name. */
#undef __WORDSIZE
#define __WORDSIZE 64
