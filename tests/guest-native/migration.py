"""Stops and resumes probe guests: (title, what is wrong or None) for every machine. Specification: docs/abi.md, section 8."""

import signal
import struct
import subprocess
import time

from monitor import CONTROL, IMAGE_BASE, MIGRATION_AREA, MIGRATION_SIZE, PROCESS, QEMU, Machine, tsc_rate

MIGRATION = MIGRATION_AREA + 16
REQUEST, STATE, COMMAND, STOPPED, SKIP, POINT_COUNT, POINTS_OFFSET, FRAMES, FRAMES_SIZE, ENTRY, AT_CALL, ROUNDING, FP_FLAGS = (
    MIGRATION + offset for offset in (0, 4, 8, 12, 16, 20, 24, 32, 40, 48, 56, 60, 64))
CLOCK, CPU_TIME, TICK_HZ, BLOCK, BLOCK_SIZE, BLOCK_ALIGN, INTERRUPTED, REGISTERS = (
    MIGRATION + offset for offset in (72, 80, 88, 96, 104, 112, 120, 128))
VECTORS = REGISTERS + 320
RUNNING, IS_STOPPED, WAITING, FORBIDDEN = range(4)
CONTINUE, RESUME = 1, 2
FLAG_RESUME = 8
ROUND_UP, DIVIDE = 2, 2
NOP = {"x86_64": b"\x90", "aarch64": struct.pack("<I", 0xD503201F)}

MACHINES = [("qemu x86_64", "x86_64", QEMU, {}), ("qemu x86_64, least CPU", "x86_64", QEMU, {"cpu": "qemu64"}),
            ("qemu aarch64", "aarch64", QEMU, {"cpu": "cortex-a57"}), ("process x86_64", "x86_64", PROCESS, {}),
            ("process aarch64", "aarch64", PROCESS, {})]


class Wrong(Exception):
    pass


def expect(what, found, wanted):
    if found != wanted:
        raise Wrong(f"{what}: expected {wanted!r}, found {found!r}")


class Guest(Machine):
    """A probe with its points listed, and the requests of a monitor."""

    def __init__(self, build, isa, machine, probe, **options):
        image = f"{build}/tests/guest-native/probe.{isa}"
        super().__init__(image, isa, machine, ["probe", probe], tender=f"{build}/lib/dyad/tender/{isa}", **options)
        self.isa = isa
        nm = subprocess.run(["llvm-nm-19", image], check=True, capture_output=True, text=True).stdout
        self.symbols = {name: int(address, 16) for address, _, name in (line.split() for line in nm.splitlines())}
        pairs = sorted((self.symbols["point" + name], self.symbols["target" + name])
                       for name in ("OfRegisters", "InCommonText"))
        self.points = [nop for nop, _ in pairs]
        struct.pack_into("<4I", self.ram, self.private, *pairs[0], *pairs[1])
        self.put64(POINTS_OFFSET, self.private)
        self.put32(POINT_COUNT, len(self.points))

    def until(self, what, condition, timeout=20):
        end = time.monotonic() + timeout
        while not condition():
            if not self.step() and not condition():
                raise Wrong(f"the machine ended before {what}: {self.finish()}")
            if time.monotonic() > end:
                raise Wrong(f"no {what} in {timeout} s, state {self.get32(STATE)}: {self.finish()}")

    def finish(self):
        result = self.run(2)
        return f"output {result.output[-80:]}, crash {result.crash}, status {result.status}, {result.stderr}"

    def ready(self):
        self.until("output", lambda: b"ready\n" in self.result.output)

    def interrupt(self):
        self.ring()
        if self.machine == PROCESS:
            self.child.send_signal(signal.SIGUSR1)

    def request(self, number, skip=0):
        self.put32(SKIP, skip)
        self.put32(REQUEST, number)
        self.interrupt()

    def stop(self, number, skip=0):
        self.request(number, skip)
        self.stopped(number)

    def stopped(self, number):
        self.until("stop", lambda: self.get32(STATE) == IS_STOPPED and self.get32(STOPPED) == number)

    def holds_nops(self):
        size = len(NOP[self.isa])
        return all(self.ram[point - IMAGE_BASE:point - IMAGE_BASE + size] == NOP[self.isa] for point in self.points)

    def go_on(self, request=None, skip=0):
        """Nothing is asked for then, unless there is a new request."""
        if request is not None:
            self.put32(SKIP, skip)
            self.put32(REQUEST, request)
        self.put32(COMMAND, CONTINUE)
        self.ring()
        if request is None:
            self.until("NOPs", self.holds_nops)

    def passes(self):
        result = self.run(20)
        expect("output", result.output[-7:], b"passed\n")
        expect("crash", result.crash, None)


