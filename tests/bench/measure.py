"""Measurements for the benchmarks: commands run in turns (A B A B ...), medians of CPU time or of wall time.

Ratios of medians of interleaved runs hold on a machine whose load and clock change; single times do not."""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time


class Failed(Exception):
    pass


def run_once(command, stdin=None, cwd=None, pin=False):
    """Runs `command` (a list); returns (CPU seconds of it and all its children, user and system, wall seconds). Output is
    discarded. With `pin`, everything runs on one CPU, always the same: virtual CPUs differ by more than what is measured."""
    source = open(stdin, "rb") if stdin else subprocess.DEVNULL
    errors = tempfile.TemporaryFile("w+")
    start = time.monotonic()
    child = subprocess.Popen(command, stdin=source, stdout=subprocess.DEVNULL, stderr=errors, cwd=cwd,
                             preexec_fn=(lambda: os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})) if pin else None)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    errors.seek(0)
    text = errors.read()
    errors.close()
    if child.returncode != 0:
        raise Failed("%s: status %d\n%s" % (" ".join(command), child.returncode, text[-2000:]))
    return usage.ru_utime + usage.ru_stime, wall


def paired(first, second, rounds, stdin=None, cwd=None, wall=False, pin=False):
    """Medians of `rounds` runs of each of two commands, taken in turns. A command may be a list or a callable that
    returns seconds."""
    def seconds(command):
        if callable(command):
            return command()
        return run_once(command, stdin, cwd, pin)[1 if wall else 0]

    times = ([], [])
    for _ in range(rounds):
        times[0].append(seconds(first))
        times[1].append(seconds(second))
    return statistics.median(times[0]), statistics.median(times[1])


def time_to_first_byte(command):
    """Wall seconds from starting `command` until its first byte on standard output; it is killed then."""
    start = time.monotonic()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    byte = child.stdout.read(1)
    wall = time.monotonic() - start
    child.kill()
    _, errors = child.communicate()
    if not byte:
        raise Failed("%s: no output\n%s" % (" ".join(command), errors.decode(errors="replace")[-2000:]))
    return wall


def geometric_mean(values):
    return statistics.geometric_mean(values)


class Table:
    """A table in Markdown, written row by row."""

    def __init__(self, title, columns):
        print("\n### %s\n" % title)
        print("| " + " | ".join(columns) + " |")
        print("|" + "---|" * len(columns), flush=True)

    def row(self, *cells):
        print("| " + " | ".join("%.3f" % c if isinstance(c, float) else str(c) for c in cells) + " |", flush=True)


def argument_parser(description, parts):
    """What every benchmark accepts."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rounds", type=int, default=5, help="runs of each command; the median counts (default 5)")
    parser.add_argument("--only", action="append", choices=parts, help="only this part; may be given again")
    return parser


def run_parts(parser, parts):
    """Runs the parts that the command line names, or all of them, each with the options; one that fails does not stop the
    others. Does not return."""
    options = parser.parse_args()
    failed = False
    for name in options.only or parts:
        try:
            parts[name](options)
        except Failed as failure:
            print("\n%s: error: %s" % (name, failure), file=sys.stderr)
            failed = True
    sys.exit(1 if failed else 0)
