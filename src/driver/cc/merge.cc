// See merge.h.
#include "driver/cc/merge.h"

#include "driver/cc/messages.h"
#include "support/output_file.h"

#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/Module.h"
#include "llvm/Linker/Linker.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace dyad {

int mergeObjects(const LinkArguments& arguments, const LinkInputs& inputs) {
    LLVMContext context;
    Module merged(arguments.output, context);
    Linker linker(merged);
    for (const std::vector<NativeObject>& natives : inputs.natives)
        for (const NativeObject& native : natives) {
            printError("'" + native.file.name + "': -r merges portable objects only");
            return 1;
        }
    bool first = true;
    for (const std::string& path : inputs.resolve) {
        if (StringRef(path).starts_with("-") && !StringRef(path).starts_with("-l"))
            continue; // paths and switches of a full link
        ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(path, false, false);
        if (!buffer || identify_magic((*buffer)->getBuffer()) != file_magic::bitcode) {
            printError("'" + path + "': -r merges portable objects only");
            return 1;
        }
        Expected<std::unique_ptr<Module>> module = parseBitcodeFile(**buffer, context);
        if (!module) {
            printError(path + ": " + toString(module.takeError()));
            return 1;
        }
        if (first) {
            merged.setTargetTriple((*module)->getTargetTriple());
            merged.setDataLayout((*module)->getDataLayout());
            first = false;
        }
        if (linker.linkInModule(std::move(*module))) {
            printError(path + ": cannot be merged");
            return 1;
        }
    }
    SmallVector<char, 0> bitcode;
    raw_svector_ostream stream(bitcode);
    WriteBitcodeToFile(merged, stream);
    Result<void> written = writeOutputFile(arguments.output, std::as_bytes(std::span(bitcode.data(), bitcode.size())));
    if (!written)
        printError(written.error().message);
    return written ? 0 : 1;
}

} // namespace dyad
