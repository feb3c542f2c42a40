# zlib, configured and tested by its own build system; `make test` runs the programs through the emulator.
# timeout: 900
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/programs.sh"

build_dyad() {
    CC=dyad-cc AR=dyad-ar RANLIB=dyad-ranlib ./configure --static && make -j2 static
}
build_reference() { CC="$reference_cc" ./configure --static && make -j2 static; }
build_both zlib
check_pair "$dyad_tree/minigzip" 500

for combination in "${combinations[@]}"; do
    read -r isa machine <<<"$combination"
    must make -C "$dyad_tree" teststatic QEMU_RUN="dyad run --isa $isa --machine $machine"
    grep -q 'zlib test OK' .out || fail "zlib's make test on $isa, $machine"
done
must make -C "$reference_tree" teststatic

mkdir work
python3 "$programs_root/text.py" "$(size 500000 3000000 30000000)" 7 >work/text
everywhere compress work work/text "$dyad_tree/minigzip" "$reference_tree/minigzip" -9
cp compress.reference.out text.gz
moving compress work work/text "$dyad_tree/minigzip" -9
everywhere decompress work text.gz "$dyad_tree/minigzip" "$reference_tree/minigzip" -d
cmp decompress.reference.out work/text || fail "expected the text back"
moving decompress work text.gz "$dyad_tree/minigzip" -d
everywhere files work /dev/null "$dyad_tree/minigzip" "$reference_tree/minigzip" text
