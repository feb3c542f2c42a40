"""Runs every probe on every machine and compares what the monitor saw with what docs/abi.md promises.

    run.py BUILD [PROBE or migration case...]
"""

import itertools
import os
import subprocess
import sys

from migration import check_migration
from monitor import IMAGE_BASE, MIB, PROCESS, QEMU, Machine

FAULT, OVERFLOW, SIGNAL, PANIC = 1, 2, 3, 5
ARENA = 0x100000000
SEGV, ILL, ABRT = 11, 4, 6

PASSED = ["sleep", "protect", "handled-fault", "floats", "thread-locals", "random", "zero", "leaf-memory",
          "leaf-compare", "contexts", "leaf-float-environment", "leaf-int128"]
# Probe: cause, signal, address (None: any; a function: of the result)
CRASHES = {
    "protected-write": (FAULT, SEGV, ARENA + 0x5008),
    "protected-read": (FAULT, SEGV, ARENA + 0x212340),
    "jump-null": (FAULT, SEGV, 0),
    "read-null": (FAULT, SEGV, 8),
    "execute-data": (FAULT, SEGV, None),
    "execute-arena": (FAULT, SEGV, ARENA + 0x100),
    "execute-stack": (FAULT, SEGV, None),
    "write-text": (FAULT, SEGV, None),
    "write-constant": (FAULT, SEGV, None),
    "beyond-arena": (FAULT, SEGV, None),
    "below-image": (FAULT, SEGV, IMAGE_BASE + MIB - 8),
    "overflow": (OVERFLOW, SEGV, None),
    "undefined": (FAULT, ILL, 0),
    "abort": (SIGNAL, ABRT, 0),
}
EXECUTES = ("jump-null", "execute-data", "execute-arena", "execute-stack")

# name, ISA, machine, options, whether every probe runs there or only the first
MACHINES = [
    ("qemu x86_64, 16 MiB", "x86_64", QEMU, {}, True),
    ("qemu x86_64, 4 GiB", "x86_64", QEMU, {"memory": 4096 * MIB}, False),
    ("qemu x86_64, least CPU", "x86_64", QEMU, {"cpu": "qemu64"}, False),
    ("qemu aarch64 cortex-a57, 16 MiB", "aarch64", QEMU, {"cpu": "cortex-a57"}, True),
    ("qemu aarch64 max, 4 GiB", "aarch64", QEMU, {"cpu": "max", "memory": 4096 * MIB}, False),
    ("qemu aarch64 from EL2", "aarch64", QEMU, {"cpu": "max", "virtualization": True}, False),
    ("process x86_64", "x86_64", PROCESS, {}, True),
    ("process aarch64", "aarch64", PROCESS, {}, True),
]
FEW = ["hello", "sleep", "protect", "leaf-float-environment", "jump-null", "ends"]


def complaint(probe, result):
    """What is wrong, or None."""
    if result.status != 0:
        return f"expected the machine to end with status 0, found {result.status}: {result.stderr.strip()}"
    if result.boot_stage != 3:
        return f"expected boot stage 3, found {result.boot_stage}"
    if probe in CRASHES:
        cause, signal, address = CRASHES[probe]
        crash = result.crash
        if not crash:
            return f"expected a crash record, found none; output {result.output[:100]}"
        if (crash["cause"], crash["signal"]) != (cause, signal) or address not in (None, crash["address"]):
            return f"expected cause {cause}, signal {signal}, address {address}, found {crash}"
        if probe in EXECUTES and crash["pc"] != crash["address"]:
            return f"expected the program counter to be the address, found {crash}"
        if probe == "abort" and crash["message"] != "aborted on request":
            return f"expected the message, found {crash}"
        return None
    if result.crash:
        return f"unexpected crash: {result.crash}"
    if probe == "hello":
        good = result.output == b"hello\n" and result.exit == (0, 0)
    elif probe == "output":
        lines = result.output.split(b"\n")
        good = len(lines) == 4097 and all(len(x) == 63 and x[0] == 97 + i % 26 for i, x in enumerate(lines[:-1]))
    elif probe == "ends":
        good = result.output == b"passed\n"
    else:
        good = result.output == b"passed\n" and result.exit == (0, 0)
    return None if good else f"found output {result.output[:100]}, exit {result.exit}"


def broken_machines(build):
    """A machine that cannot work says so in a crash record, or with the tender's status, and ends: (title, what is wrong)."""
    for isa in ("x86_64", "aarch64"):
        image, tender = f"{build}/tests/guest-native/probe.{isa}", f"{build}/lib/dyad/tender/{isa}"
        for title, options, message in (
            ("no console", {"console": False}, "no virtio console found"),
            ("other ABI version", {"version": 99}, "ABI version"),
        ):
            crash = Machine(image, isa, QEMU, ["probe", "hello"], **options).run().crash
            good = crash and crash["cause"] == PANIC and message in crash["message"]
            yield f"qemu {isa}: {title}", None if good else f"expected '{message}', found {crash}"
        result = Machine(image, isa, PROCESS, ["probe", "hello"], tender=tender, version=99).run()
        good = result.status == 125 and "ABI version" in result.stderr
        yield f"process {isa}: other ABI version", None if good else f"found {result.status}: {result.stderr}"


def leaf_symbols(build):
    """Portable code calls leaves by name: every one must exist in both halves, with equal binding."""
    names = []
    for isa in ("x86_64", "aarch64"):
        nm = ["llvm-nm-19", "--extern-only", "--format=posix", f"{build}/lib/dyad/native/{isa}/leaf.o"]
        lines = subprocess.run(nm, check=True, capture_output=True, text=True).stdout.splitlines()
        names.append({tuple(line.split()[:2]) for line in lines})
    difference = sorted(names[0] ^ names[1])
    if difference or len(names[0]) < 30:
        return f"{len(names[0])} symbols, of which differ: {difference}"
    return None


def main():
    build, only = os.path.abspath(sys.argv[1]), sys.argv[2:]
    probes = ["hello", "output", *PASSED, *CRASHES, "ends"]
    passed = failed = 0
    for title, isa, machine, options, everything in MACHINES:
        for probe in probes if everything else FEW:
            if only and probe not in only:
                continue
            image = f"{build}/tests/guest-native/probe.{isa}"
            tender = f"{build}/lib/dyad/tender/{isa}"
            result = Machine(image, isa, machine, ["probe", probe], tender=tender, **options).run()
            wrong = complaint(probe, result)
            passed, failed = passed + (not wrong), failed + bool(wrong)
            if wrong:
                print(f"FAIL {title}: {probe}: {wrong}")
        print(f"done {title}")
    rest = [] if only else [*broken_machines(build), ("leaves: same symbols", leaf_symbols(build))]
    for title, wrong in itertools.chain(rest, check_migration(build, only)):
        passed, failed = passed + (not wrong), failed + bool(wrong)
        print(f"FAIL {title}: {wrong}" if wrong else f"done {title}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed != 0 or passed == 0)


main()
