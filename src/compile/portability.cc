// The portability check. Specification: docs/portable-ir.md, "What is refused".
#include "compile/portability.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Basic/Builtins.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Lex/Preprocessor.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

using namespace clang;

namespace dyad {

namespace {

// Intrinsics that are generic in name only: what they give, or that they exist, depends on the ISA.
const char* refusedIntrinsic(llvm::Intrinsic::ID id) {
    switch (id) {
    case llvm::Intrinsic::frameaddress:
    case llvm::Intrinsic::addressofreturnaddress:
    case llvm::Intrinsic::sponentry:
        return "the address of a native frame";
    case llvm::Intrinsic::thread_pointer:
        return "the thread pointer register";
    case llvm::Intrinsic::readcyclecounter:
    case llvm::Intrinsic::readsteadycounter:
        return "the CPU's cycle counter";
    case llvm::Intrinsic::read_register:
    case llvm::Intrinsic::read_volatile_register:
    case llvm::Intrinsic::write_register:
        return "a named register";
    case llvm::Intrinsic::eh_return_i32:
    case llvm::Intrinsic::eh_return_i64:
    case llvm::Intrinsic::eh_unwind_init:
    case llvm::Intrinsic::eh_dwarf_cfa:
        return "the native unwinder's state";
    case llvm::Intrinsic::eh_sjlj_setjmp:
    case llvm::Intrinsic::eh_sjlj_longjmp:
        return "the compiler's own setjmp";
    case llvm::Intrinsic::localescape:
    case llvm::Intrinsic::localrecover:
    case llvm::Intrinsic::gcroot:
    case llvm::Intrinsic::swift_async_context_addr:
        return "another runtime's frame layout";
    default:
        return nullptr;
    }
}

// Where a builtin that became a refused intrinsic is called. Only run once something was refused: IR carries no
// locations unless -g is given.
class BuiltinFinder : public RecursiveASTVisitor<BuiltinFinder> {
  public:
    BuiltinFinder(ASTContext& context, llvm::StringRef function) : context_(context), function_(function) {}

    std::vector<std::pair<SourceLocation, std::string>> found;

    bool TraverseFunctionDecl(FunctionDecl* declaration) {
        if (context_.getLangOpts().CPlusPlus || declaration->getName() == function_)
            return RecursiveASTVisitor::TraverseFunctionDecl(declaration);
        return true;
    }

    bool VisitVarDecl(VarDecl* variable) {
        if (variable->getStorageClass() == SC_Register && variable->hasAttr<AsmLabelAttr>())
            found.emplace_back(variable->getLocation(), variable->getNameAsString());
        return true;
    }

    bool VisitCallExpr(CallExpr* call) {
        unsigned id = call->getBuiltinCallee();
        if (id == 0)
            return true;
        llvm::StringRef name = context_.BuiltinInfo.getName(id);
        static constexpr llvm::StringLiteral kRefused[] = {
            "__builtin_frame_address", "__builtin_thread_pointer", "__builtin_readcyclecounter",
            "__builtin_readsteadycounter", "__builtin_eh_return", "__builtin_unwind_init", "__builtin_dwarf_cfa",
            "__builtin_setjmp", "__builtin_longjmp"};
        if (id >= Builtin::FirstTSBuiltin || llvm::is_contained(kRefused, name))
            found.emplace_back(call->getBeginLoc(), name.str());
        return true;
    }

  private:
    ASTContext& context_;
    llvm::StringRef function_;
};

class Checker {
  public:
    explicit Checker(CompilerInstance& compiler) : compiler_(compiler), diagnostics_(compiler.getDiagnostics()) {
        asmError_ = diagnostics_.getCustomDiagID(
            DiagnosticsEngine::Error, "inline assembly with instructions in portable code: it exists on one ISA only");
        builtinError_ = diagnostics_.getCustomDiagID(DiagnosticsEngine::Error,
                                                     "'%0' in portable code: it gives %1, which differs between ISAs");
        functionError_ = diagnostics_.getCustomDiagID(DiagnosticsEngine::Error, "function '%0' %1 in portable code");
        wayOut_ = diagnostics_.getCustomDiagID(
            DiagnosticsEngine::Note,
            "move it to a native source for each ISA, compiled with --isa=x86_64 and --isa=aarch64, or use plain C");
    }

    bool run(const llvm::Module& module) {
        if (!module.getModuleInlineAsm().empty())
            report(SourceLocation(), asmError_);
        for (const llvm::GlobalIFunc& ifunc : module.ifuncs())
            reportFunction(ifunc.getName(), "is chosen at start by the CPU (ifunc)");
        for (const llvm::Function& function : module)
            checkFunction(function);
        checkTargets(*compiler_.getASTContext().getTranslationUnitDecl());
        return !failed_;
    }

