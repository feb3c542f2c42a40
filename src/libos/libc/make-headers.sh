#!/bin/sh
# Assembles the C headers of the sysroot: musl's own, its generic bits/, ours over them, and the two generated ones.
#
#   make-headers.sh MUSL ARCH INCLUDE
#
#   MUSL     the musl source tree
#   ARCH     our architecture folder
#   INCLUDE  the folder to fill; files that would not change keep their time
set -eu
musl=$1 arch=$2 include=$3

new=$include.new
rm -rf "$new"
mkdir -p "$new/bits"
cp -R "$musl/include/." "$new/"
rm -f "$new/alltypes.h.in"
cp "$musl"/arch/generic/bits/*.h "$new/bits/"
cp "$arch"/bits/*.h "$new/bits/"
sed -f "$musl/tools/mkalltypes.sed" "$arch/bits/alltypes.h.in" "$musl/include/alltypes.h.in" >"$new/bits/alltypes.h"

# The asm-generic numbers are those of musl's riscv64 table without that ISA's own calls.
grep '^#define __NR_' "$musl/arch/riscv64/bits/syscall.h.in" | grep -v riscv >"$new/bits/syscall.h"
sed -n 's/__NR_/SYS_/p' "$musl/arch/riscv64/bits/syscall.h.in" | grep -v riscv >>"$new/bits/syscall.h"

mkdir -p "$include"
cd "$new"
find . -type f | while read -r file; do
    cmp -s "$file" "$include/$file" && continue
    mkdir -p "$include/$(dirname "$file")"
    mv "$file" "$include/$file"
done
rm -rf "$new"
