"""A minimal monitor: starts a probe guest on any machine and takes part in its rings. Specification: docs/abi.md."""

import ctypes
import mmap
import os
import select
import socket
import struct
import subprocess
import time

IMAGE_BASE, CONTROL, CONTROL_SIZE = 0x40000000, 0x100000, 0x100000
MIB = 1 << 20
QEMU, PROCESS = 1, 2
HELLO, OUTPUT, EXIT, LOG, WELCOME = 1, 2, 6, 7, 33
# Offsets in struct dyad_control; the probe build checks the structures themselves.
BOOT_STAGE, TX, RX, CRASH = 160, 192, 320, 448
MIGRATION_AREA, MIGRATION_SIZE = 1008, 8192
STRINGS, TX_AREA, RX_AREA, RING_SIZE = 0x1000, 0x10000, 0x30000, 0x10000


class Result:
    def __init__(self):
        self.output, self.log, self.exit, self.crash = b"", [], None, None
        self.boot_stage, self.status, self.hello_after, self.stderr = 0, None, None, ""


def segments(path):
    """(address, file bytes, memory size, protection) of each loadable segment, and the process entry."""
    data = open(path, "rb").read()
    offset, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    loads, entry = [], None
    for i in range(count):
        kind, flags, start, address, _, held, memory, _ = struct.unpack_from("<IIQQQQQQ", data, offset + i * size)
        if kind == 1 and memory:
            protection = "r" + "w" * (flags >> 1 & 1) + "x" * (flags & 1)
            loads.append((address, data[start:start + held], memory, protection))
        at, end = start, start + held
        while kind == 4 and at < end:
            name_size, size_, type_ = struct.unpack_from("<III", data, at)
            name = data[at + 12:at + 12 + name_size].rstrip(b"\0")
            at += 12 + (name_size + 3 & ~3)
            if name == b"Dyad" and type_ == 1:
                entry, = struct.unpack_from("<Q", data, at)
            at += size_ + 3 & ~3
    return loads, entry


def tsc_rate():
    for line in open("/proc/cpuinfo"):
        if line.startswith("cpu MHz"):
            return int(float(line.split(":")[1]) * 1e6)
    return 10**9