  private:
    // clang drops the attribute for ISAs that do not know the feature, and says nothing: the IR does not show it.
    void checkTargets(const DeclContext& scope) {
        for (const Decl* declaration : scope.decls()) {
            if (auto* function = llvm::dyn_cast<FunctionDecl>(declaration); function && function->hasAttr<TargetAttr>())
                reportFunction(function->getNameAsString(), "asks for CPU features of one ISA (target)",
                               function->getLocation());
            else if (llvm::isa<NamespaceDecl, LinkageSpecDecl, CXXRecordDecl>(declaration))
                checkTargets(*llvm::cast<DeclContext>(declaration));
        }
    }

    void checkFunction(const llvm::Function& function) {
        if (function.hasFnAttribute(llvm::Attribute::Naked))
            reportFunction(function.getName(), "is naked");
        if (function.hasFnAttribute("interrupt"))
            reportFunction(function.getName(), "is an interrupt handler");
        for (const llvm::BasicBlock& block : function)
            for (const llvm::Instruction& instruction : block)
                if (auto* call = llvm::dyn_cast<llvm::CallBase>(&instruction))
                    checkCall(*call, function);
    }

    void checkCall(const llvm::CallBase& call, const llvm::Function& function) {
        if (auto* assembly = llvm::dyn_cast<llvm::InlineAsm>(call.getCalledOperand())) {
            if (hasInstructions(assembly->getAsmString()))
                report(assemblyLocation(call), asmError_);
            return;
        }
        auto* callee = call.getCalledFunction();
        if (!callee || !callee->isIntrinsic())
            return;
        if (callee->isTargetIntrinsic())
            reportBuiltin(function, callee->getName(), "an instruction of one ISA");
        else if (const char* what = refusedIntrinsic(callee->getIntrinsicID()))
            reportBuiltin(function, callee->getName(), what);
    }

    // Blank templates and comments are compiler barriers.
    static bool hasInstructions(const std::string& assembly) {
        std::string text = assembly;
        for (size_t begin; (begin = text.find("/*")) != std::string::npos;) {
            size_t end = text.find("*/", begin + 2);
            text.erase(begin, end == std::string::npos ? end : end + 2 - begin);
        }
        llvm::SmallVector<llvm::StringRef> lines;
        llvm::StringRef(text).split(lines, '\n');
        return llvm::any_of(lines, [](llvm::StringRef line) {
            line = line.trim(" \t\r;");
            return !line.empty() && !line.starts_with("#") && !line.starts_with("//");
        });
    }

    static SourceLocation assemblyLocation(const llvm::CallBase& call) {
        if (const llvm::MDNode* node = call.getMetadata("srcloc"))
            if (node->getNumOperands() > 0)
                if (auto* raw = llvm::mdconst::dyn_extract<llvm::ConstantInt>(node->getOperand(0)))
                    return SourceLocation::getFromRawEncoding(static_cast<unsigned>(raw->getZExtValue()));
        return {};
    }

    void report(SourceLocation location, unsigned id) {
        failed_ = true;
        diagnostics_.Report(location, id);
        diagnostics_.Report(location, wayOut_);
    }

    void reportFunction(llvm::StringRef name, const char* what) {
        SourceLocation location;
        for (Decl* declaration : compiler_.getASTContext().getTranslationUnitDecl()->decls())
            if (auto* function = llvm::dyn_cast<FunctionDecl>(declaration))
                if (function->getDeclName().isIdentifier() && function->getName() == name)
                    location = function->getLocation();
        reportFunction(name, what, location);
    }

    void reportFunction(llvm::StringRef name, const char* what, SourceLocation location) {
        failed_ = true;
        diagnostics_.Report(location, functionError_) << name << what;
        diagnostics_.Report(location, wayOut_);
    }

    void reportBuiltin(const llvm::Function& function, llvm::StringRef intrinsic, const char* what) {
        failed_ = true;
        if (!reported_.insert(function.getName()).second)
            return;
        BuiltinFinder finder(compiler_.getASTContext(), function.getName());
        finder.TraverseAST(compiler_.getASTContext());
        if (finder.found.empty())
            finder.found.emplace_back(SourceLocation(), intrinsic.str());
        for (const auto& [location, name] : finder.found) {
            diagnostics_.Report(location, builtinError_) << name << what;
            diagnostics_.Report(location, wayOut_);
        }
    }

    CompilerInstance& compiler_;
    DiagnosticsEngine& diagnostics_;
    unsigned asmError_, builtinError_, functionError_, wayOut_;
    bool failed_ = false;
    llvm::StringSet<> reported_;
};

} // namespace

bool checkPortability(const llvm::Module& module, CompilerInstance& compiler) {
    // The frontend has told the printer that the file is over; carets need it back.
    compiler.getDiagnosticClient().BeginSourceFile(compiler.getLangOpts(), &compiler.getPreprocessor());
    bool portable = Checker(compiler).run(module);
    compiler.getDiagnosticClient().EndSourceFile();
    return portable;
}

} // namespace dyad
