// See wrap_symbols.h.
#include "passes/wrap_symbols.h"

#include "llvm/IR/Module.h"

using namespace llvm;

namespace dyad {

namespace {

// The symbol called `name`; declared like `model` if the module does not have it.
GlobalValue* symbolLike(Module& module, const std::string& name, GlobalValue& model) {
    if (GlobalValue* found = module.getNamedValue(name))
        return found;
    GlobalObject* declared;
    if (auto* function = dyn_cast<FunctionType>(model.getValueType()))
        declared = Function::Create(function, GlobalValue::ExternalLinkage, name, module);
    else
        declared = new GlobalVariable(module, model.getValueType(), false, GlobalValue::ExternalLinkage, nullptr, name);
    declared->setDSOLocal(true);
    return declared;
}

} // namespace

void wrapSymbols(Module& module, ArrayRef<std::string> names) {
    for (const std::string& name : names) {
        GlobalValue* real = module.getNamedValue("__real_" + name);
        GlobalValue* symbol = module.getNamedValue(name);
        if (!symbol && real)
            symbol = symbolLike(module, name, *real);
        if (!symbol)
            continue;
        symbol->replaceAllUsesWith(symbolLike(module, "__wrap_" + name, *symbol));
        if (real) {
            real->replaceAllUsesWith(symbol);
            real->eraseFromParent();
        }
    }
}

} // namespace dyad
