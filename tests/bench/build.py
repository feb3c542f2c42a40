"""Builds what the benchmarks run: the same sources with the same flags by dyad-cc and by clang for static musl."""
import glob
import os
import shutil
import subprocess

from measure import Failed

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
BUILD = os.path.abspath(os.environ.get("DYAD_BUILD", os.path.join(os.path.dirname(TESTS), "build")))
WORK = os.path.join(BUILD, "bench")
DYAD = os.path.join(BUILD, "bin", "dyad")
DYAD_CC = os.path.join(BUILD, "bin", "dyad-cc")
REFERENCE_CC = os.environ.get("DYAD_REFERENCE_CC") or shutil.which("reference-cc") or os.path.join(
    BUILD, "tests", "reference", "bin", "reference-cc")
FLAGS = ["-O2", "-flto", "-ffp-contract=off"]


def call(command, cwd=None, stdout=None):
    done = subprocess.run(command, cwd=cwd, stdout=stdout or subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Failed("%s: status %d\n%s" % (" ".join(command), done.returncode, done.stderr[-3000:]))
    return done.stdout


def sources(name):
    """The upstream sources of a program of tests/programs, unpacked; the path of the folder."""
    folder = os.path.join(WORK, "src", name)
    if not os.path.isdir(folder):
        os.makedirs(os.path.join(WORK, "src"), exist_ok=True)
        call(["bash", "-c", 'source "$1/lib/harness.sh"; source "$1/programs/programs.sh"; unpack "$2" "$3"',
              "-", TESTS, name, folder + ".new"])
        os.rename(folder + ".new", folder)
    return folder


def bzip2_files():
    src = sources("bzip2")
    names = ["blocksort", "huffman", "crctable", "randtable", "compress", "decompress", "bzlib", "bzip2"]
    return [os.path.join(src, n + ".c") for n in names], ["-D_FILE_OFFSET_BITS=64"]


def lua_files():
    src = os.path.join(sources("lua"), "src")
    return sorted(f for f in glob.glob(src + "/*.c") if not f.endswith("/luac.c")), ["-DLUA_USE_POSIX", "-lm"]


def sqlite_files():
    src = sources("sqlite")
    if not os.path.exists(os.path.join(src, "shell.c")):
        call(["./configure", "--disable-tcl", "--disable-readline", "--disable-shared"], cwd=src)
        call(["make", "sqlite3.c", "shell.c"], cwd=src)
    flags = ["-I" + src, "-DLONGDOUBLE_TYPE=double", "-DSQLITE_THREADSAFE=0", "-DSQLITE_OMIT_LOAD_EXTENSION", "-lm"]
    return [os.path.join(src, "shell.c"), os.path.join(src, "sqlite3.c")], flags


def kernel_files(name):
    return lambda: ([os.path.join(HERE, "kernels", name + ".c")], ["-lm"])


def pair(name, files):
    """Builds a program both ways; returns the paths (image, native program). Warnings are not of interest here."""
    inputs, flags = files()
    os.makedirs(WORK, exist_ok=True)
    image, native = os.path.join(WORK, name + ".dyad"), os.path.join(WORK, name + ".native")
    call([DYAD_CC, "-w"] + FLAGS + inputs + flags + ["-o", image])
    call([REFERENCE_CC, "-w"] + FLAGS + inputs + flags + ["-o", native])
    return image, native


def data():
    """The inputs: a folder with a text of 20 MB and what the interpreters run."""
    folder = os.path.join(WORK, "data")
    os.makedirs(folder, exist_ok=True)
    for name, generator, arguments in (("text", "text.py", ["20000000"]), ("script.sql", "sql.py", ["60000"])):
        path = os.path.join(folder, name)
        if not os.path.exists(path):
            with open(path + ".new", "w") as out:
                call(["python3", os.path.join(TESTS, "programs", generator)] + arguments, stdout=out)
            os.rename(path + ".new", path)
    for script in glob.glob(os.path.join(TESTS, "programs", "lua", "*.lua")):
        shutil.copy(script, folder)
    return folder
