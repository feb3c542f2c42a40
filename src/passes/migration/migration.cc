// See migration.h. The steps, in order.
#include "passes/migration/migration.h"

#include "passes/migration/capturable.h"
#include "passes/migration/migration_points.h"
#include "passes/migration/notes.h"
#include "passes/migration/portable_stack.h"
#include "passes/migration/resume_functions.h"
#include "passes/migration/setjmp_contexts.h"
#include "passes/migration/sink_addresses.h"
#include "passes/migration/site_cells.h"
#include "passes/migration/sites.h"
#include "passes/migration/statepoints.h"

#include "llvm/IR/Module.h"

using namespace llvm;

namespace dyad {

SitePlan addMigration(Module& module, SetjmpContexts& contexts, const MigrationSettings& settings) {
    FunctionsWithoutPoints withoutPoints = placeMigrationPoints(module);
    // From here on no call is added: it is known in which of them a thread can be stopped.
    CapturableFunctions capturable(module);

    SitePlan plan;
    noteFunctionsWithoutSites(module, capturable, withoutPoints, plan.notes);
    std::uint32_t next = 0;
    for (Function& function : module) {
        if (!capturable.contains(function))
            continue;
        if (settings.inMemory.count(function.getName().str()))
            moveLiveValuesToFrame(function, capturable);
        moveToPortableStack(function, contexts);
        sinkAddresses(function, contexts.frames.lookup(&function));
        findLiveAfterSetjmp(function, contexts);
        // Values are chosen once: the function and its resume function record the same.
        std::vector<Site> sites = markSites(function, capturable, contexts, next);
        next += sites.size();
        for (const Site& site : sites)
            plan.notes.recomputed.push_back(describeRecomputed(site));
        Function* resume = makeResumeFunction(function, sites, contexts);
        plan.functions.push_back(describe(function, *resume, sites));
        for (Function* marked : {&function, resume}) {
            recordFromCells(*marked);
            lowerSites(*marked);
        }
    }
    return plan;
}

} // namespace dyad
