"""Two "hosts" for the benchmarks: folders with control sockets and records of their own, a monitor that runs a program and one
that waits for it; and raw copies over loopback, the limit that they are measured against."""
import json
import os
import re
import signal
import socket
import ssl
import statistics
import subprocess
import tempfile
import threading
import time

import build
from measure import Failed

MIB = 1 << 20


def memory_of(pid):
    """Bytes of a process that are not shared memory: without the guest's."""
    with open("/proc/%d/status" % pid) as status:
        found = dict(re.findall(r"(Rss(?:Anon|File)):\s+(\d+) kB", status.read()))
    return 1024 * sum(map(int, found.values()))


class Lines:
    """What a program prints, each line with its time, read by a thread of its own."""

    def __init__(self, stream):
        self.lines = []
        self.thread = threading.Thread(target=self.read, args=(stream,), daemon=True)
        self.thread.start()

    def read(self, stream):
        for line in stream:
            self.lines.append((time.monotonic(), line.strip()))

    def wait_for(self, pattern, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for _, line in list(self.lines):
                found = re.search(pattern, line)
                if found:
                    return found
            time.sleep(0.01)
        raise Failed("'%s' was not printed within %d s; found: %s" % (pattern, seconds, self.lines[-3:]))


class Hosts:
    """with Hosts(image, arguments, isa) as hosts: the program is ready, and somebody waits for it."""

    def __init__(self, image, arguments, isa, mem, tls=None):
        self.image, self.arguments, self.isa, self.mem = image, arguments, isa, mem
        self.security = ["--tls", tls] if tls else []

    def command(self, host, *words):
        folder = os.path.join(self.folder.name, host)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        return list(words), dict(os.environ, XDG_RUNTIME_DIR=folder, XDG_STATE_HOME=os.path.join(folder, "state"))

    def begin(self, host, *words):
        words, environment = self.command(host, *words)
        return subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True)

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.started = []
        try:
            self.destination = self.begin("there", build.DYAD, "receive", "--name", "job", "--machine", "process", "--isa", self.isa, "--mem", self.mem,
                                          "--listen", "127.0.0.1:0", *self.security, self.image)
            self.started.append(self.destination)
            self.address = Lines(self.destination.stderr).wait_for("waiting on (.*)", 10).group(1)
            self.source = self.begin("here", build.DYAD, "run", "--machine", "process", "--isa", "x86_64", "--mem", self.mem,
                                     "--name", "job", "--", self.image, *self.arguments)
            self.started.append(self.source)
            self.output = Lines(self.source.stdout)
            self.output.wait_for("ready", 120)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for child in self.started:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for child in self.started:
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self.folder.cleanup()

    def move(self, *options):
        """Moves the program; what `dyad migrate` tells of it, the most memory that either monitor had: "monitors", and how long
        the program waited for a page that followed it, the median: "wait_us", if it did."""
        words, environment = self.command("here", build.DYAD, "migrate", "job", "--to", self.address, "--stats", "json", *self.security,
                                          *options)
        self.begun = time.monotonic()
        asking = subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        most, waited, turn = 0, None, 0
        while asking.poll() is None:
            turn += 1
            if "postcopy" in options and turn % 5 == 0:
                waited = self.wait_median() or waited
            for child in self.started:
                try:
                    most = max(most, memory_of(child.pid))
                except (FileNotFoundError, ProcessLookupError):
                    pass
            time.sleep(0.02)
        told, errors = asking.communicate()
        if asking.returncode != 0:
            raise Failed("dyad migrate %s: status %d: %s" % (" ".join(options), asking.returncode, errors.strip()))
        told = json.loads(told)
        told["monitors"] = most
        told["wait_us"] = self.wait_median() or waited
        return told

    def wait_median(self):
        words, environment = self.command("there", build.DYAD, "stats", "job", "--json")
        asked = subprocess.run(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        arriving = json.loads(asked.stdout).get("arriving", {}) if asked.returncode == 0 else {}
        return arriving.get("wait_median_us") if arriving.get("pages_waited_for") else None

    def units_per_second(self, begin, end):
        """What the program computed between two times at the source, from what it printed; None if that is too little."""
        found = [(at, int(line)) for at, line in self.output.lines if begin <= at <= end and line.isdigit()]
        if len(found) < 4:
            return None
        return sum(units for _, units in found[1:]) / (found[-1][0] - found[0][0])


def raw_copy(size, tls=None, store=False):
    """Seconds that two processes take for sending `size` bytes, which lie in memory, over loopback: the receiver drops them, or
    stores them in a new memory file."""
    listening = socket.create_server(("127.0.0.1", 0))
    receiver = os.fork()
    if receiver == 0:
        try:
            file = os.memfd_create("copy") if store else -1
            connection = listening.accept()[0]
            if tls:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(os.path.join(tls, "cert.pem"), os.path.join(tls, "key.pem"))
                connection = context.wrap_socket(connection, server_side=True)
            buffer, got = bytearray(MIB), 0
            while got < size:
                count = connection.recv_into(buffer)
                if store:
                    os.pwrite(file, memoryview(buffer)[:count], got)
                got += count
            connection.sendall(b"!")
        finally:
            os._exit(0)
    connection = socket.create_connection(listening.getsockname())
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = context.wrap_socket(connection)
    content = memoryview(os.urandom(MIB) * (size // MIB))
    start = time.monotonic()
    for at in range(0, size, MIB):
        connection.sendall(content[at:at + MIB])
    connection.recv(1)
    seconds = time.monotonic() - start
    connection.close()
    listening.close()
    os.waitpid(receiver, 0)
    return seconds


def raw_rate(size, rounds, **options):
    """Bytes a second of raw_copy, the median. Small sizes are copied as 128 MiB: a rate, not the price of a connection."""
    size = max(size, 128 * MIB)
    return size / statistics.median(raw_copy(size, **options) for _ in range(rounds))
