// Links two static executables with equal addresses: layout, one linker script for both, two links.
#include "layout/align.h"

#include "layout/lld.h"
#include "support/output_file.h"
#include "support/temporary_folder.h"

#include <fmt/format.h>

namespace dyad {

namespace {

// Common sections come first and are equal in both halves, so their addresses are too; what is private follows. Fixed
// room for the file's headers: their size depends on the number of segments, and start-up code finds thread-locals by
// the program headers, so they must be loaded. Common zero-initialised thread-locals are stored as data: the private
// data that precedes them otherwise would move them.
constexpr std::string_view kScript = R"(PHDRS {
  common_ro PT_LOAD FILEHDR PHDRS FLAGS(4);
  common_rx PT_LOAD FLAGS(5);
  common_rw PT_LOAD FLAGS(6);
  private_rw PT_LOAD FLAGS(6);
  private_rx PT_LOAD FLAGS(5);
  private_ro PT_LOAD FLAGS(4);
  tls PT_TLS FLAGS(4);
  eh_frame PT_GNU_EH_FRAME FLAGS(4);
  stack PT_GNU_STACK FLAGS(6);
}
DYAD_LOAD_BIAS = 0;
SECTIONS {
  . = 0x400400;
  .rodata : { *(SORT_BY_NAME(.dyad.rodata.*)) QUAD(0) /* never empty: its segment loads the headers */ } :common_ro
  . = ALIGN(0x1000);
  .text : { *(SORT_BY_NAME(.dyad.text.*)) } :common_rx
  . = ALIGN(0x1000);
  .data : { *(SORT_BY_NAME(.dyad.data.*)) } :common_rw
  .bss (NOLOAD) : { *(SORT_BY_NAME(.dyad.bss.*)) } :common_rw
  . = ALIGN(0x1000);

  .tdata : { *(SORT_BY_NAME(.dyad.tdata.*)) *(SORT_BY_NAME(.dyad.tbss.*)) *(.tdata .tdata.*) } :private_rw :tls
  .tbss : { *(.tbss .tbss.*) } :private_rw :tls
  .preinit_array : { __preinit_array_start = .; *(.preinit_array) __preinit_array_end = .; } :private_rw
  .init_array : {
    __init_array_start = .; *(SORT_BY_INIT_PRIORITY(.init_array.*)) *(.init_array .ctors) __init_array_end = .;
  } :private_rw
  .fini_array : {
    __fini_array_start = .; *(SORT_BY_INIT_PRIORITY(.fini_array.*)) *(.fini_array .dtors) __fini_array_end = .;
  } :private_rw
  .private.relro : { *(.data.rel.ro .data.rel.ro.*) } :private_rw
  .got : { *(.got) *(.got.plt) } :private_rw
  .private.data : { *(.data .data.*) } :private_rw
  .private.bss (NOLOAD) : { *(.bss .bss.* COMMON) } :private_rw
  . = ALIGN(0x1000);

  .init : { *(.init) } :private_rx
  .plt : { *(.plt) *(.iplt) } :private_rx
  .private.text : { *(.text .text.*) } :private_rx
  .fini : { *(.fini) } :private_rx
  . = ALIGN(0x1000);

  .private.rodata : { *(.rodata .rodata.*) } :private_ro
  .rela.dyn : { *(.rela.dyn) *(.rela.iplt .rela.plt) } :private_ro
  .eh_frame_hdr : { *(.eh_frame_hdr) } :private_ro :eh_frame
  .eh_frame : { KEEP(*(.eh_frame)) } :private_ro
  .gcc_except_table : { *(.gcc_except_table .gcc_except_table.*) } :private_ro
  /DISCARD/ : { *(.note.GNU-stack) *(.note.gnu.property) *(.note.gnu.build-id) *(.llvm_addrsig) }
}
)";

Result<void> writeText(const std::string &path, std::string_view text) {
    return writeOutputFile(path, std::as_bytes(std::span(text)));
}

Result<std::vector<std::byte>> linkHalf(Isa isa, const LayoutOutput &layout, const AlignInput &input,
                                        const TemporaryFolder &folder, std::string &warnings) {
    const std::string output = folder.file(fmt::format("{}.out", name(isa)));
    std::vector<std::string> arguments{"-m",      isa == Isa::x86_64 ? "elf_x86_64" : "aarch64linux",
                                       "-static", "--eh-frame-hdr",
                                       "-z",      "max-page-size=4096",
                                       "-e",      input.entry,
                                       "-T",      folder.file("common.ld"),
                                       "-o",      output};
    if (!layout.extraScript.empty()) arguments.insert(arguments.end(), {"-T", folder.file("user.ld")});

    std::vector<std::pair<std::string, std::string>> names;
    for (const ObjectFile &object : layout.objects[static_cast<std::size_t>(isa)]) {
        // The number ends in a dot so that no path is the start of another.
        const std::string path = folder.file(fmt::format("{}.{}.o", name(isa), names.size()));
        if (Result<void> written = writeOutputFile(path, object.bytes); !written) return std::move(written.error());
        names.emplace_back(path, object.name);
        arguments.push_back(path);
    }
    arguments.emplace_back("--start-group"); // libc and the compiler's library need each other
    for (const std::string &library : input.libraries[static_cast<std::size_t>(isa)])
        arguments.push_back(library);
    arguments.emplace_back("--end-group");

    std::string messages;
    Result<void> linked = linkElf(arguments, &messages);
    messages = withNames(std::move(messages), names);
    if (!linked) return Error{messages.empty() ? std::move(linked.error().message) : std::move(messages)};
    if (!messages.empty()) warnings += messages + "\n";
    return readInputFile(output);
}

} // namespace

Result<AlignOutput> align(AlignInput input) {
    LayoutInput layoutInput;
    layoutInput.gcSections = false; // libraries may refer to anything
    layoutInput.everyGlobalCommon = true;
    auto objects = selectObjects(std::move(input.files), input.entry, ObjectFile::Role::Native);
    if (!objects) return std::move(objects.error());
    layoutInput.objects = *std::move(objects);
    auto layout = layOut(std::move(layoutInput));
    if (!layout) return std::move(layout.error());

    auto folder = TemporaryFolder::create();
    if (!folder) return std::move(folder.error());
    if (Result<void> written = writeText(folder->file("common.ld"), kScript); !written)
        return std::move(written.error());
    if (Result<void> written = writeText(folder->file("user.ld"), layout->extraScript); !written)
        return std::move(written.error());

    AlignOutput output;
    output.commonSymbols = layout->commonSymbols;
    for (Isa isa : kIsas) {
        auto bytes = linkHalf(isa, *layout, input, *folder, output.warnings);
        if (!bytes) return std::move(bytes.error());
        output.executables[static_cast<std::size_t>(isa)] = *std::move(bytes);
    }
    const LinkedHalves linked{output.executables[0], output.executables[1]};
    if (Result<void> verified = verifyLinked(*layout, linked); !verified) return std::move(verified.error());
    auto map = writeMap(*layout, linked);
    if (!map) return std::move(map.error());
    output.map = *std::move(map);
    return output;
}

} // namespace dyad
