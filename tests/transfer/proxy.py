#!/usr/bin/env python3
"""Stands between a source and a destination, counts bytes, and does harm at one of them.

    proxy.py LISTEN_PATH TARGET_PATH COUNTS_FILE [ACTION up|down POSITION [COMMAND]]

Both paths are Unix sockets. ACTION, when byte POSITION from the source (up) or from the destination (down) of the
first connection has come: cut (close both ends), stall (forward nothing any more), die (end, so that nobody can connect), run (COMMAND, then go on). Later connections
are left alone. COUNTS_FILE gets "UP DOWN" of the first connection after each change."""
import os
import selectors
import socket
import subprocess
import sys

listen_path, target_path, counts_file = sys.argv[1:4]
action, direction, position = (sys.argv[4], sys.argv[5], int(sys.argv[6])) if len(sys.argv) > 4 else (None, None, 0)
command = sys.argv[7] if len(sys.argv) > 7 else None

listener = socket.socket(socket.AF_UNIX)
listener.bind(listen_path)
listener.listen(16)
selector = selectors.DefaultSelector()
selector.register(listener, selectors.EVENT_READ)
counts = {"up": 0, "down": 0}
harmed = False
first = True


def close(pair):
    for end in pair["ends"]:
        try:
            selector.unregister(end)
        except (KeyError, ValueError):
            pass
        end.close()


def forward(end, pair, where):
    global harmed
    try:
        data = end.recv(1 << 16)
    except OSError:
        data = b""
    if not data:
        return close(pair)
    other = pair["ends"][1 if where == "up" else 0]
    harm = pair["first"] and action and not harmed and where == direction and counts[where] + len(data) >= position
    if harm:
        harmed = True
        before = data[: position - counts[where]]
        try:
            other.sendall(before)
        except OSError:
            pass
        if action == "die":
            sys.exit()
        if action == "cut":
            return close(pair)
        if action == "stall":
            for stalled in pair["ends"]:
                selector.unregister(stalled)
            return None
        subprocess.run(command, shell=True, check=False)
        counts[where] += len(before)
        data = data[len(before):]
    try:
        other.sendall(data)
    except OSError:
        return close(pair)
    if pair["first"]:
        counts[where] += len(data)
        with open(counts_file + ".new", "w") as file:
            file.write(f"{counts['up']} {counts['down']}\n")
        os.rename(counts_file + ".new", counts_file)
    return None


while True:
    for key, _ in selector.select():
        if key.fileobj is listener:
            source, _ = listener.accept()
            target = socket.socket(socket.AF_UNIX)
            try:
                target.connect(target_path)
            except OSError:
                source.close()
                continue
            pair = {"ends": (source, target), "first": first}
            first = False
            selector.register(source, selectors.EVENT_READ, (pair, "up"))
            selector.register(target, selectors.EVENT_READ, (pair, "down"))
        elif key.fileobj.fileno() >= 0:
            forward(key.fileobj, *key.data)
