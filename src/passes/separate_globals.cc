// See separate_globals.h.
#include "passes/separate_globals.h"

#include "llvm/IR/Module.h"

using namespace llvm;

namespace dyad {

namespace {

void separate(GlobalObject& global) {
    global.setUnnamedAddr(GlobalValue::UnnamedAddr::None); // mergeable sections are per content, not per symbol
    global.setComdat(nullptr);
    global.setPartition("");
    if (global.isDeclaration())
        return;
    if (global.hasPrivateLinkage()) {
        global.setLinkage(GlobalValue::InternalLinkage);
    } else if (!global.hasLocalLinkage()) {
        global.setLinkage(GlobalValue::ExternalLinkage);
    }
    if (!global.hasName())
        global.setName("__dyad_unnamed");
    global.setDSOLocal(true);
}

bool isReserved(const GlobalVariable& variable) { return variable.getName().starts_with("llvm."); }

} // namespace

void separateGlobals(Module& module) {
    for (GlobalVariable& variable : module.globals())
        if (!isReserved(variable))
            separate(variable);
    for (Function& function : module)
        if (!function.isIntrinsic()) {
            separate(function);
            if (!function.isDeclaration())
                function.setSection("");
        }
    for (GlobalAlias& alias : module.aliases()) {
        alias.setUnnamedAddr(GlobalValue::UnnamedAddr::None);
        if (alias.hasPrivateLinkage())
            alias.setLinkage(GlobalValue::InternalLinkage);
        else if (!alias.hasLocalLinkage())
            alias.setLinkage(GlobalValue::ExternalLinkage);
        alias.setDSOLocal(true);
    }
    module.getComdatSymbolTable().clear();
}

} // namespace dyad
