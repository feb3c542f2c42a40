# lz4, built with its Makefile: compresses and decompresses through files and through streams.
# timeout: 600
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/programs.sh"

build_dyad() { make -C programs lz4 CC=dyad-cc AR=dyad-ar; }
build_reference() { make -C programs lz4 CC="$reference_cc"; }
build_both lz4
lz4=$dyad_tree/programs/lz4 native=$reference_tree/programs/lz4
check_pair "$lz4" 500

mkdir fs
python3 "$programs_root/text.py" "$(size 500000 2000000 50000000)" 11 >fs/text
everywhere compress fs /dev/null "$lz4" "$native" -q -9 --rm text text.lz4
cp -a compress.reference.fs compressed
everywhere test compressed /dev/null "$lz4" "$native" -q -t text.lz4
everywhere decompress compressed /dev/null "$lz4" "$native" -q -d text.lz4 text
cmp decompress.reference.fs/text fs/text || fail "expected the text back"
everywhere stream fs fs/text "$lz4" "$native" -q -c -BD
head -c 30000 compressed/text.lz4 >fs/cut.lz4
everywhere truncated fs /dev/null "$lz4" "$native" -q -d cut.lz4 cut
