# A program moves itself: dyad_migrate and the rest of <dyad/dyad.h>, on process machines and on virtual ones.
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/../lib/hops.sh"

must_quietly dyad-cc -O2 "$source_root/tests/migration/from_inside.c" -o image
for combination in "${combinations[@]}"; do
    read -r isa machine <<<"$combination"
    must_quietly dyad run --isa "$isa" --machine "$machine" --stats stats image
    case $isa in x86_64) expect_stdout_line "started on 0, moved 9 times" ;; *) expect_stdout_line "started on 1, moved 9 times" ;; esac
    [ "$(hops_in stats)" = 9 ] || fail "expected the statistics to count 9 moves, found $(hops_in stats)"
    hops_done=$((hops_done + 9))
done

# Without sites it stays, and is told why.
printf '#include <dyad/dyad.h>\n#include <errno.h>\nint main(void) { return dyad_migrate(DYAD_ISA_OTHER) == -1 && errno == ENOTSUP ? 0 : 1; }\n' >stay.c
must_quietly dyad-cc -fno-migration stay.c -o stay
must dyad run --isa x86_64 --machine process stay
report_hops
