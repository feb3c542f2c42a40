# mawk, configured for a host that is not the build machine; awk programs over a large text.
# timeout: 1200
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/programs.sh"

# configure gives the flags of CC to BUILD_CC too, so both must be of the same kind.
build_dyad() {
    ./configure --host=none-dyad-linux-musl CC=dyad-cc AR=dyad-ar RANLIB=dyad-ranlib BUILD_CC=clang-19 && make mawk
}
build_reference() { ./configure CC="$reference_cc" BUILD_CC=clang-19 && make mawk; }
build_both mawk
mawk=$dyad_tree/mawk native=$reference_tree/mawk
check_pair "$mawk" 500

mkdir fs
python3 "$programs_root/text.py" "$(size 1000000 5000000 50000000)" 3 >fs/text
cp "$programs_root"/awk/*.awk fs/
for program in fs/*.awk; do
    program=${program#fs/}
    everywhere "${program%.awk}" fs fs/text "$mawk" "$native" -f "$program"
    moving "${program%.awk}" fs fs/text "$mawk" -f "$program"
done
everywhere file fs /dev/null "$mawk" "$native" -F, 'NF == 4 { total[$2] += $3 } END { for (w in total) n++; print n; print > "report"; print n > "report" }' text
everywhere status fs /dev/null "$mawk" "$native" 'BEGIN { exit 7 }'
everywhere error fs /dev/null "$mawk" "$native" 'BEGIN { print 1 +* 2 }'
