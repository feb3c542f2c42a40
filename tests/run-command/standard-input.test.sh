# Standard input may be a file, a pipe, a terminal or closed; the program sees each as it is.
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/deeds.sh"

seq 1 50000 >numbers
for isa in x86_64 aarch64; do
    process --isa $isa deeds copy <numbers >copied
    cmp numbers copied || fail "expected the file's bytes"
    cat numbers | process --isa $isa deeds copy >copied
    cmp numbers copied || fail "expected the pipe's bytes"
done
must_quietly process deeds copy
expect_no_stdout
last_command="closed input" status=0
process deeds copy <&- >.out 2>.err || status=$?
expect_status 4
expect_stderr_line "read: Bad file descriptor"
last_command="a folder as input" status=0
process deeds copy <. >.out 2>.err || status=$?
expect_status 4
expect_stderr_line "read: Is a directory"

# What the program does not read is left for who comes next.
cat >one.c <<'C'
#include <unistd.h>
int main(void) { char two[2]; return read(0, two, 2) != 2 || write(1, two, 2) != 2; }
C
must_quietly dyad-cc -O1 one.c -o one
printf 'a\nb\nc\n' >three
(process one; cat) <three >rest
cmp three rest || fail "expected every byte of the input once"

must_quietly process deeds terminals
expect_stdout 000
python3 - <<'PY'
import os, pty, sys
def talk(fd, data=[]):
    return os.read(fd, 1024)
pid, fd = pty.fork()
if pid == 0:
    os.execvp("dyad", ["dyad", "run", "--machine", "process", "deeds", "terminals"])
text = b""
try:
    while chunk := os.read(fd, 1024):
        text += chunk
except OSError:
    pass
assert os.waitpid(pid, 0)[1] == 0 and text == b"111\r\n", text
# A line that is typed is echoed by the terminal and then comes back.
pid, fd = pty.fork()
if pid == 0:
    os.execvp("dyad", ["dyad", "run", "--machine", "process", "deeds", "copy"])
os.write(fd, b"typed\n")
text = b""
while text.count(b"typed") < 2:
    text += os.read(fd, 1024)
os.write(fd, b"\x04")
assert os.waitpid(pid, 0)[1] == 0
PY
