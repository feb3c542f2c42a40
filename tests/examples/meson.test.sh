# A Meson project builds with the cross file and tests its programs through the emulator.
source "$(dirname "$0")/../lib/harness.sh"

cp -r "$source_root/examples/meson" project
cat >aarch64.ini <<INI
[binaries]
exe_wrapper = ['dyad', 'run', '--machine', 'process', '--isa', 'aarch64']
INI
must meson setup --cross-file "$DYAD_BUILD/lib/cmake/Dyad/dyad.cross.ini" build project
expect_stdout_match 'C compiler for the host machine: dyad-cc \(clang 19\..*'
must meson test -C build
expect_stdout_match 'Ok: +2 *'
must meson setup --cross-file "$DYAD_BUILD/lib/cmake/Dyad/dyad.cross.ini" --cross-file aarch64.ini build-arm project
must meson test -C build-arm
expect_stdout_match 'Ok: +2 *'
must dyad check build/morse
must dyad run --machine process build/morse 'sos 73'
expect_stdout '... --- ... / --... ...--'
