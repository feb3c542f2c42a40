"""QEMU's own migration of a guest from one QEMU to another over loopback, by QMP (docs/interop/qmp-spec and
docs/devel/migration of QEMU)."""
import json
import os
import socket
import subprocess
import tempfile
import time

import build
from measure import Failed

MIB = 1 << 20
GIVE_UP = 10  # seconds after which a pre-copy that does not converge is made to stop the guest


def ticks_per_second():
    """Of the time stamp counter."""
    counter = os.path.join(build.WORK, "ticks")
    with open(counter + ".c", "w") as out:
        out.write("#include <stdio.h>\n#include <unistd.h>\n#include <x86intrin.h>\n"
                  "int main(void) { unsigned long long t = __rdtsc(); usleep(200000); printf(\"%llu\", (__rdtsc() - t) * 5); }\n")
    build.call(["clang-19", "-O2", counter + ".c", "-o", counter])
    return int(build.call([counter]))


def guest(size, rate):
    path = os.path.join(build.WORK, "dirtyboot")
    ticks = ticks_per_second() // (rate * MIB // 4096) if rate else 0
    build.call(["clang-19", "--target=x86_64-linux-gnu", "-nostdlib", "-static", "-fuse-ld=lld", "-Wa,--defsym,BYTES=%d" % (size * MIB),
                "-Wa,--defsym,TICKS=%d" % ticks, "-Wl,-Ttext=0x100000,-e,start,--build-id=none",
                os.path.join(build.HERE, "dirtyboot", "x86_64.S"), "-o", path])
    return path


class Qemu:
    def __init__(self, folder, name, kernel, size, *more):
        self.path = os.path.join(folder, name)
        self.child = subprocess.Popen(
            ["qemu-system-x86_64", "-machine", "microvm,acpi=off,pit=off,pic=off,rtc=off,isa-serial=on,x-option-roms=off,"
             "auto-kernel-cmdline=off,accel=tcg", "-cpu", "max", "-bios", "qboot.rom", "-m", "%dM" % (size + 32), "-nodefaults",
             "-no-user-config", "-display", "none", "-serial", "stdio", "-kernel", kernel,
             "-qmp", "unix:%s,server=on,wait=off" % self.path, *more],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for _ in range(500):
            try:
                self.socket = socket.socket(socket.AF_UNIX)
                self.socket.connect(self.path)
                break
            except OSError:
                self.socket.close()
                time.sleep(0.01)
        else:
            self.end()
            raise Failed("QEMU did not start")
        self.lines = self.socket.makefile()
        self.lines.readline()
        self.ask("qmp_capabilities")

    def ask(self, command, **arguments):
        self.socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        for line in self.lines:
            answer = json.loads(line)
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise Failed("QEMU: %s: %s" % (command, answer["error"]["desc"]))
        raise Failed("QEMU: %s: no answer" % command)

    def end(self):
        self.child.kill()
        self.child.wait()


def move(size, rate, mode):
    kernel = guest(size, rate)
    capabilities = [{"capability": "postcopy-ram", "state": True}] if mode == "postcopy" else []
    with tempfile.TemporaryDirectory() as folder:
        machines = []
        try:
            source = Qemu(folder, "source", kernel, size)
            machines.append(source)
            if source.child.stdout.read(1) != b"!":
                raise Failed("QEMU: the guest did not start")
            destination = Qemu(folder, "destination", kernel, size, "-incoming", "defer")
            machines.append(destination)
            for machine in machines:
                machine.ask("migrate-set-capabilities", capabilities=capabilities)
            destination.ask("migrate-incoming", uri="tcp:127.0.0.1:0")
            # Which port it is, QEMU tells in query-migrate.
            port = destination.ask("query-migrate")["socket-address"][0]["port"]
            source.ask("migrate-set-parameters", **{"max-bandwidth": 100 << 30, "max-postcopy-bandwidth": 0, "downtime-limit": 50})
            begun = time.monotonic()
            source.ask("migrate", uri="tcp:127.0.0.1:%s" % port)
            given_up, started = False, mode != "postcopy"
            while True:
                told = source.ask("query-migrate")
                if told["status"] == "completed":
                    break
                if told["status"] in ("failed", "cancelled"):
                    raise Failed("QEMU: the migration failed: %s" % told.get("error-desc", ""))
                if not started and told["status"] == "active":
                    source.ask("migrate-start-postcopy")
                    started = True
                if mode == "precopy" and not given_up and time.monotonic() - begun > GIVE_UP:
                    source.ask("stop")
                    given_up = True
                if time.monotonic() - begun > 120:
                    raise Failed("QEMU: the migration did not end within 120 s")
                time.sleep(0.005)
            # A post-copy that was over before it began has no downtime that means anything.
            down = told["downtime"] if told["downtime"] <= told["total-time"] else None
            return {"total_ms": told["total-time"], "down_ms": down, "bytes": told["ram"]["transferred"],
                    "rounds": told["ram"]["dirty-sync-count"], "given_up": given_up}
        finally:
            for machine in machines:
                machine.end()
