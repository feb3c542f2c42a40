#!/bin/bash
# Promise: every call that code generation makes by itself for a mathematical operation is a leaf on both ISAs.
#   libcalls.sh BUILD
# Compiles each floating-point intrinsic of LLVM, as float, double and vectors of them, for each ISA at its baseline, and
# looks at what the object calls. Source of the list of operations: llvm/IR/RuntimeLibcalls.def of LLVM 19.
set -euo pipefail
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

unary="acos asin atan ceil cos cosh exp exp2 exp10 fabs floor log log2 log10 nearbyint rint round roundeven sin sinh sqrt
tan tanh trunc"
binary="copysign maxnum minnum maximum minimum pow"

{
    for pair in float:f32 double:f64 '<2 x double>:v2f64' '<4 x float>:v4f32'; do
        type=${pair%:*} suffix=${pair#*:}
        for name in $unary; do
            # The trigonometric intrinsics of LLVM 19 are young: vectors of them are scalarised before the DAG.
            echo "declare $type @llvm.$name.$suffix($type)"
            echo "define $type @use_${name}_$suffix($type %a) { %r = call $type @llvm.$name.$suffix($type %a) ret $type %r }"
        done
        for name in $binary; do
            # minimum and maximum have no library routine: they must be instructions everywhere.
            echo "declare $type @llvm.$name.$suffix($type, $type)"
            echo "define $type @use_${name}_$suffix($type %a, $type %b) { %r = call $type @llvm.$name.$suffix($type %a, $type %b) ret $type %r }"
        done
        echo "define $type @use_frem_$suffix($type %a, $type %b) { %r = frem $type %a, %b ret $type %r }"
        echo "declare $type @llvm.fma.$suffix($type, $type, $type)"
        echo "define $type @use_fma_$suffix($type %a, $type %b, $type %c) { %r = call $type @llvm.fma.$suffix($type %a, $type %b, $type %c) ret $type %r }"
        echo "define $type @use_sincos_$suffix($type %a) { %s = call $type @llvm.sin.$suffix($type %a) %c = call $type @llvm.cos.$suffix($type %a) %r = fadd $type %s, %c ret $type %r }"
        echo "define $type @use_cbrt_$suffix($type %a) { %r = call afn nsz ninf nnan $type @llvm.pow.$suffix($type %a, $type $([ "${suffix#v}" = $suffix ] && echo 0x3FD5555560000000 || echo zeroinitializer)) ret $type %r }"
    done
    for pair in float:f32 double:f64; do
        type=${pair%:*} suffix=${pair#*:}
        for name in lrint llrint lround llround; do
            echo "declare i64 @llvm.$name.i64.$suffix($type)"
            echo "define i64 @use_${name}_$suffix($type %a) { %r = call i64 @llvm.$name.i64.$suffix($type %a) ret i64 %r }"
        done
        echo "declare $type @llvm.ldexp.$suffix.i32($type, i32)"
        echo "define $type @use_ldexp_$suffix($type %a, i32 %b) { %r = call $type @llvm.ldexp.$suffix.i32($type %a, i32 %b) ret $type %r }"
        echo "declare {$type, i32} @llvm.frexp.$suffix.i32($type)"
        echo "define {$type, i32} @use_frexp_$suffix($type %a) { %r = call {$type, i32} @llvm.frexp.$suffix.i32($type %a) ret {$type, i32} %r }"
    done
} >"$work/calls.ll"

status=0 total=0
for isa in x86_64 aarch64; do
    llc-19 -mtriple=$isa-unknown-linux-musl -O2 -filetype=obj -o "$work/$isa.o" "$work/calls.ll"
    llvm-nm-19 -u -j "$work/$isa.o" | sort >"$work/$isa.calls"
    for leaf in "$build/lib/dyad/native/$isa"/leaf*.o; do
        llvm-nm-19 --defined-only -g -j "$leaf"
    done | sort >"$work/$isa.leaves"
    total=$((total + $(wc -l <"$work/$isa.calls")))
    missing=$(comm -23 "$work/$isa.calls" "$work/$isa.leaves")
    [ -z "$missing" ] || { echo "$isa: calls that are no leaf:" $missing >&2; status=1; }
done
[ $total -gt 0 ] || { echo "no calls found: the test tests nothing" >&2; status=1; }
cmp "$work/x86_64.leaves" "$work/aarch64.leaves" || { echo "the ISAs have different leaves" >&2; status=1; }
exit $status
