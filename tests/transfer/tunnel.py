#!/usr/bin/env python3
"""A line between two network devices (Linux's TUN, Documentation/networking/tuntap.rst) with delay and loss.
   tunnel.py DEVICE DEVICE DELAY_MS LOSS_PERCENT
Makes both devices, prints "ready", and carries packets until it is killed. Devices may be moved to other network namespaces.
Which packets are lost is the same each time, as far as the same packets come."""
import fcntl
import heapq
import os
import random
import select
import struct
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000
MOST_WAITING = 2000  # packets on the line; what comes beyond that is lost, as in a switch


def device(name):
    file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(file, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return file


ends = [device(name) for name in sys.argv[1:3]]
delay, loss = float(sys.argv[3]) / 1e3, float(sys.argv[4]) / 100
lots, line, count = random.Random(1), [], 0
print("ready", flush=True)
while True:
    wait = max(0.0, line[0][0] - time.monotonic()) if line else None
    for ready in select.select(ends, [], [], wait)[0]:
        try:
            packet = os.read(ready, 65536)
        except OSError:  # a device that is down has none
            continue
        if lots.random() >= loss and len(line) < MOST_WAITING:
            count += 1
            heapq.heappush(line, (time.monotonic() + delay, count, ends[1 - ends.index(ready)], packet))
    while line and line[0][0] <= time.monotonic():
        try:
            os.write(line[0][2], line[0][3])
        except OSError:  # the other device is down
            pass
        heapq.heappop(line)
