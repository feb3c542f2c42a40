/* crt1.o, crti.o and their like: build systems name and look for them, but the libOS starts the program. */
typedef int dyad_nothing_to_start;
