# --fs copies a tree in, --fs-out copies it back: content, links, permissions and times.
source "$(dirname "$0")/../lib/harness.sh"

cat >tree.c <<'C'
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void) {
    char target[20] = {0};
    struct stat status;
    FILE *file = fopen("/etc/config", "r");
    int number;
    if (!file || fscanf(file, "%d", &number) != 1) return 1;
    fclose(file);
    if (readlink("/link", target, sizeof target) != 10 || stat("/link", &status) || status.st_mtime != 1000000000) return 2;
    if (access("/tool", X_OK) || unlink("/gone") || mkdir("/new", 0750)) return 3;
    file = fopen("/new/result", "w");
    if (!file || fprintf(file, "%d\n", number * 2) < 0 || fclose(file)) return 4;
    return chmod("/new/result", 0640) != 0;
}
C
must_quietly dyad-cc -O1 tree.c -o tree
mkdir -p root/etc
echo 21 >root/etc/config
touch -d @1000000000 root/etc/config
ln -s etc/config root/link
echo x >root/tool
chmod 755 root/tool
echo x >root/gone
for isa in x86_64 aarch64; do
    must_quietly dyad run --machine process --isa $isa --fs root --fs-out out.$isa tree
    [ "$(cat out.$isa/new/result)" = 42 ] || fail "expected the result"
    [ "$(stat -c %a out.$isa/new/result) $(stat -c %a out.$isa/new)" = "640 750" ] || fail "expected the permissions"
    [ "$(readlink out.$isa/link)" = etc/config ] || fail "expected the symbolic link"
    [ "$(stat -c %Y out.$isa/etc/config)" = 1000000000 ] || fail "expected the time"
    [ ! -e out.$isa/gone ] || fail "expected no removed file"
done
[ -e root/gone ] || fail "expected --fs to change nothing"
run dyad run --machine process --fs absent tree
expect_status 125
expect_stderr_match 'dyad run: error: --fs: .*absent.*'
run dyad run --machine process --fs tree.c tree
expect_status 125
