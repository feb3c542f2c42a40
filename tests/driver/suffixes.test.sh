# C and C++ sources are told apart by their suffixes; many inputs give many outputs.
source "$(dirname "$0")/../lib/harness.sh"

for suffix in cc cpp cxx; do
    printf 'template <class T> T twice_%s(T x) { return x + x; }\nextern "C" int f_%s() { return twice_%s(1); }\n' \
        $suffix $suffix $suffix >"in-$suffix.$suffix"
done
printf 'int f_c(void) { return 2; }\n' >in-c.c
must_quietly dyad-cc -c in-cc.cc in-cpp.cpp in-cxx.cxx in-c.c
for suffix in cc cpp cxx c; do expect_file in-$suffix.o; done
printf 'int f_c(void), f_cc(void), f_cpp(void), f_cxx(void);\nint main(void) { return f_c() + f_cc() + f_cpp() + f_cxx() - 8; }\n' >main.c
must_quietly dyad-cc main.c in-*.o -o main
must dyad run --machine process main