class Machine:
    def __init__(self, image, isa, machine, arguments, memory=16 * MIB, stack=64 * 1024, tender=None, cpu=None,
                 virtualization=False, version=2, console=True, flags=0):
        self.result = Result()
        self.ram_fd = os.memfd_create("ram")
        os.ftruncate(self.ram_fd, memory)
        self.ram = mmap.mmap(self.ram_fd, memory)
        loads, entry = segments(image)
        image_end = max(a + m for a, _, m, _ in loads) + 4095 & ~4095
        private = image_end - IMAGE_BASE
        tables = 4096 * (17 + -(-memory // (2 * MIB)) + -(-memory // (1024 * MIB)))
        private_size = stack + tables + MIGRATION_SIZE
        arena = private + private_size + 2 * MIB - 1 & ~(2 * MIB - 1)
        strings = b"".join(a.encode() + b"\0" for a in arguments)
        fields = struct.pack("<QIIQ", 0x314C544344415944, version, machine, flags)
        fields += struct.pack("<6Q", memory, private, private_size, stack, arena, memory - arena)
        fields += struct.pack("<4I", len(arguments), 0, STRINGS, len(strings))
        fields += struct.pack("<3IHH32s", 3, 3, 3, 0, 0, os.urandom(32))
        fields += struct.pack("<4I", TX_AREA, RING_SIZE, RX_AREA, RING_SIZE)
        assert len(fields) == 152, len(fields)
        self.ram[CONTROL:CONTROL + len(fields)] = fields
        self.put64(MIGRATION_AREA, private)
        self.put64(MIGRATION_AREA + 8, MIGRATION_SIZE)
        self.machine, self.private, self.arena = machine, private, arena
        self.ram[CONTROL + STRINGS:CONTROL + STRINGS + len(strings)] = strings
        self.socket, guest = socket.socketpair()
        self.put32(TX + 72, 1)  # the monitor sleeps until the guest rings
        fds = (self.ram_fd, guest.fileno())
        if machine == PROCESS:
            maps = []
            for address, held, size, protection in loads:
                at = address - IMAGE_BASE
                self.ram[at:at + len(held)] = held
                maps.append(f"{address:x}:{size + 4095 & ~4095:x}:{protection}")
            command = [tender, str(fds[0]), str(fds[1]), f"{entry:x}", *maps]
            if isa == "aarch64":
                command.insert(0, "qemu-aarch64")
        else:
            command = self.qemu(isa, image, memory, fds, cpu, virtualization)
            if not console:
                command.remove("-device")
                command.remove("virtio-serial-device")
                command.remove("-device")
                command.remove("virtconsole,chardev=doorbell")
        self.started = time.monotonic()
        self.child = subprocess.Popen(command, pass_fds=fds, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.PIPE)
        guest.close()
        self.socket.setblocking(False)

    @staticmethod
    def qemu(isa, image, memory, fds, cpu, virtualization):
        if isa == "x86_64":
            command = ["qemu-system-x86_64", "-machine", "microvm,acpi=off,pit=off,pic=off,rtc=off,isa-serial=off,"
                       "x-option-roms=off,auto-kernel-cmdline=off,memory-backend=ram", "-bios", "qboot.rom"]
        else:
            command = ["qemu-system-aarch64", "-machine", "virt,gic-version=2,acpi=off,memory-backend=ram"]
            if virtualization:
                command[-1] += ",virtualization=on"
        return command + [
            "-cpu", cpu or "max", "-m", f"{memory // MIB}M", "-object",
            f"memory-backend-file,id=ram,mem-path=/proc/self/fd/{fds[0]},size={memory},share=on", "-nodefaults",
            "-no-user-config", "-display", "none", "-no-reboot", "-global", "virtio-mmio.force-legacy=false", "-device",
            "virtio-serial-device", "-chardev", f"socket,id=doorbell,fd={fds[1]}", "-device",
            "virtconsole,chardev=doorbell", "-kernel", image
        ]

    def get32(self, offset):
        return struct.unpack_from("<I", self.ram, CONTROL + offset)[0]

    def get64(self, offset):
        return struct.unpack_from("<Q", self.ram, CONTROL + offset)[0]

    def put32(self, offset, value):
        struct.pack_into("<I", self.ram, CONTROL + offset, value)

    def put64(self, offset, value):
        struct.pack_into("<Q", self.ram, CONTROL + offset, value)

    def ring(self):
        try:
            self.socket.send(b"!")
        except (BlockingIOError, BrokenPipeError, ConnectionResetError):
            pass

    def send(self, kind, body):
        head = self.get64(RX)
        frame = struct.pack("<II", kind, len(body)) + body + bytes(-len(body) % 8)
        for i, byte in enumerate(frame):
            self.ram[CONTROL + RX_AREA + (head + i) % RING_SIZE] = byte
        self.put64(RX, head + len(frame))
        self.ring()

    def take(self, position, size):
        start = CONTROL + TX_AREA
        at = position % RING_SIZE
        first = self.ram[start + at:start + min(at + size, RING_SIZE)]
        return first + self.ram[start:start + size - len(first)]

    def drain(self):
        tail = self.get64(TX + 64)
        while tail != self.get64(TX):
            kind, size = struct.unpack("<II", self.take(tail, 8))
            body = self.take(tail + 8, size)
            if kind == HELLO:
                self.result.hello_after = time.monotonic() - self.started
                ticks, = struct.unpack("<Q", body)
                self.send(WELCOME, struct.pack("<QQQ", tsc_rate(), ticks, time.time_ns()))
            elif kind == OUTPUT:
                self.result.output += body[8:]
            elif kind == EXIT:
                self.result.exit = struct.unpack("<II", body)
            elif kind == LOG:
                self.result.log.append(body)
            tail += 8 + (size + 7 & ~7)
            self.put64(TX + 64, tail)
            if self.get32(TX + 8):
                self.put32(TX + 8, 0)
                self.ring()

    def step(self):
        """Takes part in the rings for a moment; false when the machine has closed its end."""
        self.put32(TX + 72, 1)
        self.drain()
        readable, _, _ = select.select([self.socket], [], [], 0.05)
        try:
            return not readable or bool(self.socket.recv(4096))
        except ConnectionResetError:
            return False

    def run(self, timeout=20):
        end = time.monotonic() + timeout
        while time.monotonic() < end and self.step():
            pass
        try:
            self.result.status = self.child.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.result.status = "timeout"
            self.child.wait()
        self.drain()
        self.result.stderr = self.child.stderr.read().decode()
        self.result.boot_stage = self.get32(BOOT_STAGE)
        if self.get32(CRASH):
            names = ("cause", "signal", "code", "address", "pc", "sp", "flags")
            values = struct.unpack_from("<IIIQQQQ", self.ram, CONTROL + CRASH + 4)
            self.result.crash = dict(zip(names, values))
            message = self.ram[CONTROL + CRASH + 48 + 256:CONTROL + CRASH + 48 + 512]
            self.result.crash["message"] = message.split(b"\0")[0].decode()
        return self.result
