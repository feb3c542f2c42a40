# Spaces in every path.
source "$(dirname "$0")/../lib/harness.sh"

mkdir -p "in put/inc lude" "out put"
echo '#define ZERO 0' >"in put/inc lude/the header.h"
printf '#include "the header.h"\nint main(void) { return ZERO; }\n' >"in put/my main.c"
must_quietly dyad-cc -g "-Iin put/inc lude" -MMD -c "in put/my main.c" -o "out put/my main.o"
grep -qF 'my\ main.o: in\ put/my\ main.c' "out put/my main.d" || fail "expected escaped spaces in the dependency file"
must_quietly dyad-ar rcs "out put/lib my.a" "out put/my main.o"
must_quietly dyad-cc "out put/lib my.a" -Wl,-u,main -o "out put/my program"
must dyad run --machine process "out put/my program"
must dyad check "out put/my program"
