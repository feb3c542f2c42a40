// `dyad align`: links two ordinary static executables whose common symbols have equal addresses.
#include "layout/align.h"
#include "support/output_file.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <unistd.h>

using namespace dyad;

namespace {

struct Options {
    std::array<std::vector<std::string>, 2> files, libraries; // by Isa
    std::string output, map, entry = "_start";
};

int fail(const Error &error) {
    // One line per error, each with the command's name.
    for (std::size_t start = 0; start <= error.message.size();) {
        const std::size_t end = std::min(error.message.find('\n', start), error.message.size());
        fmt::print(stderr, "dyad align: error: {}\n", error.message.substr(start, end - start));
        start = end + 1;
    }
    return 1;
}

/// Writes both executables, or neither.
Result<void> writeBoth(const std::string &name, const AlignOutput &aligned) {
    const std::string first = name + ".x86_64", second = name + ".aarch64";
    if (Result<void> written = writeOutputFile(first, aligned.executables[0], 0777); !written) return written;
    Result<void> written = writeOutputFile(second, aligned.executables[1], 0777);
    if (!written) unlink(first.c_str());
    return written;
}

int run(const Options &options) {
    AlignInput input;
    input.libraries = options.libraries;
    input.entry = options.entry;
    for (std::size_t half = 0; half < 2; ++half)
        for (const std::string &path : options.files[half]) {
            auto bytes = readInputFile(path);
            if (!bytes) return fail(bytes.error());
            input.files[half].push_back({path, *std::move(bytes)});
        }
    auto aligned = align(std::move(input));
    if (!aligned) return fail(aligned.error());
    if (!aligned->warnings.empty()) fmt::print(stderr, "{}", aligned->warnings);
    if (Result<void> written = writeBoth(options.output, *aligned); !written) return fail(written.error());
    if (!options.map.empty())
        if (Result<void> written = writeOutputFile(options.map, std::as_bytes(std::span(aligned->map))); !written)
            return fail(written.error());
    return 0;
}

} // namespace

int main(int argc, char **argv) {
    Options options;
    CLI::App app(
        "Links two ordinary static executables, NAME.x86_64 and NAME.aarch64, whose common symbols have equal\n"
        "addresses. The objects may come from any compiler; every global that they define must be in both lists.\n"
        "Compile with -ffunction-sections -fdata-sections -fno-common.",
        "dyad align");
    app.add_option("--x86_64", options.files[0], "objects and archives for x86-64")->required()->type_name("OBJECTS");
    app.add_option("--aarch64", options.files[1], "objects and archives for AArch64")->required()->type_name("OBJECTS");
    app.add_option("--lib-x86_64", options.libraries[0], "start-up objects and libraries of the x86-64 executable only")
        ->type_name("FILES");
    app.add_option("--lib-aarch64", options.libraries[1],
                   "start-up objects and libraries of the AArch64 executable only")
        ->type_name("FILES");
    app.add_option("-o,--output", options.output, "start of both executables' names")->required()->type_name("NAME");
    app.add_option("-e,--entry", options.entry, "entry point")->type_name("SYMBOL")->capture_default_str();
    app.add_option("--map", options.map, "write a link map of both executables")->type_name("FILE");
    app.footer(
        "example:\n  dyad align --x86_64 a.x86.o --aarch64 a.arm.o -o a && ./a.x86_64 && qemu-aarch64 ./a.aarch64");
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp &) {
        fmt::print("{}", app.help());
        return 0;
    } catch (const CLI::ParseError &error) {
        return fail({error.what()});
    }
    return run(options);
}
