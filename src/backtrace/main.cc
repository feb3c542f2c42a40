// dyad-backtrace IMAGE ISA RAM_FD RAM_SIZE ARENA_OFFSET: prints the backtrace of the crash that the control area of a
// stopped machine's memory tells of. Started by `dyad run`; specification: docs/debugging.md, "crash reports".
#include "symbols.h"
#include "unwinder.h"

#include "image/pair_image.h"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>

using namespace dyad;

namespace {

/// Enough for a stack of 8 MiB full of the smallest frames.
constexpr std::size_t kMostFrames = 1 << 19;
/// Of a deeper stack the ends are shown.
constexpr std::size_t kShownInner = 40, kShownOuter = 10;

int fail(const std::string &message) {
    fmt::print(stderr, "dyad-backtrace: error: {}\n", message);
    return 1;
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 6) return fail("usage: dyad-backtrace IMAGE ISA RAM_FD RAM_SIZE ARENA_OFFSET");
    auto isa = parseIsa(argv[2]);
    if (!isa) return fail(fmt::format("unknown ISA '{}'", argv[2]));
    MemoryPlan plan;
    plan.ramSize = std::strtoull(argv[4], nullptr, 10);
    plan.arenaOffset = std::strtoull(argv[5], nullptr, 10);
    if (plan.arenaOffset > plan.ramSize || plan.arenaOffset < DYAD_COMMON_BASE - DYAD_IMAGE_BASE)
        return fail("the arena lies outside the memory");
    plan.arenaSize = plan.ramSize - plan.arenaOffset;
    auto memory = GuestMemory::attach(UniqueFd(std::atoi(argv[3])), plan);
    if (!memory) return fail(memory.error().message);
    auto image = PairImage::open(argv[1]);
    if (!image) return fail(image.error().message);

    auto bytes = image->elf(*isa);
    llvm::MemoryBufferRef buffer(llvm::StringRef(reinterpret_cast<const char *>(bytes.data()), bytes.size()), argv[1]);
    auto object = llvm::object::ObjectFile::createELFObjectFile(buffer);
    if (!object) return fail(llvm::toString(object.takeError()));
    auto quiet = [](llvm::Error error) { llvm::consumeError(std::move(error)); };
    auto dwarf = llvm::DWARFContext::create(**object, llvm::DWARFContext::ProcessDebugRelocations::Ignore, nullptr, "",
                                            quiet, quiet);
    auto frames = dwarf->getEHFrame();
    if (!frames) return fail(fmt::format("cannot read .eh_frame: {}", llvm::toString(frames.takeError())));

    dyad_crash crash;
    std::memcpy(static_cast<void *>(&crash), memory->control().data() + offsetof(dyad_control, crash), sizeof crash);
    Unwinder unwinder(*isa, *memory, **frames);
    bool atCall = crash.valid == DYAD_CRASH_AT_CALL;
    auto stack = unwinder.unwind(registersOf(crash, *isa), atCall, kMostFrames);
    Symbols symbols(**object, *dwarf);
    fmt::print("backtrace:\n");
    for (std::size_t i = 0; i < stack.size(); ++i) {
        if (i == kShownInner && stack.size() > kShownInner + kShownOuter) {
            fmt::print("  ... {} frames ...\n", stack.size() - kShownInner - kShownOuter);
            i = stack.size() - kShownOuter;
        }
        for (const std::string &line : symbols.describe(stack[i].pc, stack[i].isReturnAddress))
            fmt::print("  #{:<3} {:#010x} {}\n", i, stack[i].pc, line);
    }
    return 0;
}
