// See halves.h.
#include "driver/cc/halves.h"

#include "driver/cc/messages.h"
#include "image/pair_writer.h"
#include "layout/layout.h"
#include "layout/lld.h"
#include "support/output_file.h"
#include "support/temporary_folder.h"

#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace dyad {

namespace {

std::span<const std::byte> bytesOf(StringRef data) {
    return {reinterpret_cast<const std::byte*>(data.data()), data.size()};
}

bool report(Result<void> result) {
    if (!result)
        printError(result.error().message);
    return static_cast<bool>(result);
}

void collectObjects(HalvesInput& input, LayoutInput& layout) {
    for (Isa isa : kIsas) {
        auto index = static_cast<int>(isa);
        std::vector<ObjectFile>& objects = layout.objects[index];
        ObjectBytes& portable = input.portable[index];
        std::span<const std::byte> code = bytesOf(StringRef(portable.data(), portable.size()));
        objects.push_back({"portable code", {code.begin(), code.end()}, ObjectFile::Role::Portable});
        portable = {};
        for (NativeObjects& natives : input.natives)
            for (NativeObject& native : natives[index])
                objects.push_back(std::move(native.file));
    }
}

// The site table, whose addresses are those of the linked halves; empty if the program cannot migrate.
Result<std::vector<std::byte>> makeSites(const HalvesInput& input, const LayoutOutput& layout,
                                         const LinkedHalves& linked) {
    if (!input.plan)
        return std::vector<std::byte>();
    Result<FunctionAddresses> addresses = functionAddresses(layout, linked);
    if (!addresses)
        return std::move(addresses.error());
    auto find = [](void* context, Isa isa, std::string_view name) -> std::optional<uint64_t> {
        const auto& half = (*static_cast<FunctionAddresses*>(context))[static_cast<int>(isa)];
        auto found = half.find(std::string(name));
        return found == half.end() ? std::nullopt : std::optional(found->second);
    };
    return makeSiteTable(*input.plan, input.records, find, &*addresses);
}

// Links one half into memory.
std::unique_ptr<MemoryBuffer> linkHalf(const HalvesInput& input, const LayoutOutput& layout, Isa isa,
                                       const TemporaryFolder& scratch) {
    auto index = static_cast<int>(isa);
    std::string prefix = std::string(name(isa));
    std::vector<std::string> paths;
    for (const auto& [number, object] : enumerate(layout.objects[index])) {
        paths.push_back(scratch.file(prefix + "." + std::to_string(number) + ".o"));
        if (!report(writeOutputFile(paths.back(), object.bytes)))
            return nullptr;
    }
    std::string script;
    if (!layout.extraScript.empty()) {
        script = scratch.file(prefix + ".ld");
        if (!report(writeOutputFile(script, bytesOf(layout.extraScript))))
            return nullptr;
    }
    std::string output = scratch.file(prefix);
    std::string messages;
    Result<void> linked =
        linkElf(halfArguments(input.toolchain, input.arguments, isa, paths, script, output), &messages);
    if (!linked) {
        printError("linking the " + StringRef(name(isa)) + " half failed:\n" + linked.error().message);
        return nullptr;
    }
    if (!messages.empty())
        errs() << messages << '\n';
    ErrorOr<std::unique_ptr<MemoryBuffer>> file = MemoryBuffer::getFile(output, false, false);
    if (!file) {
        printError("cannot read the linked half: " + file.getError().message());
        return nullptr;
    }
    return std::move(*file);
}

} // namespace

std::vector<std::string> halfArguments(const Toolchain& toolchain, const LinkArguments& arguments, Isa isa,
                                       ArrayRef<std::string> objects, const std::string& extraScript,
                                       const std::string& output) {
    std::vector<std::string> result{"-T", toolchain.scripts + "/" + std::string(name(isa)) + ".ld", "-L",
                                    toolchain.scripts};
    if (!extraScript.empty())
        result.insert(result.end(), {"-T", extraScript});
    // The layout has collected garbage already, alike in both halves, and retained the rest: lld only drops the symbols.
    result.insert(result.end(), {"-static", "-z", "max-page-size=4096", "-z", "norelro", "--eh-frame-hdr",
                                 "--build-id=none", "--gc-sections", "--hash-style=gnu"});
    if (arguments.stripAll || arguments.stripDebug) // of symbols, the site table needs the addresses first
        result.push_back("--strip-debug");
    for (const std::string& definition : arguments.definitions)
        result.push_back("--defsym=" + definition);
    result.insert(result.end(), {"-o", output});
    result.insert(result.end(), objects.begin(), objects.end());
    return result;
}

bool linkHalves(HalvesInput input) {
    // Sites that disagree are found before anything is linked.
    if (input.plan && !report(compareSites(*input.plan, input.records)))
        return false;

    // Every common section gets the same rank and size in both halves.
    LayoutInput objects;
    objects.gcSections = input.arguments.gcSections;
    objects.roots = {"__dyad_start", "__dyad_fault", "__dyad_arrived"};
    for (StringRef definition : input.arguments.definitions)
        objects.roots.push_back(definition.split('=').second.str()); // if it is a symbol, it stays
    collectObjects(input, objects);
    Result<LayoutOutput> layout = layOut(std::move(objects));
    if (!layout) {
        printError(layout.error().message);
        return false;
    }

    // Two links; lld keeps global state, so one after the other.
    Result<TemporaryFolder> scratch = TemporaryFolder::create();
    if (!scratch) {
        printError(scratch.error().message);
        return false;
    }
    std::unique_ptr<MemoryBuffer> halves[2];
    for (Isa isa : kIsas)
        if (!(halves[static_cast<int>(isa)] = linkHalf(input, *layout, isa, *scratch)))
            return false;
    LinkedHalves linked{bytesOf(halves[0]->getBuffer()), bytesOf(halves[1]->getBuffer())};
    if (!report(verifyLinked(*layout, linked)))
        return false;

    Result<std::vector<std::byte>> sites = makeSites(input, *layout, linked);
    if (!sites) {
        printError(sites.error().message);
        return false;
    }

    // One file.
    Manifest manifest;
    manifest.toolVersion = DYAD_VERSION;
    manifest.stackSize = input.arguments.stackSize;
    manifest.padding = layout->padding;
    const std::string notes = input.plan ? writeSiteNotes(input.plan->notes) : "";
    PairOptions options{*sites, input.arguments.stripAll, notes};
    if (!report(writePairImage(linked[0], linked[1], std::move(manifest), input.arguments.output, options)))
        return false;
    if (input.arguments.map.empty())
        return true;
    Result<std::string> map = writeMap(*layout, linked);
    if (!map) {
        printError(map.error().message);
        return false;
    }
    return report(writeOutputFile(input.arguments.map, bytesOf(*map)));
}

} // namespace dyad
