#!/usr/bin/env python3
"""The figures of docs/performance.md, as ratios measured in one run. See run.sh."""
import glob
import json
import os
import sys
import tempfile

import build
from measure import Failed, Table, argument_parser, geometric_mean, paired, run_parts, time_to_first_byte

KERNELS = {"nbody": ["40000000"], "matmul": ["2000"], "stencil": ["2000", "400"], "fft": ["20", "16"]}


def generated_code(options):
    """CPU time on the x86-64 process machine against clang's whole-program build for static musl."""
    folder = build.data()
    text, script = os.path.join(folder, "text"), os.path.join(folder, "script.sql")
    # name, sources, arguments, standard input, whether the program reads files
    programs = [
        ("bzip2", build.bzip2_files, ["-c", "-k"], text, False),
        ("bunzip2", build.bzip2_files, ["-d", "-c"], text + ".bz2", False),
        ("lua sort", build.lua_files, ["sort.lua", "60"], None, True),
        ("lua numbers", build.lua_files, ["numbers.lua", "20"], None, True),
        ("lua text", build.lua_files, ["text.lua", "60"], None, True),
        ("sqlite", build.sqlite_files, ["-batch", ":memory:"], script, False),
    ]
    programs += [(name, build.kernel_files(name), arguments, None, False) for name, arguments in KERNELS.items()]
    if not os.path.exists(text + ".bz2"):
        with open(text + ".bz2", "wb") as out:
            build.subprocess.run(["bzip2", "-c", text], stdout=out, check=True)
    table = Table("Generated code: CPU seconds (user and system, on one CPU), x86-64 process machine against clang -O2 -flto with static musl",
                  ["program", "clang", "dyad", "ratio"])
    ratios = {}
    for name, files, arguments, stdin, reads_files in programs:
        image, native = build.pair(name.split()[0].replace("bunzip2", "bzip2"), files)
        run = [build.DYAD, "run", "--isa", "x86_64", "--machine", "process"]
        if reads_files:
            small = tempfile.mkdtemp(dir=build.WORK)
            for lua in glob.glob(folder + "/*.lua"):
                os.link(lua, os.path.join(small, os.path.basename(lua)))
            run += ["--fs", small]
        theirs, ours = paired([native] + arguments, run + [image, "--"] + arguments, options.rounds, stdin, folder,
                              pin=True)
        ratios.setdefault(name.split()[0].replace("bunzip2", "bzip2"), []).append(ours / theirs)
        table.row(name, theirs, ours, ours / theirs)
    means = [geometric_mean(group) for group in ratios.values()]
    table.row("geometric mean (of programs)", "", "", geometric_mean(means))
    print("\nGoal: at most 1.03.")


def compile_time(options):
    """dyad-cc -c against clang-19 -c of the same file."""
    files, _ = build.lua_files()
    src = os.path.dirname(files[0])
    build.sqlite_files()
    cases = [("empty file", ["-O2", "-x", "c", "/dev/null"]),
             ("lua: lvm.c", ["-O2", os.path.join(src, "lvm.c")]),
             ("lua: lstrlib.c", ["-O2", "-g", os.path.join(src, "lstrlib.c")]),
             ("sqlite3.c", ["-O2", os.path.join(build.sources("sqlite"), "sqlite3.c")])]
    table = Table("Compiling: CPU seconds of one -c", ["file", "clang-19", "dyad-cc", "ratio"])
    for name, arguments in cases:
        out = ["-w", "-c", "-o", os.path.join(build.WORK, "compiled.o")]
        count = options.rounds if "sqlite" in name else 4 * options.rounds
        theirs, ours = paired(["clang-19"] + arguments + out, [build.DYAD_CC] + arguments + out, count)
        table.row(name, theirs, ours, ours / theirs)
    print("\nGoal: at most 1.3.")


def link_time(options):
    """The link of the Lua pair (two ISAs) against clang's own link of one with -flto."""
    files, flags = build.lua_files()
    objects = {}
    for name, compiler in (("clang", build.REFERENCE_CC), ("dyad", build.DYAD_CC)):
        folder = os.path.join(build.WORK, "link-" + name)
        os.makedirs(folder, exist_ok=True)
        for file in files:
            build.call([compiler, "-w"] + build.FLAGS + flags[:-1] + ["-c", file, "-o",
                        os.path.join(folder, os.path.basename(file) + ".o")])
        objects[name] = sorted(glob.glob(folder + "/*.o"))
    out = os.path.join(build.WORK, "linked")
    theirs = [build.REFERENCE_CC] + build.FLAGS + objects["clang"] + ["-lm", "-o", out]
    ours = [build.DYAD_CC] + build.FLAGS + objects["dyad"] + ["-lm", "-o", out]
    table = Table("Linking Lua: both ISAs at once against one with clang -flto", ["what", "clang", "dyad", "ratio"])
    for name, wall in (("wall seconds", True), ("CPU seconds", False)):
        a, b = paired(theirs, ours, options.rounds, wall=wall)
        table.row(name, a, b, b / a)
    print("\nGoal: at most 3 (wall).")


