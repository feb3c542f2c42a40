# -shared, shared objects as input, and dlopen are refused with the reason and the page that explains it.
source "$(dirname "$0")/../lib/harness.sh"

echo 'int f(void) { return 0; }' >f.c
run dyad-cc -shared -fPIC f.c -o libf.so
expect_status 1
expect_stderr_line "dyad-cc: error: '-shared' is not supported: a pair is one statically linked program (docs/limits.md, \"Dynamic linking\")"
expect_only_files f.c
if command -v gcc >/dev/null; then
    gcc -shared -fPIC f.c -o libf.so
    echo 'int f(void); int main(void) { return f(); }' >main.c
    run dyad-cc main.c ./libf.so -o main
    expect_status 1
    expect_stderr_line "dyad-cc: error: ./libf.so: shared objects cannot be linked into a pair, which is one static program (docs/limits.md, \"Dynamic linking\")"
    expect_only_files f.c libf.so main.c
fi
grep -qi '^#* *dynamic linking' "$source_root/docs/limits.md" || fail "expected docs/limits.md to have the section"
printf '#include <dlfcn.h>\n#include <stdio.h>\nint main(void) { void *h = dlopen("libm.so", RTLD_NOW); puts(h ? "loaded" : dlerror()); return !!h; }\n' >dl.c
must_quietly dyad-cc -O1 dl.c -o dl
must dyad run --machine process dl
grep -qi 'not supported' .out || fail "expected dlerror to say that dynamic loading is not supported"
