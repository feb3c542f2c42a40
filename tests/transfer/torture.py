#!/usr/bin/env python3
"""Moves one program after the other between two monitors, again and again, in every mode and to both ISAs, and compares what it
printed at all of them with the output of a run that never moved. Then looks whether moves cost more memory as they go on.
   torture.py MOVES"""
import itertools
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "bench"))
import build  # noqa: E402
from two_hosts import memory_of  # noqa: E402

MODES = ("stop", "precopy", "postcopy", "hybrid", "auto")
MOST_GROWTH = 4 << 20  # bytes of a monitor: from the first moves to the last


def image(name, files):
    path = os.path.join(os.getcwd(), name)
    inputs, flags = files()
    build.call([build.DYAD_CC, "-w", "-O2"] + inputs + flags + ["-o", path])
    return path


def write_queries(folder, steps):
    """SQL that changes a table in many steps, each of which takes some 25 ms of a fast processor, and tells a sum after it."""
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "torture.sql"), "w") as file:
        file.write("create table t(a integer primary key, b, c text);\n"
                   "with recursive n(x) as (select 1 union all select x + 1 from n where x < 5000)\n"
                   "insert into t select x, x * 7919 % 10007, 'row ' || x from n;\ncreate index i on t(b);\n")
        for step in range(steps):
            file.write("update t set b = (b * 31 + %d) %% 10007, c = c || b where a %% 97 = %d;\n" % (step, step % 97))
            file.write("with recursive n(x) as (select 1 union all select x + 1 from n where x < 50000)\n"
                       "select %d, (select sum(b) from t where b > 5000), sum(x * x %% 11) from n;\n" % step)


def programs(moves):
    """Name, command line that takes long, and one that prints the same without waiting where that is possible."""
    steps = str(12 * moves)
    kernel = image("kernel", lambda: ([os.path.join(HERE, "steps.c")], []))
    yield "kernel", [kernel, steps, "4", "50"], [kernel, steps, "4", "0"]
    write_queries("queries", 12 * moves)
    query = ["--fs", os.path.abspath("queries"), image("sqlite", build.sqlite_files), "-batch", ":memory:", ".read torture.sql"]
    yield "sqlite", query, query
    lua = image("lua", build.lua_files)
    given = ["--fs", HERE]
    yield "lua", given + [lua, "torture.lua", steps, "50"], given + [lua, "torture.lua", steps, "0"]


class Monitor:
    """`dyad run` or `dyad receive` at one of the two hosts."""

    def __init__(self, host, *words):
        folder = os.path.abspath(host)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        self.environment = dict(os.environ, XDG_RUNTIME_DIR=folder, XDG_STATE_HOME=os.path.join(folder, "state"))
        self.out, self.errors = tempfile.TemporaryFile(), tempfile.NamedTemporaryFile()
        self.child = subprocess.Popen([build.DYAD, *words], env=self.environment, stdin=subprocess.DEVNULL, stdout=self.out,
                                      stderr=self.errors)

    def said(self):
        with open(self.errors.name) as errors:
            return errors.read()

    def output(self):
        self.out.seek(0)
        return self.out.read()

    def wait_for(self, pattern):
        for _ in range(600):
            found = re.search(pattern, self.said())
            if found:
                return found.group(1)
            time.sleep(0.02)
        sys.exit("expected '%s', found: %s" % (pattern, self.said()))


def torture(name, command, quick, moves):
    reference = subprocess.run([build.DYAD, "run", "--machine", "process", *quick], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    at = command.index(next(word for word in command if word.endswith("/" + name)))
    monitor = Monitor("one", "run", "--machine", "process", "--name", "job", *command[:at], "--", *command[at:])
    output, memory, done = b"", [], 0
    started = time.monotonic()
    while not monitor.child.poll() and b"\n" not in monitor.output():
        time.sleep(0.02)
    for mode, isa, host in zip(itertools.cycle(MODES), itertools.cycle(("x86_64", "x86_64", "aarch64")), itertools.cycle(("two", "one"))):
        if done == moves or monitor.child.poll() is not None:
            break
        there = Monitor(host, "receive", "--machine", "process", "--isa", isa, "--name", "job", "--listen", "127.0.0.1:0", command[at])
        address = there.wait_for("waiting on (.*)\n")
        asked = subprocess.run([build.DYAD, "migrate", "job", "--to", address, "--mode", mode], env=monitor.environment,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if asked.returncode != 0:
            there.child.terminate()
            there.child.wait()
            if "has ended" in asked.stderr:
                break
            sys.exit("%s, move %d (%s to %s): %s%s" % (name, done + 1, mode, isa, asked.stderr, there.said()))
        monitor.child.wait(60)
        output += monitor.output()
        monitor, done = there, done + 1
        memory.append(memory_of(monitor.child.pid))
    status = monitor.child.wait(900)
    output += monitor.output()
    if output != reference.stdout or status != reference.returncode:
        sys.exit("%s: after %d moves status %d and %d bytes of output: expected status %d and %d bytes, the same" %
                 (name, done, status, len(output), reference.returncode, len(reference.stdout)))
    if done < moves:
        sys.exit("%s: it ended after %d moves: expected %d" % (name, done, moves))
    few = max(1, done // 10)
    first, last = (max(part) for part in (memory[:few], memory[-few:]))
    print("%s: %d moves in %.0f s; a monitor's memory: %d KiB in the first %d moves, %d KiB in the last" %
          (name, done, time.monotonic() - started, first // 1024, few, last // 1024), flush=True)
    if last > first + MOST_GROWTH:
        sys.exit("%s: monitors grow" % name)


each = -(-int(sys.argv[1]) // 3)
for name, command, quick in programs(each):
    torture(name, command, quick, each)
