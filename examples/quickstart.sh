#!/bin/bash
# From a clean clone to a running pair, asking nothing: installs the packages that are missing, builds Dyad, builds an
# example, runs both of its halves side by side, shows that addresses and output agree, and moves a running program from one ISA
# to the other. May be run any number of times.
#   examples/quickstart.sh [--machine process|qemu] [--jobs N]
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
machine=process jobs=$(nproc)
while [ $# -gt 0 ]; do
    case $1 in
    --machine) machine=${2:?--machine wants process or qemu}; shift ;;
    --jobs) jobs=${2:?--jobs wants a number}; shift ;;
    *) echo "quickstart.sh: error: unknown option '$1' (expected --machine M or --jobs N)" >&2; exit 2 ;;
    esac
    shift
done

step() { printf '\n== %s\n' "$*"; }
build=$root/build out=$root/build/quickstart
runs=()
mkdir -p "$out"

step "Packages"
"$root/cmake/bootstrap.sh"

step "Building Dyad in build/ (a few minutes the first time; log: build/build.log)"
if ! { cmake -S "$root" -B "$build" -G Ninja && cmake --build "$build" -j "$jobs"; } >"$build/build.log" 2>&1; then
    tail -n 40 "$build/build.log" >&2
    echo "quickstart.sh: error: the build failed; the whole log is in build/build.log" >&2
    exit 1
fi
export PATH="$build/bin:$PATH"

step "Building a pair: one program, two ISAs, one file"
cd "$out"
echo "dyad-cc -O2 -g examples/hello/addresses.c -o addresses"
dyad-cc -O2 -g "$root/examples/hello/addresses.c" -o addresses
ls -l addresses | awk '{ print $5, "bytes" }'

step "Running both halves side by side (machine: $machine)"
for isa in x86_64 aarch64; do
    echo "dyad run --machine $machine --isa $isa addresses -- hello world"
    dyad run --machine "$machine" --isa $isa addresses -- hello world >$isa.txt &
    runs[${#runs[@]}]=$!
done
for run in "${runs[@]}"; do wait "$run"; done
echo
paste -d '|' x86_64.txt aarch64.txt | awk -F'|' '
    BEGIN { printf "%-42s   %-42s\n", "x86_64", "aarch64" }
    { printf "%-42s %s %-42s\n", $1, ($1 == $2 ? " " : "#"), $2 }'
cmp x86_64.txt aarch64.txt || { echo "quickstart.sh: error: the outputs differ" >&2; exit 1; }

step "Proving that every symbol agrees"
echo "dyad check addresses"
dyad check addresses

step "Moving a program that runs"
echo "dyad-cc -O2 examples/migrate/primes.c -o primes"
dyad-cc -O2 "$root/examples/migrate/primes.c" -o primes
name=quickstart-$$
echo "dyad run --machine $machine --isa x86_64 --name $name primes &"
dyad run --machine "$machine" --isa x86_64 --name "$name" primes >primes.txt &
running=$!
# It is in the middle of its work when it has printed something and not everything.
for _ in $(seq 600); do
    [ -s primes.txt ] && break
    kill -0 "$running" 2>/dev/null || break
    sleep 0.1
done
echo "dyad migrate $name --isa aarch64"
if ! dyad migrate "$name" --isa aarch64; then
    kill "$running" 2>/dev/null
    exit 1
fi
wait "$running"
echo
cat primes.txt
# Every number as if it had stayed: a run that is not moved prints the same but for the last word.
dyad run --machine "$machine" --isa x86_64 primes >unmoved.txt
cmp <(sed 's/ on .*//' primes.txt) <(sed 's/ on .*//' unmoved.txt) ||
    { echo "quickstart.sh: error: the moved program printed something else" >&2; exit 1; }
grep -q 'on x86_64$' primes.txt && grep -q 'on aarch64$' primes.txt ||
    { echo "quickstart.sh: error: the program did not move in the middle of its work" >&2; exit 1; }

step "Done"
echo "Both halves printed the same addresses and the same results, and a running program went from one to the other."
echo "Next: export PATH=\"$build/bin:\$PATH\"; dyad-cc yours.c -o yours; dyad run --isa aarch64 yours"