def sizes(_):
    """What it costs in bytes that both halves are alike."""
    table = Table("Padding: bytes of a common section against the larger half's own", ["program", "section", "x86_64", "aarch64", "padded", "ratio"])
    for name, files in (("lua", build.lua_files), ("sqlite", build.sqlite_files)):
        image, _ = build.pair(name, files)
        for entry in json.loads(build.call([build.DYAD, "inspect", "--json", image]))["padding"]:
            larger = max(entry["x86_64"], entry["aarch64"])
            if larger:
                table.row(name, entry["section"], entry["x86_64"], entry["aarch64"], entry["padded"], entry["padded"] / larger)
    print("\nGoal for .text: at most 1.15.")
    hello = hello_image()
    stripped = hello + ".stripped"
    build.call([os.path.join(build.BUILD, "bin", "dyad-strip"), hello, "-o", stripped])
    for isa in ("x86_64", "aarch64"):
        build.call([build.DYAD, "run", "--isa", isa, "--machine", "process", "--mem", "16M", stripped])
    table = Table("Size of a stripped hello pair", ["bytes", "KiB", "goal"])
    table.row(os.path.getsize(stripped), os.path.getsize(stripped) / 1024, "at most 512 KiB, runs with --mem 16M")


def hello_image():
    source, image = os.path.join(build.WORK, "hello.c"), os.path.join(build.WORK, "hello.dyad")
    os.makedirs(build.WORK, exist_ok=True)
    with open(source, "w") as out:
        out.write('#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n')
    build.call([build.DYAD_CC, "-O2", source, "-o", image])
    return image


# The machines as src/machine/qemu.cc starts them, with a serial port for the guest's one character and QEMU's own firmware.
ONE_CHARACTER = {
    "x86_64": (["qemu-system-x86_64", "-machine", "microvm,acpi=off,pit=off,pic=off,rtc=off,isa-serial=on,x-option-roms=off,"
                "auto-kernel-cmdline=off,accel=tcg", "-cpu", "max", "-bios", "qboot.rom"], "0x100000"),
    "aarch64": (["qemu-system-aarch64", "-machine", "virt,gic-version=2,acpi=off,accel=tcg", "-cpu", "cortex-a57"], "0x40200000"),
}


def start_up(options):
    """From the command to the program's first byte, and to main."""
    hello = hello_image()
    stats = os.path.join(build.WORK, "stats.json")
    table = Table("Starting on QEMU (TCG): wall seconds", ["ISA", "one-character guest", "dyad run to main", "ratio", "dyad run to first byte"])
    for isa, (command, address) in ONE_CHARACTER.items():
        guest = os.path.join(build.WORK, "onechar." + isa)
        build.call(["clang-19", "--target=%s-linux-gnu" % isa, "-nostdlib", "-static", "-fuse-ld=lld",
                    "-Wl,-Ttext=%s,-e,start,--build-id=none" % address, os.path.join(build.HERE, "onechar", isa + ".S"), "-o", guest])
        one = command + ["-m", "1G", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-serial", "stdio",
                         "-kernel", guest]
        run = [build.DYAD, "run", "--isa", isa, "--machine", "qemu", "--accel", "tcg", "--mem", "1G"]

        def to_main():
            build.call(run + ["--stats=" + stats, hello])
            return json.load(open(stats))["timeline_ms"]["main"] / 1000

        theirs, ours = paired(lambda: time_to_first_byte(one), to_main, 3 * options.rounds)
        first, _ = paired(lambda: time_to_first_byte(run + [hello]), lambda: 0.0, options.rounds)
        table.row(isa, theirs, ours, ours / theirs, first)
    print("\nGoal: at most 1.2.")
    run = [build.DYAD, "run", "--isa", "x86_64", "--machine", "process", hello]
    native = os.path.join(build.WORK, "hello.native")
    build.call([build.REFERENCE_CC, "-O2", os.path.join(build.WORK, "hello.c"), "-o", native])
    theirs, ours = paired([native], run, 10 * options.rounds, wall=True)
    table = Table("Starting and ending on the x86-64 process machine: wall milliseconds", ["native program", "dyad run", "goal"])
    table.row(theirs * 1000, ours * 1000, "at most 15")


PARTS = {"code": generated_code, "compile": compile_time, "link": link_time, "size": sizes, "start": start_up}


if __name__ == "__main__":
    run_parts(argument_parser(__doc__, PARTS), PARTS)
