# A bit that flips anywhere in an image is noticed by every command, and none crashes; so is an image that is cut anywhere.
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/deeds.sh"

must dyad-strip deeds
cat >flips.py <<'PY'
import random, subprocess, sys
data = open("deeds", "rb").read()
state = random.Random(7)
places = [0, 4, 5, 16, 18, 24, 32, 40, 52, 58, 60, 62, len(data) - 1]
places += [state.randrange(64, len(data)) for _ in range(int(sys.argv[1]))]
def refused(content, what, commands):
    open("damaged", "wb").write(content)
    for command in commands:
        found = subprocess.run(["dyad", *command, "damaged"], capture_output=True, text=True, timeout=60)
        wanted = 125 if command[0] == "run" else 1
        if found.returncode != wanted or found.stdout or not found.stderr.startswith(f"dyad {command[0]}: error: "):
            sys.exit(f"{what}: dyad {command[0]}: status {found.returncode}, stdout {found.stdout[:200]!r}, stderr {found.stderr!r}")
commands = [["inspect"], ["check"], ["run", "--machine", "process"]]
for n, place in enumerate(places):
    content = bytearray(data)
    content[place] ^= 1 << state.randrange(8)
    refused(content, f"bit flipped at {place}", commands if n % 10 == 0 else [commands[n % 2]])
for size in [1, 63, 64, 4095, len(data) - 1] + [state.randrange(len(data)) for _ in range(40)]:
    refused(data[:size], f"cut at {size}", [commands[size % 2]])
PY
flips=400
[ -z "${DYAD_TEST_QUICK:-}" ] || flips=60
must python3 flips.py $flips
