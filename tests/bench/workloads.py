"""What the benchmarks of migration run: kernels and real programs, each with an amount of work for measuring time (one to three
seconds at native speed), and a smaller one for counting instructions under an emulator."""
import glob
import os
import shutil
import tempfile

import build


class Workload:
    """`files` is a function that gives (sources, flags); `stdin` a path or None; `folder` what the program sees as /.
    `few` and `more` are other arguments, for less work and for two or three times as much."""

    def __init__(self, program, name, files, arguments, few, stdin=None, folder=None, kernel=False, more=None):
        self.program, self.name, self.files, self.arguments, self.few, self.more = program, name, files, arguments, few, more
        self.stdin, self.folder, self.kernel = stdin, folder, kernel

    def image(self, migration):
        """Builds the pair with or without sites, once; returns its path."""
        path = os.path.join(build.WORK, "%s.%s" % (self.program, "sites" if migration else "plain"))
        if path not in _built:
            inputs, flags = self.files()
            build.call([build.DYAD_CC, "-w"] + build.FLAGS + ([] if migration else ["-fno-migration"]) + inputs + flags + ["-o", path])
            _built.add(path)
        return path

    def run(self, migration, *options, few=False, more=False):
        """The command line."""
        machine = [] if "--machine" in options else ["--machine", "process"]
        isa = [] if "--isa" in options else ["--isa", "x86_64"]
        folder = ["--fs", self.folder] if self.folder else []
        return [build.DYAD, "run"] + isa + machine + folder + list(options) + [self.image(migration), "--"] + (self.few if few else self.more if more else self.arguments)


_built = set()


def mawk_files():
    src = build.sources("mawk")
    if not os.path.exists(os.path.join(src, "config.h")):
        build.call(["./configure", "CC=clang-19", "BUILD_CC=clang-19"], cwd=src)
        build.call(["make"], cwd=src)
    skip = {"makescan.c", "rexpdb.c", "rexpdb0.c", "makedeps.c"}
    objects = glob.glob(src + "/*.o")
    names = sorted(o[:-2] + ".c" for o in objects if os.path.basename(o)[:-2] + ".c" not in skip)
    return [n for n in names if os.path.exists(n)], ["-DHAVE_CONFIG_H", "-DLOCALEDIR=\"/usr/share/locale\"", "-I" + src, "-lm"]


def zlib_files():
    src = build.sources("zlib")
    names = [n for n in sorted(glob.glob(src + "/*.c"))] + [os.path.join(src, "test", "minigzip.c")]
    return names, ["-I" + src, "-DHAVE_UNISTD_H", "-D_LARGEFILE64_SOURCE=1"]


# Arguments for measuring, for counting, and with more of the same work.
KERNELS = {
    "ep": (["26"], ["21"], ["27"]),
    "cg": (["7000", "8", "12", "60"], ["1400", "7", "10", "15"], ["7000", "8", "12", "180"]),
    "mg": (["7", "80"], ["6", "8"], ["7", "160"]),
    "ft": (["6", "6", "6", "150"], ["6", "6", "6", "6"], ["6", "6", "6", "450"]),
    "is": (["22", "18", "300"], ["18", "14", "100"], ["22", "18", "600"]),
    "stencil": (["2000", "400"], ["500", "200"], ["2000", "800"]),
    "matmul": (["2000", "1"], ["400", "1"], ["2000", "2"]),
    "nbody": (["20000000"], ["400000"], ["40000000"]),
}


def kernels():
    return [Workload(name, name, build.kernel_files(name), large, few, kernel=True, more=more) for name, (large, few, more) in KERNELS.items()]


def programs():
    folder = build.data()
    text, script = os.path.join(folder, "text"), os.path.join(folder, "script.sql")
    less, few_sql = os.path.join(folder, "text.few"), os.path.join(folder, "few.sql")
    if not os.path.exists(text + ".bz2"):
        with open(text + ".bz2", "wb") as out:
            build.subprocess.run(["bzip2", "-c", text], stdout=out, check=True)
    if not os.path.exists(less):
        with open(text, "rb") as source, open(less, "wb") as out:
            out.write(source.read(1000000))
        with open(less + ".bz2", "wb") as out:
            build.subprocess.run(["bzip2", "-c", less], stdout=out, check=True)
    if not os.path.exists(few_sql):
        with open(few_sql, "w") as out:
            build.call(["python3", os.path.join(build.TESTS, "programs", "sql.py"), "2000"], stdout=out)
    lua = os.path.join(build.WORK, "data.lua")
    awk = os.path.join(build.WORK, "data.awk")
    for where, pattern in ((lua, "lua/*.lua"), (awk, "awk/*.awk")):
        os.makedirs(where, exist_ok=True)
        for script_file in glob.glob(os.path.join(build.TESTS, "programs", pattern)):
            shutil.copy(script_file, where)
    result = [
        Workload("bzip2", "bzip2, compress", build.bzip2_files, ["-c"], ["-c"], stdin=text),
        Workload("bzip2", "bzip2, decompress", build.bzip2_files, ["-d", "-c"], ["-d", "-c"], stdin=text + ".bz2"),
        Workload("lua", "Lua, sorting", build.lua_files, ["sort.lua", "30"], ["sort.lua", "1"], folder=lua),
        Workload("lua", "Lua, numbers", build.lua_files, ["numbers.lua", "60"], ["numbers.lua", "1"], folder=lua),
        Workload("lua", "Lua, text", build.lua_files, ["text.lua", "60"], ["text.lua", "1"], folder=lua),
        Workload("sqlite", "SQLite", build.sqlite_files, ["-batch", ":memory:"], ["-batch", ":memory:"], stdin=script),
        Workload("mawk", "mawk, frequency", mawk_files, ["-f", "frequency.awk"], ["-f", "frequency.awk"], stdin=text, folder=awk),
        Workload("mawk", "mawk, computing", mawk_files, ["-f", "compute.awk"], ["-f", "compute.awk"], stdin=less, folder=awk),
        Workload("zlib", "zlib, compress", zlib_files, ["-9"], ["-9"], stdin=text),
        Workload("zlib", "zlib, decompress", zlib_files, ["-d"], ["-d"], stdin=text + ".gz"),
    ]
    if not os.path.exists(text + ".gz"):
        for path in (text, less):
            with open(path + ".gz", "wb") as out:
                build.subprocess.run(["gzip", "-c", path], stdout=out, check=True)
    return result


def few_input(stdin):
    """The smaller input in place of a large one."""
    return stdin and stdin.replace("/text", "/text.few").replace("/script.sql", "/few.sql").replace(".few.few", ".few")
