# --mem takes bytes, K, M, G and KiB, MiB, GiB; what is too small says how much is needed.
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/deeds.sh"

for size in 16M 16384K 16777216 64MiB 1G 2GiB; do
    must_quietly process --mem $size deeds hello
    expect_stdout hello
done
# More than lies below the device hole: the first stack is at the high end.
must_quietly dyad run --isa x86_64 --machine qemu --accel tcg --mem 4G deeds hello
expect_stdout hello
refused() { # SIZE MESSAGE
    run process --mem "$1" deeds hello
    expect_status 125
    expect_stderr_line "dyad run: error: $2"
}
refused 3x "--mem takes a size such as 64M or 2G, found '3x'"
refused M "--mem takes a size such as 64M or 2G, found 'M'"
refused -1M "--mem takes a size such as 64M or 2G, found '-1M'"
refused 99999999999999999999 "--mem '99999999999999999999' is too large"
run process --mem 1M deeds hello
expect_status 125
expect_stderr_match 'dyad run: error: 1M of memory is too small for this image: it needs at least [0-9]+M'
least=$(sed -n 's/.*at least \([0-9]*M\).*/\1/p' .err)
must_quietly process --mem "$least" deeds hello
