# Flags of everyday makefiles are accepted without a word.
source "$(dirname "$0")/../lib/harness.sh"

mkdir -p include other
echo '#define FROM_INCLUDE 1' >include/own.h
echo '#define FORCED 2' >other/forced.h
printf '#include "own.h"\nint main(void) { return FROM_INCLUDE + FORCED + WITH - 6; }\n' >main.c
for flags in "-O0" "-O1 -g" "-O2 -g3" "-O3 -ggdb" "-Os -gdwarf-4" "-Oz" "-std=c99 -pedantic" "-std=gnu11 -Wall -Wextra -Werror" \
    "-w -pipe" "-pthread -fPIC" "-fPIE -fno-strict-aliasing -fno-common" "-fomit-frame-pointer -fstack-protector-strong" \
    "-ffunction-sections -fdata-sections" "-fvisibility=hidden -fwrapv" "-D_FORTIFY_SOURCE=2 -O2" "-m64"; do
    must_quietly dyad-cc -c $flags -Iinclude -include other/forced.h -DWITH=3 -UWITHOUT main.c -o main.o
done
must_quietly dyad-cc -O2 -static -pthread -static-libgcc -rtlib=compiler-rt -fuse-ld=lld -Wl,--gc-sections -Wl,--as-needed \
    -s main.o -o main
must dyad run --machine process main
must_quietly dyad-cc -isystem include -iquote include -idirafter include -include other/forced.h -DWITH=3 -c main.c
