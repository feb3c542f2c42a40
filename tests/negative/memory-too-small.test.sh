# --mem below what the image needs: how much there is, how much is needed; and that much works.
source "$(dirname "$0")/../lib/harness.sh"

echo 'static volatile char big[20 << 20]; int main(int argc, char **argv) { return big[argc * 1000]; }' >a.c
must_quietly dyad-cc -O1 a.c -o a
for machine in process qemu; do
    run dyad run --machine $machine --mem 8M a
    expect_status 125
    expect_stderr_match "dyad run: error: 8M of memory is too small for this image: it needs at least [0-9]+M"
    least=$(sed -nE 's/.*at least ([0-9]+M)$/\1/p' .err)
    must dyad run --machine $machine --mem "$least" a
done
run dyad run --mem lots a
expect_status 125
expect_stderr_line "dyad run: error: --mem takes a size such as 64M or 2G, found 'lots'"
