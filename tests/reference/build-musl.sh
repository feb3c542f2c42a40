#!/bin/sh
# Builds the reference: musl for this machine's own ISA and Linux, with the compiler Dyad is made of, and a compiler
# command for it. Outputs of Dyad's guests and running times are compared with programs built this way (docs/libc.md).
#
#   build-musl.sh MUSL OUTPUT
#
#   MUSL    the musl source tree (<build>/musl/musl-1.2.3)
#   OUTPUT  folder for bin/reference-cc, include/ and lib/; nothing is done if it is complete
#
# musl's own architecture and assembly are used. Contraction is off, in musl too, because it changes last bits; the complex
# arithmetic helpers are Dyad's, because libgcc's scale differently.
set -eu

[ $# = 2 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
root=$(cd "$(dirname "$0")/../.." && pwd)
musl=$(cd "$1" && pwd)
mkdir -p "$2"
output=$(cd "$2" && pwd)
clang=$(command -v clang-19) || { echo "build-musl: clang-19 is not installed" >&2; exit 1; }
isa=$(uname -m)
helpers=$root/src/libos/libc/src/complex

stamp=$(cat "$0" "$helpers"/__*.c "$musl/VERSION" | sha256sum)
[ "$stamp" = "$(cat "$output/stamp" 2>/dev/null)" ] && exit 0

# Test suites that start together wait for one build.
exec 9>"$output/lock"
flock 9
[ "$stamp" = "$(cat "$output/stamp" 2>/dev/null)" ] && exit 0

build=$output/build
rm -rf "$build" "$output/bin" "$output/include" "$output/lib"
mkdir -p "$build" "$output/bin"
flags="-O2 -ffp-contract=off -fno-math-errno"
(
    cd "$build"
    "$musl/configure" --prefix="$output" --syslibdir="$output/lib" --disable-shared --disable-wrapper \
        --target="$isa-linux-musl" CC="$clang --target=$isa-linux-musl" AR=llvm-ar-19 RANLIB=llvm-ranlib-19 \
        CROSS_COMPILE= CFLAGS="$flags"
    make -j"${DYAD_TEST_JOBS:-2}"
    make install
    for name in muldc3 divdc3 mulsc3 divsc3; do
        $clang --target="$isa-linux-musl" $flags -ffreestanding -nostdinc -isystem "$output/include" -c "$helpers/__$name.c"
        llvm-ar-19 rsD "$output/lib/libc.a" "__$name.o"
    done
) >"$output/build.log" 2>&1 || { tail -n 30 "$output/build.log" >&2; echo "build-musl: failed; see $output/build.log" >&2; exit 1; }

cat >"$output/bin/reference-cc" <<'WRAPPER'
#!/bin/sh
# clang for the reference musl: static, no contraction. Written by tests/reference/build-musl.sh.
root=$(cd "$(dirname "$0")/.." && pwd)
isa=@ISA@
link=yes inputs=no
for argument; do
    case $argument in
    -c | -S | -E | -M | -MM | -r | -fsyntax-only | -print-* | --print-* | -dump* | --version) link=no ;;
    -*) ;;
    *) inputs=yes ;;
    esac
done
# The system root is this folder, so that no library of the host is found.
set -- --target=$isa-linux-musl --sysroot="$root" -Qunused-arguments -ffp-contract=off -nostdinc -isystem "$root/include" \
    -isystem "$(@CLANG@ -print-resource-dir)/include" "$@"
if [ $link = yes ] && [ $inputs = yes ]; then
    set -- -static -nostdlib -fuse-ld=lld "$root/lib/crt1.o" "$root/lib/crti.o" "$@" -L"$root/lib" -lc @LIBGCC@ -lc "$root/lib/crtn.o"
fi
exec @CLANG@ "$@"
WRAPPER
libgcc=$(gcc -print-libgcc-file-name 2>/dev/null || true)
[ -f "$libgcc" ] || libgcc=
sed -i "s|@ISA@|$isa|; s|@CLANG@|$clang|; s|@LIBGCC@|$libgcc|" "$output/bin/reference-cc"
chmod +x "$output/bin/reference-cc"
rm -rf "$build"
echo "$stamp" >"$output/stamp"
