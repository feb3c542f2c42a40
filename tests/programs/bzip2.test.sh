# bzip2, built with its Makefile: compresses and decompresses 10 MB, through files and through streams.
# timeout: 1500
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/programs.sh"

build_dyad() { make -j2 bzip2 bzip2recover CC=dyad-cc AR=dyad-ar RANLIB=dyad-ranlib; }
build_reference() { make -j2 bzip2 bzip2recover CC="$reference_cc"; }
build_both bzip2
bzip2=$dyad_tree/bzip2 native=$reference_tree/bzip2
check_pair "$bzip2" 500

mkdir big samples
python3 "$programs_root/text.py" "$(size 2000000 10000000 100000000)" >big/text
cp "$reference_tree"/sample* samples/
memory=$(size "" "" 512M)

# Through files: the output replaces the input, as bzip2 does.
everywhere compress big /dev/null "$bzip2" "$native" -v text
moving compress big /dev/null "$bzip2" -v text
cp -a compress.reference.fs compressed
everywhere decompress compressed /dev/null "$bzip2" "$native" -v -d text.bz2
cmp decompress.reference.fs/text big/text || fail "expected the text back"

# Through streams.
everywhere stream-compress samples big/text "$bzip2" "$native" -1
everywhere stream-decompress samples compressed/text.bz2 "$bzip2" "$native" -dc
moving stream-decompress samples compressed/text.bz2 "$bzip2" -dc

# The samples that come with bzip2, several files at a time, and what it says of bad input.
everywhere samples samples /dev/null "$bzip2" "$native" -9k sample1.ref sample2.ref sample3.ref
everywhere test samples /dev/null "$bzip2" "$native" -tv sample1.bz2 sample2.bz2 sample3.bz2
head -c 20000 samples/sample1.bz2 >samples/cut.bz2
everywhere truncated samples /dev/null "$bzip2" "$native" -d cut.bz2
everywhere missing samples /dev/null "$bzip2" "$native" -d none.bz2
everywhere recover samples /dev/null "$dyad_tree/bzip2recover" "$reference_tree/bzip2recover" sample2.bz2
