#!/usr/bin/env python3
"""The figures of docs/performance.md about moves between hosts, all measured in one run. See transfer.sh."""
import json
import os
import re
import statistics
import sys
import time

import build
import pictures
import qemu_migration
from measure import Failed, Table, argument_parser
from two_hosts import MIB, Hosts, raw_rate

SIZES = (16, 128, 1024, 4096)
RATES = (0, 10, 100, 1000)
RESULTS = os.path.join(build.WORK, "transfer.json")


def available():
    with open("/proc/meminfo") as info:
        return int(re.search(r"MemAvailable:\s+(\d+) kB", info.read()).group(1)) * 1024


def chosen_sizes(options, most=None):
    """Those for which the host has the room, source and destination at once and half of it to spare."""
    for size in options.size or SIZES:
        if most and size > most:
            print("\n(%d MiB left out: %d MiB is the most here)" % (size, most))
        elif 3 * size * MIB > available():
            print("\n(%d MiB left out: the host has %d MiB left)" % (size, available() // MIB))
        else:
            yield size


def keep(rows):
    """Adds rows to what was measured before; later ones replace earlier ones of the same case."""
    found = json.load(open(RESULTS)) if os.path.exists(RESULTS) else []
    case = ("system", "mode", "isa", "size", "rate")
    new = {tuple(row[key] for key in case) for row in rows}
    with open(RESULTS, "w") as out:
        json.dump([row for row in found if tuple(row[key] for key in case) not in new] + rows, out, indent=1)


def program():
    files, flags = build.kernel_files("dirty")()
    image = os.path.join(build.WORK, "dirty.dyad")
    os.makedirs(build.WORK, exist_ok=True)
    build.call([build.DYAD_CC, "-w"] + build.FLAGS + files + flags + ["-o", image])
    return image


def ours(image, mode, isa, size, rate, rounds, tls=None):
    """Medians of moves of a program of `size` MiB that writes `rate` MiB/s."""
    found, slow = [], []
    for _ in range(rounds):
        with Hosts(image, [str(size), str(rate), "120"], isa, "%dM" % (size + max(64, size // 4)), tls) as hosts:
            time.sleep(0.5)
            told = hosts.move("--mode", mode)
            found.append(told)
            before = hosts.units_per_second(hosts.begun - 0.5, hosts.begun)
            # The program runs until it is stopped; with it ends its output here.
            stopped = hosts.begun + (told["total_us"] - told["downtime_us"]) / 1e6
            during = hosts.units_per_second(hosts.begun, stopped)
            if before and during and mode == "precopy":
                slow.append(before / during)
    median = {key: statistics.median(told[key] for told in found)
              for key in ("total_us", "downtime_us", "bytes_sent", "bytes", "monitors", "rounds")}
    waits = [told["wait_us"] for told in found if told["wait_us"]]
    median["wait_us"] = statistics.median(waits) if waits else None
    median["slow"] = statistics.median(slow) if slow else None
    median["converged"] = all(told["converged"] for told in found)
    return median


def kept(mode, isa, size, rate, median):
    return {"system": "dyad", "mode": mode, "isa": isa, "size": size, "rate": rate, "down_ms": median["downtime_us"] / 1e3,
            "total_s": median["total_us"] / 1e6, "sent": median["bytes_sent"] / (size * MIB)}


def copy(options):
    table = Table("Raw copies over loopback: MB/s", ["MiB", "dropped", "stored in a new memory file", "with TLS 1.3, dropped"])
    os.makedirs(build.WORK, exist_ok=True)
    folder = keys(certificates=True)
    for size in (128, 1024):
        rates = [raw_rate(size * MIB, options.rounds, **how) for how in ({}, {"store": True}, {"tls": folder})]
        table.row(size, *("%.0f" % (rate / 1e6) for rate in rates))


def keys(certificates=False):
    """A folder with keys: a pre-shared one, which Python's TLS cannot use, or certificates."""
    folder = os.path.join(build.WORK, "keys-both" if certificates else "keys")
    if not os.path.isdir(folder):
        build.call([build.DYAD, "keygen", folder] + (["--hosts", "one,two"] if certificates else []))
    return os.path.join(folder, "one") if certificates else folder


def stop(options):
    """All of it while the program is stopped: total, and its rate against the raw copy of the same run."""
    image, rows = program(), []
    table = Table("Stop mode: x86-64 process machine to process machine",
                  ["MiB", "to", "total ms", "down ms", "MB/s", "of the raw copy", "of the raw copy that stores", "monitors MiB", "goal"])
    for size in chosen_sizes(options):
        for isa, tls in (("x86_64", None), ("aarch64", None), ("x86_64", keys())):
            raw = raw_rate(size * MIB, options.rounds, **({"tls": keys(certificates=True)} if tls else {}))
            storing = None if tls else raw_rate(size * MIB, options.rounds, store=True)
            median = ours(image, "stop", isa, size, 0, options.rounds, tls)
            rate = median["bytes_sent"] / (median["total_us"] / 1e6)
            table.row(size, isa + (", TLS" if tls else ""), median["total_us"] / 1e3, median["downtime_us"] / 1e3, "%.0f" % (rate / 1e6),
                      rate / raw, rate / storing if storing else "", median["monitors"] / MIB, "at least 0.7, 64 MiB")
            if not tls:
                rows.append(kept("stop", isa, size, 0, median))
    keep(rows)


def live(options, mode):
    image, rows = program(), []
    table = Table("Mode %s, x86-64 process machine to process machine" % mode,
                  ["MiB", "writes MiB/s", "to", "total ms", "rounds", "down ms", "sent / touched", "slow-down", "wait for a page us", "monitors MiB"])
    for size in chosen_sizes(options):
        for isa, rates in (("x86_64", RATES), ("aarch64", (10,))):
            for rate in rates:
                median = ours(image, mode, isa, size, rate, options.rounds)
                row = kept(mode, isa, size, rate, median)
                rows.append(row)
                rounds = "%d%s" % (median["rounds"], "" if median["converged"] or mode != "precopy" else ", did not converge")
                table.row(size, rate, isa, median["total_us"] / 1e3, rounds, row["down_ms"], row["sent"], median["slow"] or "",
                          median["wait_us"] or "", median["monitors"] / MIB)
    keep(rows)


def qemu(options):
    """QEMU's own migration of a guest that touches as much and writes as fast; TCG."""
    rows = []
    table = Table("QEMU's own migration, x86-64 microvm (TCG), downtime limit 50 ms",
                  ["MiB", "writes MiB/s", "mode", "total ms", "down ms", "sent / touched", "rounds"])
    for size in chosen_sizes(options, most=2048):
        for rate in RATES:
            for mode in ("precopy", "postcopy"):
                found = [qemu_migration.move(size, rate, mode) for _ in range(options.rounds)]
                row = {key: statistics.median(told[key] for told in found) for key in ("total_ms", "bytes", "rounds")}
                downs = [told["down_ms"] for told in found if told["down_ms"] is not None]
                down = statistics.median(downs) if downs else None
                sent = row["bytes"] / (size * MIB)
                given_up = any(told["given_up"] for told in found)
                if downs:
                    rows.append({"system": "qemu", "mode": mode, "isa": "x86_64", "size": size, "rate": rate, "down_ms": down,
                                 "total_s": row["total_ms"] / 1e3, "sent": sent})
                table.row(size, rate, mode, float(row["total_ms"]), float(down) if downs else "", sent,
                          "%d%s" % (row["rounds"], ", did not converge: stopped after 10 s" if given_up else ""))
    keep(rows)


PARTS = {"copy": copy, "stop": stop, "precopy": lambda options: live(options, "precopy"),
         "postcopy": lambda options: live(options, "postcopy"), "qemu": qemu}


if __name__ == "__main__":
    parser = argument_parser(__doc__, PARTS)
    parser.add_argument("--size", action="append", type=int, help="only this many MiB; may be given again")
    parser.add_argument("--pictures", metavar="FOLDER", help="afterwards draw what was measured, this time or before")
    options = parser.parse_args()
    failed = False
    for name in options.only or ([] if options.pictures else PARTS):
        try:
            PARTS[name](options)
        except Failed as failure:
            print("\n%s: error: %s" % (name, failure), file=sys.stderr)
            failed = True
    if options.pictures:
        pictures.draw(json.load(open(RESULTS)), options.pictures)
    sys.exit(1 if failed else 0)
