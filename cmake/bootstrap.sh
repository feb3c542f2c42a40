#!/bin/bash
# Installs the Debian 12 packages that building and testing Dyad needs, and only those that are missing. Asks nothing and
# may be run any number of times. docs/dependencies.md says what each package is for; a test keeps the two lists alike.
#   cmake/bootstrap.sh [--print] [--no-tests]
#     --print      only name what is missing; exit 1 if anything is
#     --no-tests   only what the build and `dyad run` need
set -euo pipefail

build_packages=(
    g++ make cmake ninja-build pkg-config python3
    llvm-19-dev llvm-19 clang-19 libclang-19-dev libclang-common-19-dev liblld-19-dev lld-19
    libelf-dev libcli11-dev libfmt-dev nlohmann-json3-dev libxxhash-dev libssl-dev libzstd-dev zlib1g-dev
    dpkg-dev xz-utils ca-certificates
    qemu-system-x86 qemu-system-arm qemu-user
)
test_packages=(
    libgtest-dev libgmock-dev libbenchmark-dev
    autoconf automake ccache csmith file gdb git iproute2 libcsmith-dev meson tcl
)

print=0 tests=1
for argument in "$@"; do
    case $argument in
    --print) print=1 ;;
    --no-tests) tests=0 ;;
    *) echo "bootstrap.sh: error: unknown option '$argument' (expected --print or --no-tests)" >&2; exit 2 ;;
    esac
done

wanted=("${build_packages[@]}")
[ $tests = 0 ] || wanted+=("${test_packages[@]}")

command -v dpkg-query >/dev/null || {
    echo "bootstrap.sh: error: expected a Debian system with dpkg; install the packages named in docs/dependencies.md by hand" >&2
    exit 1
}

# Packages may be provided by another one (pkg-config by pkgconf); dpkg knows the real names only.
missing=()
for package in "${wanted[@]}"; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing+=("$package")
done

if [ ${#missing[@]} = 0 ]; then
    [ $print = 1 ] || echo "bootstrap: every package is installed"
    exit 0
fi
if [ $print = 1 ]; then
    printf '%s\n' "${missing[@]}"
    exit 1
fi

root=()
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || {
        echo "bootstrap.sh: error: missing packages: ${missing[*]}; run as root, or install sudo" >&2
        exit 1
    }
    root=(sudo -n)
    sudo -n true 2>/dev/null || {
        [ -t 0 ] || { echo "bootstrap.sh: error: sudo wants a password; install as root: ${missing[*]}" >&2; exit 1; }
        root=(sudo)
    }
fi

apt() { "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@"; }
install() { apt install -y --no-install-recommends "${missing[@]}" </dev/null; }

echo "bootstrap: installing ${missing[*]}" >&2
# The package lists may be absent (fresh machine) or old (a version is gone from the mirror): refresh only then.
if ! apt install -y --no-install-recommends --download-only "${missing[@]}" </dev/null >/dev/null 2>&1; then
    apt update </dev/null
fi
install >&2
