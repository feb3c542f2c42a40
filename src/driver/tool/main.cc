// dyad-ar, -ranlib, -nm, -strip, -objdump, -objcopy, -size, -addr2line: runs LLVM's tool of the name this was called
// by. Portable objects are bitcode: LLVM's ar, ranlib and nm read that; the tools that know sections only are helped
// here. Each has a second name, none-dyad-linux-musl-ar and so on, by which configure scripts find it when they are given
// --host=none-dyad-linux-musl. dyad-ld is what they find as linker: it hands its work to dyad-cc.
#include <fmt/format.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace {

enum class FileKind { other, bitcode, bitcodeArchive, pairImage };

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != text.npos;
}

/// Looks at the first kilobytes only: enough for the magic numbers, an archive's first members and, in a pair image,
/// nothing but the ELF header; that it is a pair shows in the section names at its end.
FileKind kindOf(const std::string &path) {
    int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return FileKind::other;
    std::string head(4096, 0), tail(65536, 0);
    ssize_t size = pread(file, head.data(), head.size(), 0);
    head.resize(size > 0 ? static_cast<size_t>(size) : 0);
    off_t end = lseek(file, 0, SEEK_END);
    off_t from = end > static_cast<off_t>(tail.size()) ? end - static_cast<off_t>(tail.size()) : 0;
    size = pread(file, tail.data(), tail.size(), from);
    tail.resize(size > 0 ? static_cast<size_t>(size) : 0);
    close(file);
    // LLVM bitcode's magic, bare or in its wrapper (LLVM "Bitcode File Format").
    constexpr std::string_view kRaw("BC\xc0\xde"), kWrapped("\xde\xc0\x17\x0b");
    if (head.starts_with(kRaw) || head.starts_with(kWrapped)) return FileKind::bitcode;
    if (head.starts_with("!<arch>\n") && (contains(head, kRaw) || contains(head, "/SYM"))) {
        return contains(head, "\x7f"
                              "ELF")
                   ? FileKind::other
                   : FileKind::bitcodeArchive;
    }
    if (head.starts_with("\x7f"
                         "ELF") &&
        contains(tail, ".dyad.manifest"))
        return FileKind::pairImage;
    return FileKind::other;
}

std::string selfDirectory() {
    char self[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", self, sizeof self);
    std::string path(self, size > 0 ? static_cast<size_t>(size) : 0);
    return path.substr(0, path.rfind('/') + 1);
}

void execute(const std::string &file, const std::vector<std::string> &words) {
    std::vector<char *> argv{const_cast<char *>(file.c_str())};
    for (const std::string &word : words)
        argv.push_back(const_cast<char *>(word.c_str()));
    argv.push_back(nullptr);
    execvp(file.c_str(), argv.data());
}

[[noreturn]] void runLlvm(const std::string &tool, const std::vector<std::string> &words) {
    execute(std::string(DYAD_LLVM_BINDIR) + "/llvm-" + tool, words);
    execute("llvm-" + tool + "-19", words);
    fmt::print(stderr, "dyad-{}: error: llvm-{}-19 not found: {}; install the package llvm-19\n", tool, tool,
               std::strerror(errno));
    _exit(1);
}

[[noreturn]] void fail(const std::string &tool, const std::string &message) {
    fmt::print(stderr, "dyad-{}: error: {}\n", tool, message);
    _exit(1);
}

/// What a linker is asked for by configure scripts. Libtool takes a linker with GNU's interface that lists no targets
/// for shared objects for one that links statically, which is so.
[[noreturn]] void runLinker(const std::vector<std::string> &words) {
    for (const std::string &word : words) {
        if (word == "-v" || word == "-V" || word == "--version") {
            fmt::print("dyad-ld {} (compatible with GNU linkers)\n", DYAD_VERSION);
            std::exit(0);
        }
        if (word == "--help") {
            fmt::print("usage: dyad-ld [options] file...\nLinks portable objects into a pair image, as dyad-cc -nostdlib "
                       "does; -r merges them.\nexample:\n  dyad-ld -r -o both.o one.o two.o\n");
            std::exit(0);
        }
    }
    std::vector<std::string> arguments{"-nostdlib"};
    arguments.insert(arguments.end(), words.begin(), words.end());
    execute(selfDirectory() + "dyad-cc", arguments);
    fail("ld", fmt::format("cannot run {}dyad-cc: {}", selfDirectory(), std::strerror(errno)));
}

bool isInput(const std::string &word) {
    return !word.empty() && word.front() != '-';
}

/// The kind that decides how to proceed: of the first input that is not an ordinary object.
FileKind specialKind(const std::vector<std::string> &words, std::string &path) {
    for (const std::string &word : words) {
        if (!isInput(word)) continue;
        if (FileKind kind = kindOf(word); kind != FileKind::other) {
            path = word;
            return kind;
        }
    }
    return FileKind::other;
}

[[noreturn]] void stripSpecial(FileKind kind, const std::string &path, const std::vector<std::string> &words) {
    if (kind == FileKind::pairImage) {
        // Both halves are stripped, and the sections that make it a pair are kept.
        std::vector<std::string> arguments{"image", "strip"};
        for (const std::string &word : words)
            arguments.push_back(word);
        execute(selfDirectory() + "dyad", arguments);
        fail("strip", fmt::format("cannot run {}dyad: {}", selfDirectory(), std::strerror(errno)));
    }
    // What strip removes from an object is not there before the link. `make install-strip` relies on this passing.
    fmt::print(stderr, "dyad-strip: note: {}: portable code is left as it is; strip the linked image instead\n", path);
    _exit(0);
}

} // namespace

int main(int argc, char **argv) {
    std::string_view called(argv[0] ? argv[0] : "");
    called.remove_prefix(called.rfind('/') == called.npos ? 0 : called.rfind('/') + 1);
    std::string tool(called.substr(called.rfind('-') + 1));
    if (tool == called || tool == "tool") {
        fmt::print(stderr, "dyad-tool: error: call it as dyad-ar, dyad-ranlib, dyad-nm, dyad-strip, dyad-objdump, "
                           "dyad-objcopy, dyad-size, dyad-addr2line or dyad-ld\n");
        return 1;
    }
    std::vector<std::string> words(argv + 1, argv + argc);
    if (tool == "ld") runLinker(words);
    bool sectionsOnly = tool == "strip" || tool == "objdump" || tool == "objcopy" || tool == "size";
    if (!sectionsOnly) runLlvm(tool, words);

    std::string path;
    FileKind kind = specialKind(words, path);
    if (kind == FileKind::other || (kind == FileKind::pairImage && tool != "strip")) runLlvm(tool, words);
    if (tool == "strip") stripSpecial(kind, path, words);
    if (tool == "objdump" && kind == FileKind::bitcode) runLlvm("dis", {"-o", "-", path});
    fail(tool,
         fmt::format("{}: portable code (LLVM bitcode) has no sections before the link; {}", path,
                     tool == "objcopy" ? "use dyad-objcopy on native objects" : "use dyad-nm, or the linked image"));
}
