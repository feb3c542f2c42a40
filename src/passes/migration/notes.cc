// See notes.h.
#include "passes/migration/notes.h"

#include "passes/migration/capturable.h"
#include "passes/migration/sites.h"

#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"

#include <algorithm>
#include <map>

using namespace llvm;

namespace dyad {

void noteFunctionsWithoutSites(const Module& module, const CapturableFunctions& capturable,
                               const FunctionsWithoutPoints& withoutPoints, SiteNotes& notes) {
    for (const Function& function : module) {
        if (function.isIntrinsic() || capturable.contains(function)) continue;
        NoSites reason = function.isDeclaration()                            ? NoSites::Native
                         : withoutPoints.calledByNative.contains(&function)  ? NoSites::CalledByNative
                         : withoutPoints.stringFunctions.contains(&function) ? NoSites::StringFunction
                         : withoutPoints.systemCalls.contains(&function)     ? NoSites::SystemCall
                                                                             : NoSites::Short;
        notes.without[static_cast<std::size_t>(reason)].push_back(function.getName().str());
    }
    for (std::vector<std::string>& names : notes.without)
        std::ranges::sort(names);
}

std::string describeRecomputed(const Site& site) {
    SmallPtrSet<const Value*, 16> known(site.recorded.begin(), site.recorded.end());
    SmallVector<const Value*> work(site.live.begin(), site.live.end());
    std::map<std::string, unsigned> counts;
    while (!work.empty()) {
        const auto* instruction = dyn_cast<Instruction>(work.pop_back_val());
        if (!instruction || !known.insert(instruction).second) continue;
        ++counts[instruction->getOpcodeName()];
        work.append(instruction->value_op_begin(), instruction->value_op_end());
    }
    std::string text;
    for (const auto& [name, count] : counts)
        text += (text.empty() ? "" : ", ") + name + " " + std::to_string(count);
    return text;
}

} // namespace dyad
