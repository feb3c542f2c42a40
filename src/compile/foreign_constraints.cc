// See foreign_constraints.h. Patches keep the length of what they replace, so that every other diagnostic stays right.
#include "compile/foreign_constraints.h"

#include "clang/Basic/DiagnosticSema.h"
#include "clang/Basic/SourceManager.h"

#include <cctype>

using namespace clang;

namespace dyad {

namespace {

// The letters of a constraint that clang's neutral target does not know, in terms of those it knows: "f" is a
// floating-point register, "r" a general one. On the left: x86-64's and AArch64's names for the former.
char neutralLetter(char letter) {
    switch (letter) {
    case 'x':
    case 'v':
    case 'w':
    case 'y':
    case 't': return 'f';
    case 'r':
    case 'm':
    case 'g':
    case 'i':
    case 'n':
    case 'f':
    case 'X': return letter;
    default: return std::isalpha(static_cast<unsigned char>(letter)) ? 'r' : letter;
    }
}

// The string literal that starts at `offset`, quotes included; empty if there is none.
llvm::StringRef literalAt(llvm::StringRef file, unsigned offset) {
    if (offset >= file.size() || file[offset] != '"')
        return {};
    size_t end = file.find('"', offset + 1);
    return end == llvm::StringRef::npos ? llvm::StringRef() : file.slice(offset, end + 1);
}

std::string neutralConstraint(llvm::StringRef literal) {
    std::string text = literal.str();
    for (char& letter : text)
        letter = neutralLetter(letter);
    return text;
}

// A clobbered register of another ISA becomes "cc", which every ISA has.
std::string neutralClobber(llvm::StringRef literal) {
    if (literal.size() < 4)
        return {};
    std::string text = "\"cc\"";
    text.resize(literal.size(), ' ');
    return text;
}

} // namespace

ConstraintWatcher::ConstraintWatcher(std::unique_ptr<DiagnosticConsumer> printer) : printer_(std::move(printer)) {}

void ConstraintWatcher::BeginSourceFile(const LangOptions& language, const Preprocessor* preprocessor) {
    printer_->BeginSourceFile(language, preprocessor);
}

void ConstraintWatcher::EndSourceFile() { printer_->EndSourceFile(); }

void ConstraintWatcher::finish() { printer_->finish(); }

void ConstraintWatcher::HandleDiagnostic(DiagnosticsEngine::Level level, const Diagnostic& diagnostic) {
    DiagnosticConsumer::HandleDiagnostic(level, diagnostic);
    if (level >= DiagnosticsEngine::Error && !notePatch(diagnostic))
        ++otherErrors_;
    printer_->HandleDiagnostic(level, diagnostic);
}

bool ConstraintWatcher::notePatch(const Diagnostic& diagnostic) {
    bool constraint = diagnostic.getID() == diag::err_asm_invalid_output_constraint ||
                      diagnostic.getID() == diag::err_asm_invalid_input_constraint;
    bool clobber = diagnostic.getID() == diag::err_asm_unknown_register_name;
    if ((!constraint && !clobber) || !diagnostic.hasSourceManager() || diagnostic.getLocation().isInvalid())
        return false;
    const SourceManager& sources = diagnostic.getSourceManager();
    auto [file, offset] = sources.getDecomposedSpellingLoc(diagnostic.getLocation());
    OptionalFileEntryRef entry = sources.getFileEntryRefForID(file);
    if (!entry)
        return false; // standard input, or tokens pasted together
    llvm::StringRef literal = literalAt(sources.getBufferData(file), offset);
    std::string text = constraint ? neutralConstraint(literal) : neutralClobber(literal);
    if (text.empty() || text == literal)
        return false;
    patches_[entry->getName().str()][offset] = std::move(text);
    return true;
}

std::unique_ptr<llvm::MemoryBuffer> patchedFile(const std::string& path,
                                                const std::map<unsigned, std::string>& patches) {
    auto file = llvm::MemoryBuffer::getFile(path);
    if (!file)
        return nullptr;
    std::string text = (*file)->getBuffer().str();
    for (const auto& [offset, replacement] : patches)
        if (offset + replacement.size() <= text.size())
            text.replace(offset, replacement.size(), replacement);
    return llvm::MemoryBuffer::getMemBufferCopy(text, path);
}

} // namespace dyad
