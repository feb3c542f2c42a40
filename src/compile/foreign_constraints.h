// Lets inline assembly that names registers of another ISA past clang's checks of the neutral target: an empty template
// with such constraints is a compiler barrier and portable; one with instructions is reported by the portability check,
// which says what to do, where clang would only say that a constraint is unknown.
#pragma once

#include "clang/Basic/Diagnostic.h"
#include "llvm/Support/MemoryBuffer.h"

#include <map>
#include <memory>
#include <string>

namespace llvm {
class Module;
}

namespace dyad {

/// Text to put in place of a constraint or clobber, by file and offset; the same length as what it replaces.
using SourcePatches = std::map<std::string, std::map<unsigned, std::string>>;

/// Passes diagnostics on to `printer`, and notes what would have to be patched for those about constraints and clobbers.
class ConstraintWatcher : public clang::DiagnosticConsumer {
  public:
    explicit ConstraintWatcher(std::unique_ptr<clang::DiagnosticConsumer> printer);

    /// Whether every error so far was about constraints: then another run with patches() in place makes sense.
    bool onlyConstraints() const { return !patches_.empty() && otherErrors_ == 0; }
    const SourcePatches& patches() const { return patches_; }

    void BeginSourceFile(const clang::LangOptions& language, const clang::Preprocessor* preprocessor) override;
    void EndSourceFile() override;
    void finish() override;
    void HandleDiagnostic(clang::DiagnosticsEngine::Level level, const clang::Diagnostic& diagnostic) override;

  private:
    bool notePatch(const clang::Diagnostic& diagnostic);

    std::unique_ptr<clang::DiagnosticConsumer> printer_;
    SourcePatches patches_;
    unsigned otherErrors_ = 0;
};

/// The content of a file with its patches made.
std::unique_ptr<llvm::MemoryBuffer> patchedFile(const std::string& path,
                                                const std::map<unsigned, std::string>& patches);

} // namespace dyad
