// See sites.h.
#include "passes/migration/sites.h"

#include "passes/migration/pieces.h"

#include "llvm/IR/Function.h"
#include "llvm/Transforms/Utils/Local.h"

using namespace llvm;

namespace dyad {

namespace {

// Nothing follows the call, whatever its result is said to be.
bool neverReturns(const CallBase& call) {
    return isa<UnreachableInst>(call.getNextNonDebugInstruction()) && !call.isMustTailCall();
}

} // namespace

std::vector<Site> markSites(Function& function, const CapturableFunctions& capturable, const SetjmpContexts& contexts,
                            std::uint32_t first) {
    removeUnreachableBlocks(function);
    Instruction* frame = contexts.functions.contains(&function) ? contexts.frames.lookup(&function) : nullptr;
    std::vector<Site> sites;
    std::vector<std::pair<CallBase*, size_t>> calls; // and the positions of their sites
    visitLiveValues(
        function, [&](const CallBase& call) { return capturable.isSite(call); },
        [&](CallBase& call, const Values& live) {
            Site site{first, isPoint(call) ? SiteKind::Point : SiteKind::Call, &call, live, {}, {}};
            if (call.isMustTailCall())
                site.live.clear();
            if (frame) {
                erase(site.live, frame);
                site.live.push_back(frame);
            }
            site.recorded = chooseRecorded(site.live);
            if (frame) {
                erase(site.recorded, frame);
                site.recorded.insert(site.recorded.begin(), frame);
            }
            auto isSame = [&](const Site& other) {
                return neverReturns(*other.call) && other.call->getType() == call.getType() &&
                       other.recorded == site.recorded;
            };
            auto same = neverReturns(call) ? find_if(sites, isSame) : sites.end();
            calls.emplace_back(&call, same - sites.begin());
            if (same == sites.end()) {
                sites.push_back(std::move(site));
                ++first;
            }
        });
    // Results of sites are among the values of others, whose calls are about to be replaced.
    DenseMap<Value*, Value*> replaced;
    auto current = [&](Value* value) { return replaced.contains(value) ? replaced.lookup(value) : value; };
    for (auto [call, position] : calls) {
        Site& site = sites[position];
        const bool isFirst = site.call == call;
        IRBuilder<> builder(call);
        std::vector<Value*> operands{builder.getInt64(site.number)};
        for (Value* value : site.recorded)
            for (Value* piece : splitValue(builder, current(value))) {
                operands.push_back(piece);
                if (isFirst) site.sizes.push_back(pieceSize(piece->getType()));
            }
        if (call->isMustTailCall())
            continue; // its frame is gone during the call: only the resume function can be captured there
        CallBase* marked = CallBase::addOperandBundle(call, LLVMContext::OB_deopt, OperandBundleDef("deopt", operands),
                                                      call->getIterator());
        if (isFirst) site.call = marked;
        replaced[call] = marked;
        call->replaceAllUsesWith(marked);
        marked->takeName(call);
        call->eraseFromParent();
    }
    for (Site& site : sites) {
        transform(site.live, site.live.begin(), current);
        transform(site.recorded, site.recorded.begin(), current);
    }
    return sites;
}

std::optional<std::uint64_t> statepointId(const CallBase& call) {
    std::optional<OperandBundleUse> bundle = call.getOperandBundle(LLVMContext::OB_deopt);
    if (!bundle)
        return std::nullopt;
    return cast<ConstantInt>(bundle->Inputs[0])->getZExtValue();
}

SitePlan::Function describe(const Function& function, const Function& resume, const std::vector<Site>& sites) {
    SitePlan::Function entry{function.getName().str(), resume.getName().str(), function.getName() == "__dyad_start", {}};
    for (const Site& site : sites)
        entry.sites.push_back({site.kind, site.sizes});
    return entry;
}

} // namespace dyad
