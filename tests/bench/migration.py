#!/usr/bin/env python3
"""The figures of docs/performance.md about migration, as ratios measured in one run. See migration.sh."""
import json
import os
import stat
import statistics
import sys

import build
import workloads
from measure import Failed, Table, argument_parser, geometric_mean, paired, run_once, run_parts

ISAS = ("x86_64", "aarch64")


def chosen(arguments):
    everything = workloads.kernels() + workloads.programs()
    return [w for w in everything if not arguments.program or w.program in arguments.program]


def means(table, ratios):
    """Rows of geometric means: over kernels, and over programs (each program's workloads first)."""
    for kernel, what, goal in ((True, "kernels", 1.01), (False, "programs", 1.03)):
        groups = {}
        for workload, ratio in ratios:
            if workload.kernel == kernel:
                groups.setdefault(workload.program, []).append(ratio)
        if groups:
            table.row("**geometric mean of %s**" % what, "", "", geometric_mean([geometric_mean(g) for g in groups.values()]), "at most %.2f" % goal)


def cost(arguments):
    """CPU time with sites against without, on one CPU, in interleaved pairs."""
    table = Table("Cost while not moving: CPU seconds (user and system, on one CPU), x86-64 process machine, against the pair built with -fno-migration",
                  ["program", "without sites", "with sites", "ratio", "goal"])
    ratios = []
    for workload in chosen(arguments):
        without, with_sites = paired(workload.run(False), workload.run(True), arguments.rounds, workload.stdin, pin=True)
        ratios.append((workload, with_sites / without))
        table.row(workload.name, without, with_sites, with_sites / without, "at most 1.06")
    means(table, ratios)


def wrapped_qemu(plugin):
    """A folder for the front of PATH whose qemu-system-x86_64 loads the plugin; the path of its result."""
    folder, result = os.path.join(build.WORK, "counting"), os.path.join(build.WORK, "counting", "instructions")
    os.makedirs(folder, exist_ok=True)
    real = build.shutil.which("qemu-system-x86_64")
    if not real:
        raise Failed("qemu-system-x86_64 is not installed")
    wrapper = os.path.join(folder, "qemu-system-x86_64")
    with open(wrapper, "w") as out:
        out.write('#!/bin/sh\ncase $1 in *version*) exec %s "$@" ;; esac\nexec %s "$@" -plugin %s,out=%s\n' % (real, real, plugin, result))
    os.chmod(wrapper, os.stat(wrapper).st_mode | stat.S_IXUSR)
    return folder, result


def count_instructions(command, stdin, environment, result):
    if os.path.exists(result):
        os.remove(result)
    run_once(["env"] + environment + command, stdin)
    if not os.path.exists(result):
        raise Failed("%s: QEMU has not counted" % " ".join(command))
    with open(result, "rb") as counter:
        return int.from_bytes(counter.read(8), "little")


def instructions(arguments):
    """Executed instructions: x86-64 of the whole virtual machine, AArch64 of the whole process."""
    plugin = os.path.join(build.WORK, "count_instructions.so")
    build.call(["clang-19", "-O2", "-shared", "-fPIC", os.path.join(build.HERE, "count_instructions.c"), "-o", plugin])
    folder, result = wrapped_qemu(plugin)
    places = {"x86_64": (["--machine", "qemu", "--accel", "tcg"], ["PATH=%s:%s" % (folder, os.environ["PATH"])]),
              "aarch64": (["--machine", "process"], ["QEMU_PLUGIN=%s,out=%s" % (plugin, result)])}
    for isa in ISAS:
        options, environment = places[isa]
        table = Table("Cost while not moving: millions of instructions, %s" % isa, ["program", "without sites", "with sites", "ratio", "goal"])
        ratios = []
        for workload in chosen(arguments):
            counts = [count_instructions(workload.run(sites, "--isa", isa, *options, few=True), workloads.few_input(workload.stdin), environment, result)
                      for sites in (False, True)]
            ratios.append((workload, counts[1] / counts[0]))
            table.row(workload.name, "%.1f" % (counts[0] / 1e6), "%.1f" % (counts[1] / 1e6), counts[1] / counts[0], "")
        means(table, ratios)


def text(arguments):
    """Growth of common text: what sites add to the functions themselves; resume functions are not in it."""
    table = Table("Bytes of common text (without resume functions)", ["program", "ISA", "without sites", "with sites", "ratio", "goal"])
    seen = set()
    for workload in chosen(arguments):
        if workload.program in seen:
            continue
        seen.add(workload.program)
        sizes = []
        for sites in (False, True):
            padding = json.loads(build.call([build.DYAD, "inspect", "--json", workload.image(sites)]))["padding"]
            sizes.append(next(entry for entry in padding if entry["section"] == ".text"))
        for isa in ISAS:
            table.row(workload.program, isa, sizes[0][isa], sizes[1][isa], sizes[1][isa] / sizes[0][isa], "at most 1.05")


