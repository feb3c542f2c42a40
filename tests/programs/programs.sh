# Sourced by the program tests, after harness.sh: fetches a program, builds it for Dyad and natively, and runs both.
# What is built stays in $DYAD_BUILD/programs/<name>/{dyad,reference}, for the benchmarks and for a look afterwards.

source "$tests_root/lib/hops.sh"
programs_root=$tests_root/programs
cache=${DYAD_SOURCE_CACHE:-$DYAD_BUILD/cache/sources}

# A static musl build without contraction of floating-point operations (docs/design.md, "Comparing honestly").
# DYAD_REFERENCE_CC may name another compiler.
reference_cc=${DYAD_REFERENCE_CC:-$(command -v reference-cc || echo "$DYAD_BUILD/tests/reference/bin/reference-cc")}

# Sizes: "quick" for a developer at work, "full" for the largest; else what CI runs.
size() { # QUICK NORMAL FULL
    if [ -n "${DYAD_TEST_QUICK:-}" ]; then echo "$1"; elif [ -n "${DYAD_TEST_FULL:-}" ]; then echo "$3"; else echo "$2"; fi
}

# fetch NAME: puts the upstream archive into the cache and prints its path.
fetch() {
    local name package version file sum
    while read -r name package version file sum; do
        [ "$name" = "$1" ] || continue
        DYAD_APT_STATE=${DYAD_APT_STATE:-$DYAD_BUILD/cache/apt} \
            "$source_root/cmake/fetch-debian.sh" source "$package" "$version" - "$cache/$package" "$file=$sum" >&2 ||
            fail "cannot fetch $package $version"
        echo "$cache/$package/$file"
        return
    done < <(grep -v '^#' "$programs_root/sources.txt")
    fail "no program '$1' in sources.txt"
}

# unpack NAME FOLDER
unpack() {
    local archive
    archive=$(fetch "$1")
    rm -rf "$2"
    mkdir -p "$2"
    tar -xf "$archive" -C "$2" --strip-components=1
    # Some archives carry dates that make configure scripts look older than their sources.
    find "$2" -exec touch -h -d @1600000000 {} +
}

# build_both NAME: calls build_dyad and build_reference of the test in a fresh source tree each. The reference is kept
# between runs as long as the script, the source and the reference compiler are the same.
build_both() {
    local where=$DYAD_BUILD/programs/$1 stamp
    command -v dyad-cc >/dev/null || fail "dyad-cc is not built (looked in $DYAD_BUILD/bin)"
    [ -x "$reference_cc" ] || fail "the reference compiler is not built (expected $reference_cc): ninja reference"
    dyad_tree=$where/dyad reference_tree=$where/reference
    mkdir -p "$where"
    exec 9>"$where/lock"
    flock 9
    stamp=$(cat "$0" "$programs_root/sources.txt" "$reference_cc" 2>/dev/null | sha256sum)
    if [ "$stamp" != "$(cat "$where/reference.stamp" 2>/dev/null)" ]; then
        rm -f "$where/reference.stamp"
        unpack "$1" "$reference_tree"
        (cd "$reference_tree" && build_reference) >"$where/reference.log" 2>&1 || show_log "$where/reference.log" "the native build failed"
        echo "$stamp" >"$where/reference.stamp"
    fi
    unpack "$1" "$dyad_tree"
    (cd "$dyad_tree" && build_dyad) >"$where/dyad.log" 2>&1 || show_log "$where/dyad.log" "the build with dyad-cc failed"
    exec 9>&-
}

show_log() { # FILE MESSAGE
    tail -n 40 "$1" >&2
    unset last_command
    fail "$2"
}

