#!/bin/sh
# Takes members out of compiler-rt's builtins archive, for code that is laid out function by function.
#
#   extract-builtins.sh LLVM-AR LLVM-OBJCOPY SOURCE ISA DESTINATION MEMBER...
#
#   SOURCE       libclang_rt.builtins-ISA.a, or a Debian package that holds it
#   DESTINATION  folder; gets MEMBER.o for each member, its code in a section .text.MEMBER
set -eu

fail() {
    echo "extract-builtins: $*" >&2
    exit 1
}

[ $# -ge 6 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
ar=$1 objcopy=$2 source=$3 isa=$4 destination=$5
shift 5
mkdir -p "$destination"
archive=$source
case $source in
*.deb)
    archive=$destination/libclang_rt.builtins-$isa.a
    dpkg-deb --fsys-tarfile "$source" | tar -xO --wildcards "*/libclang_rt.builtins-$isa.a" >"$archive" ||
        fail "expected libclang_rt.builtins-$isa.a in $source, found none"
    ;;
esac
for member in "$@"; do
    # Members are named after compiler-rt's source files.
    "$ar" p "$archive" "$member.c.o" >"$destination/$member.tmp" 2>/dev/null && [ -s "$destination/$member.tmp" ] ||
        "$ar" p "$archive" "$member.S.o" >"$destination/$member.tmp" || fail "$archive: expected member $member, found none"
    # A second function in the same section could not be laid out; nothing that LLVM generates calls these two.
    "$objcopy" --strip-symbol=__gnu_h2f_ieee --strip-symbol=__gnu_f2h_ieee --rename-section ".text=.text.$member" --strip-debug "$destination/$member.tmp" "$destination/$member.o"
    rm "$destination/$member.tmp"
done
