# Lua 5.4, built with its Makefile, and scripts of our own; the test lua-suite runs an official suite.
# timeout: 1500
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/programs.sh"

build_dyad() { make -j2 posix CC=dyad-cc AR="dyad-ar rcu" RANLIB=dyad-ranlib; }
build_reference() { make -j2 posix CC="$reference_cc"; }
build_both lua
lua=$dyad_tree/src/lua native=$reference_tree/src/lua
check_pair "$lua" 1000

mkdir fs
cp "$programs_root"/lua/*.lua fs/
for script in fs/*.lua; do
    script=${script#fs/}
    everywhere "${script%.lua}" fs /dev/null "$lua" "$native" "$script" "$(size 1 2 10)"
    moving "${script%.lua}" fs /dev/null "$lua" "$script" "$(size 1 2 10)"
done
printf 'return 6 * 7\nx = nil + 1\nprint(_VERSION)\n' >commands
everywhere interactive fs commands "$lua" "$native" -i
everywhere error fs /dev/null "$lua" "$native" -e 'error({code = 2})'
everywhere luac fs /dev/null "$dyad_tree/src/luac" "$reference_tree/src/luac" -o sort.luac sort.lua
