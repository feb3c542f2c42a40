# The whole -M family, and -Wp,-MD,FILE, give one dependency file for the one object.
source "$(dirname "$0")/../lib/harness.sh"

echo '#define X 1' >header.h
printf '#include <stdio.h>\n#include "header.h"\nint x = X;\n' >a.c
must_quietly dyad-cc -M a.c
grep -q '^a\.o: a\.c' .out && grep -q 'stdio\.h' .out && grep -q 'header\.h' .out || fail "-M"
! grep -qE ' /usr/include' .out || fail "-M names the host's headers"
must_quietly dyad-cc -MM a.c
! grep -q 'stdio\.h' .out || fail "-MM names a system header"
must_quietly dyad-cc -MD -c a.c
grep -q 'stdio\.h' a.d || fail "-MD"
must_quietly dyad-cc -MMD -MP -MF own.d -MT target -c a.c -o a.o
grep -q '^target: a\.c header\.h' own.d && grep -q '^header\.h:$' own.d || fail "-MMD -MP -MF -MT"
must_quietly dyad-cc -MQ 'a$b' -MM a.c
grep -qF 'a$$b: a.c' .out || fail "-MQ"
must_quietly dyad-cc -Wp,-MD,wp.d -c a.c
grep -q 'header\.h' wp.d || fail "-Wp,-MD,FILE"
must_quietly dyad-cc -Wp,-MMD,wp2.d -c a.c
! grep -q 'stdio\.h' wp2.d || fail "-Wp,-MMD,FILE"
must_quietly dyad-cc -MM -MG -x c - </dev/null
must_quietly dyad-cc -MJ a.json -c a.c
grep -q '"file": *"a\.c"' a.json || fail "-MJ"
