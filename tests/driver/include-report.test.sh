# The -E -v report that clangd and CMake read lists our headers and not the host's.
source "$(dirname "$0")/../lib/harness.sh"

must dyad-cc -E -v -x c /dev/null
sed -n '/#include <...> search starts here/,/End of search list/p' .err >report
[ "$(wc -l <report)" -ge 4 ] || fail "expected a list of folders"
! grep -qE '^ /usr/(include|local)' report || fail "expected no folder of the host"
grep -qE '/sysroot/usr/include$' report || fail "expected our sysroot"
sed -n '2,$p' report | grep '^ ' | while read -r folder; do [ -d "$folder" ] || fail "no folder $folder"; done