def link(arguments):
    """The link of a pair with sites against the link without."""
    table = Table("Linking with sites: wall seconds", ["program", "without sites", "with sites", "ratio", "goal"])
    seen = set()
    for workload in chosen(arguments):
        if workload.kernel or workload.program in seen:
            continue
        seen.add(workload.program)
        files, flags = workload.files()
        folder = os.path.join(build.WORK, "objects-" + workload.program)
        os.makedirs(folder, exist_ok=True)
        compile_flags = [flag for flag in flags if not flag.startswith("-l")]
        objects = []
        for index, file in enumerate(files):
            objects.append(os.path.join(folder, "%d.o" % index))
            build.call([build.DYAD_CC, "-w"] + build.FLAGS + compile_flags + ["-c", file, "-o", objects[-1]])
        command = [build.DYAD_CC] + build.FLAGS + objects + ["-lm", "-o", os.path.join(build.WORK, "linked")]
        without, with_sites = paired(command + ["-fno-migration"], command, arguments.rounds, wall=True)
        table.row(workload.program, without, with_sites, with_sites / without, "at most 2")


def stats_path():
    return os.path.join(build.WORK, "stats.json")


def moves(workload, hop, *options, stdin=None, more=False):
    """Runs it while it moves; returns the statistics of its moves and the CPU seconds of all."""
    stats = stats_path()
    seconds, _ = run_once(workload.run(True, "--hop", hop, "--stats", stats, *options, more=more), stdin, pin=False)
    found = json.load(open(stats))["moves"]
    if found["done"] == 0:
        raise Failed("%s: not moved once with --hop %s" % (workload.name, hop))
    return found, seconds


def stop(arguments):
    """From the request to the stop, at native speed: the program stays on the x86-64 process machine and is asked at times that
    have nothing to do with what it does."""
    table = Table("From the request to the stop: milliseconds, x86-64 process machine", ["program", "requests", "median", "p99", "longest", "goal (p99)"])
    worst, everything = 0, []
    for workload in chosen(arguments):
        found, _ = moves(workload, "every=random,isa=same", stdin=workload.stdin)
        times = found["request_to_stopped_ms"]
        worst = max(worst, times["p99"])
        everything += [m["request_to_stopped_us"] / 1000 for m in json.load(open(stats_path()))["migrations"]]
        table.row(workload.name, found["done"], times["median"], times["p99"], times["most"], "at most 1")
    table.row("worst of a program", "", "", worst, "", "")
    everything.sort()
    table.row("**all requests**", len(everything), statistics.median(everything), everything[len(everything) * 99 // 100], everything[-1], "at most 1")


def move(arguments):
    """Capture, transformation and resumption, by the number of frames."""
    table = Table("Capture, transform and resume: milliseconds, medians of moves between process machines",
                  ["destination", "frames", "moves", "capture", "transform", "resume", "sum", "microseconds for each further frame", "goal"])
    for same in (True, False):
        base = None
        for depth in (6, 100, 1000, 10000, 100000):
            workload = workloads.Workload("frames", "frames", build.kernel_files("frames"), [str(depth), "3000000000"], [])
            count = 4 * arguments.rounds if depth < 10000 else max(2, arguments.rounds)
            moves(workload, "every=50ms,count=%d,isa=%s" % (count, "same" if same else "other"))
            done = [m for m in json.load(open(stats_path()))["migrations"] if m["to"] == "x86_64"]
            parts = [statistics.median(m[part] for m in done) / 1000 for part in ("capture_us", "place_us", "resume_us")]
            frames = max(m["frames"] for m in done)
            further = "" if base is None else (sum(parts) - base[1]) * 1000 / (frames - base[0])
            base = base or (frames, sum(parts))
            table.row("x86_64 from " + ("x86_64" if same else "aarch64"), frames, len(done), *parts, sum(parts), further,
                      "at most 1 ms" if further == "" else "at most 2 us")


def after(arguments):
    """Speed after a move in the middle of the hottest loop: CPU time of runs that were moved once, early, against runs that never
    were. What counts is by how much a run with more of the same work takes longer: the move itself is the same in both."""
    table = Table("Speed after a move: CPU seconds of additional work, x86-64 process machine to another of the same kind",
                  ["program", "never moved", "moved once", "speed", "goal"])
    speeds = []
    for workload in chosen(arguments):
        if not workload.kernel:
            continue
        early = max(30, int(run_once(workload.run(True))[0] * 1000 / 10))
        times = {(moved, more): [] for moved in (False, True) for more in (False, True)}
        for _ in range(arguments.rounds):
            for moved, more in times:
                seconds = moves(workload, "every=%dms,count=1,isa=same" % early, more=more)[1] if moved else run_once(workload.run(True, more=more))[0]
                times[moved, more].append(seconds)
        never, moved = (statistics.median(times[moved, True]) - statistics.median(times[moved, False]) for moved in (False, True))
        speeds.append(never / moved)
        table.row(workload.name, never, moved, never / moved, "at least 0.97")
    table.row("**geometric mean**", "", "", geometric_mean(speeds), "at least 0.97")


PARTS = {"cost": cost, "instructions": instructions, "text": text, "link": link, "stop": stop, "move": move, "after": after}


if __name__ == "__main__":
    parser = argument_parser(__doc__, PARTS)
    parser.add_argument("--program", action="append", help="only this program or kernel; may be given again")
    run_parts(parser, PARTS)