# check_pair IMAGE AT_LEAST: no difference, and at least so many common symbols in each half.
check_pair() {
    must dyad check "$1"
    grep -qx '  no differences' .out || fail "expected dyad check to say that there are no differences"
    must dyad inspect --json "$1"
    symbols=$(python3 -c '
import json, sys
image = json.load(sys.stdin)
counts = {image[isa]["symbols"]["common"] for isa in image["isas"]}
print(*counts)' <.out)
    [[ $symbols =~ ^[0-9]+$ ]] || fail "expected the same number of common symbols in each half of $1, found $symbols"
    [ "$symbols" -ge "$2" ] || fail "expected at least $2 common symbols in $1, found $symbols"
    echo "$1: $symbols common symbols"
}

# on_reference NAME FOLDER INPUT PROGRAM ARGS...: runs the native program in a copy of FOLDER. Leaves NAME.reference.{out,status,fs}.
on_reference() {
    local name=$1 folder=$2 input=$3
    shift 3
    rm -rf "$name.reference.fs"
    cp -a "$folder" "$name.reference.fs"
    local got=0
    (cd "$name.reference.fs" && exec timeout 600 "$@") <"$input" >"$name.reference.out" 2>"$name.reference.err" || got=$?
    echo $got >"$name.reference.status"
}

# everywhere NAME FOLDER INPUT IMAGE PROGRAM ARGS...: runs the native program, then both halves of IMAGE on both machines
# with FOLDER as root directory and INPUT as standard input; output, exit status and the files left must be the same.
everywhere() {
    local name=$1 folder=$2 input=$3 image=$4
    shift 4
    on_reference "$name" "$folder" "$input" "$@"
    shift
    local combination isa machine what got start
    for combination in "${combinations[@]}"; do
        read -r isa machine <<<"$combination"
        what=$name.$isa-$machine
        rm -rf "$what.fs"
        got=0 start=$SECONDS
        timeout 900 dyad run --isa "$isa" --machine "$machine" ${memory:+--mem "$memory"} --fs "$folder" --fs-out "$what.fs" \
            "$image" -- "$@" <"$input" >"$what.out" 2>"$what.err" || got=$?
        echo "$what: $((SECONDS - start))s"
        [ "$got" = "$(cat "$name.reference.status")" ] || {
            tail -n 20 "$what.out" "$what.err" >&2
            fail "$what: expected status $(cat "$name.reference.status"), found $got"
        }
        same_file "$name.reference.out" "$what.out" "$what: output"
        diff -r "$name.reference.fs" "$what.fs" >"$what.diff" 2>&1 || {
            head -n 20 "$what.diff" >&2
            fail "$what: files differ from those of the native run"
        }
        rm -rf "$what.fs" "$what.out"
    done
}

# moving NAME FOLDER INPUT IMAGE ARGS...: after everywhere NAME, runs IMAGE again on process machines, from either ISA, moved at
# random times and, for torture, at many deterministic points too; output, exit status and files must be those of the native run.
moving() {
    local name=$1 folder=$2 input=$3 image=$4 isa hop start
    shift 4
    local hops=("points=5003,count=12")
    if torture; then hops=("every=random" "points=100003,count=150" "points=7,count=150"); fi
    for isa in x86_64 aarch64; do
        for hop in "${hops[@]}"; do
            start=$SECONDS
            rm -rf moving.fs
            hop_run moving 3 "$hop" "$(cat "$name.reference.status")" "$name.reference.out" "$input" \
                --isa "$isa" --machine process ${memory:+--mem "$memory"} --fs "$folder" --fs-out moving.fs "$image" -- "$@"
            diff -r "$name.reference.fs" moving.fs >moving.diff 2>&1 || {
                head -n 20 moving.diff >&2
                fail "$name: files differ from those of the native run"
            }
            echo "$name.$isa moved $(hops_in moving.stats) times ($hop): $((SECONDS - start))s"
        done
    done
    rm -rf moving.fs moving.*
}

same_file() { # EXPECTED FOUND WHAT
    cmp -s "$1" "$2" && return
    diff -a "$1" "$2" | head -n 20 >&2 || true
    fail "$3 differs from that of the native run"
}
