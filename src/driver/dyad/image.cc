// `dyad image extract` and `dyad image strip`.
#include "commands.h"
#include "image/pair_writer.h"
#include "support/output_file.h"

#include <fmt/format.h>

#include <memory>

namespace dyad {

namespace {

struct Options {
    std::string image, output, isa;
};

int fail(std::string_view command, const Error &error) {
    fmt::print(stderr, "dyad image {}: error: {}\n", command, error.message);
    return kFailed;
}

int extract(const Options &options) {
    const auto isa = parseIsa(options.isa);
    if (!isa) return fail("extract", {fmt::format("unknown ISA '{}'; expected x86_64 or aarch64", options.isa)});
    auto image = PairImage::open(options.image);
    if (!image) return fail("extract", image.error());
    auto half = extractHalf(*image, *isa);
    if (!half) return fail("extract", half.error());
    if (Result<void> written = writeOutputFile(options.output, *half, 0777); !written)
        return fail("extract", written.error());
    return 0;
}

int strip(const Options &options) {
    auto image = PairImage::open(options.image);
    if (!image) return fail("strip", image.error());
    auto stripped = stripPairImage(*image);
    if (!stripped) return fail("strip", stripped.error());
    const std::string &output = options.output.empty() ? options.image : options.output;
    if (Result<void> written = writeOutputFile(output, *stripped, 0777); !written)
        return fail("strip", written.error());
    return 0;
}

} // namespace

Action setupImage(CLI::App &app) {
    auto options = std::make_shared<Options>();
    app.require_subcommand(1);

    CLI::App *take = app.add_subcommand("extract", "write one half as an ELF file of its own");
    take->add_option("--isa", options->isa, "which half: x86_64 or aarch64")->required();
    take->add_option("-o,--output", options->output, "the file to write")->required();
    take->add_option("IMAGE", options->image, "the image")->required();
    take->footer("example:\n  dyad image extract --isa aarch64 -o hello.aarch64 ./hello");

    CLI::App *drop = app.add_subcommand("strip", "drop symbols and debug information of both halves");
    drop->add_option("-o,--output", options->output, "the file to write; IMAGE itself if not given");
    drop->add_option("IMAGE", options->image, "the image")->required();
    drop->footer("example:\n  dyad image strip ./hello");

    return [options, take] { return take->parsed() ? extract(*options) : strip(*options); };
}

} // namespace dyad