def points(guest):
    guest.ready()
    registers, common = guest.symbols["callOfRegisters"], guest.symbols["commonPoint"]
    seen = set()
    number = 0
    # Numbers of skipped points that are even and odd: both points are met.
    for skip in (0, 1, 1000):
        number += 1
        guest.stop(number, skip)
        expect("stop in a call", guest.get32(AT_CALL), 0)
        pc = guest.get64(REGISTERS)
        expect("program counter at a point", pc == registers or common < pc < common + 256, True)
        seen.add(pc == registers)
        expect("points left to skip", guest.get32(SKIP), 0)
        expect("rounding and flags", (guest.get32(ROUNDING), guest.get32(FP_FLAGS) & DIVIDE), (ROUND_UP, DIVIDE))
        if pc == registers:
            count, stack, link = (16, 7, 7) if guest.isa == "x86_64" else (32, 31, 30)
            for i in range(count):
                if i not in (stack, link):
                    expect(f"register {i}", guest.get64(REGISTERS + 8 + 8 * i), 0x0101010101010101 * (i + 1))
                expect(f"vector {i}", (guest.get64(VECTORS + 64 * i), guest.get64(VECTORS + 64 * i + 8)),
                       (0x0303030303030303 * (i + 1),) * 2)
            top = guest.arena + IMAGE_BASE
            sp = guest.get64(REGISTERS + 8 + 8 * stack)
            expect("stack pointer in private RAM", IMAGE_BASE + guest.private < sp < top, True)
        if skip == 1000:
            # Asked again together with the command: the very next point is the other one.
            guest.go_on(number + 1)
            number += 1
            guest.stopped(number)
            seen.add(guest.get64(REGISTERS) == registers)
        guest.go_on()
    expect("both points stopped", seen, {True, False})
    guest.passes()


def withdrawn(guest):
    """Requests that are taken back leave no trace; here there are always points left to skip."""
    guest.ready()
    for number in range(1, 5):
        guest.request(number, skip=1 << 30)
        guest.until("traps", lambda: guest.get32(SKIP) < 1 << 30)
        guest.put32(REQUEST, 0)
        guest.interrupt()
        guest.until("NOPs", guest.holds_nops)
    guest.stop(5)
    guest.go_on()
    guest.passes()


def waits(guest):
    guest.ready()
    time.sleep(0.05)  # asleep, most likely
    for number in (1, 2):
        guest.stop(number)
        expect("stop in a call", guest.get32(AT_CALL), 1)
        start = guest.symbols["_Z8testWaitv"]
        expect("program counter in the caller", start < guest.get64(REGISTERS) < start + 256, True)
        guest.go_on()
    guest.passes()


def forbidden(guest):
    guest.ready()
    guest.request(1)
    guest.until("refusal", lambda: guest.get32(STATE) == FORBIDDEN or guest.get32(STATE) == IS_STOPPED)
    guest.stopped(1)  # by itself, once it is allowed
    guest.go_on()
    guest.passes()


def crashes(cause_signal):
    def check(guest):
        guest.ready()
        guest.request(1, skip=1 << 30)
        result = guest.run(20)
        expect("signal", result.crash and result.crash["signal"], cause_signal)
    return check


def text_closed(guest):
    guest.ready()
    guest.stop(1)
    guest.go_on()
    result = guest.run(20)
    expect("signal", result.crash and result.crash["signal"], 11)


def resume(request):
    def check(guest):
        guest.until("wait", lambda: guest.get32(STATE) == WAITING)
        frames = guest.private + 4096
        struct.pack_into("<Q", guest.ram, frames, 0x1234567890)
        struct.pack_into("<Q", guest.ram, guest.arena + 0x1000, 77)
        guest.put64(FRAMES, IMAGE_BASE + frames)
        guest.put64(FRAMES_SIZE, 8)
        guest.put64(ENTRY, guest.symbols["resumedEntry"])
        guest.put32(ROUNDING, ROUND_UP)
        guest.put32(FP_FLAGS, DIVIDE)
        guest.put64(CLOCK, 5000000000000)
        guest.put64(CPU_TIME, 2**64 - 1)
        guest.put64(TICK_HZ, tsc_rate())
        guest.put64(BLOCK, 0x100001000)
        guest.put64(BLOCK_SIZE, 64)
        guest.put64(BLOCK_ALIGN, 64)
        guest.put32(REQUEST, request)
        guest.put32(COMMAND, RESUME)
        guest.ring()
        if request:
            guest.stopped(request)
            expect("stop in a call", guest.get32(AT_CALL), 1)
            expect("thread block", guest.get64(BLOCK), 0x100001000)
            expect("clock", guest.get64(CLOCK) >= 5000000000000, True)
            guest.go_on(0)
        guest.until("arrival", lambda: guest.get32(STATE) == RUNNING)
        guest.passes()
    return check


CASES = [("stops at points", "points", points, {}), ("requests taken back", "points", withdrawn, {}),
         ("stops in a wait", "wait", waits, {}), ("forbidden", "forbidden", forbidden, {}),
         ("fault while patched", "fault-while-patched", crashes(signal.SIGSEGV), {}),
         ("breakpoint while patched", "breakpoint-while-patched", crashes(signal.SIGTRAP), {}),
         ("text is closed again", "text-closed", text_closed, {}),
         ("resumes", "hello", resume(0), {"flags": FLAG_RESUME}),
         ("resumes and stops at once", "hello", resume(7), {"flags": FLAG_RESUME})]


def check_migration(build, only):
    for title, isa, machine, options in MACHINES:
        for what, probe, check, more in CASES:
            if only and what not in only:
                continue
            guest = Guest(build, isa, machine, probe, **options, **more)
            try:
                check(guest)
                wrong = None
            except Wrong as error:
                wrong = str(error)
            guest.child.kill()
            guest.child.wait()
            yield f"{title}: {what}", wrong
