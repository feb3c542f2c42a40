// See site_cells.h. A phi shares its cell with the phis that it takes values from: a store is needed only on edges that
// bring another value than the cell has. Which value that is, is found by forward data flow.
#include "passes/migration/site_cells.h"

#include "image/statepoint_form.h"
#include "passes/migration/pieces.h"
#include "passes/migration/sites.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Analysis/BlockFrequencyInfo.h"
#include "llvm/Analysis/BranchProbabilityInfo.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;

namespace dyad {

namespace {

// Stores must be made up for by the registers that they set free: how many more times a value is recorded than stored.
constexpr std::uint64_t kWorthwhile = 8;
constexpr std::uint32_t kAlign = 8;
constexpr unsigned kMostPhis = 64; ///< that share a cell
constexpr size_t kFewestSites = 4; ///< of a value for which it is worth looking for phis to share with

using BlockOrder = ReversePostOrderTraversal<Function*>;

// A store of `value` on the way from one block to another.
struct EdgeStore {
    BasicBlock *from, *to;
    Value* value;
};

// Phis that share a cell, and where it holds which of them.
class SharedCell {
  public:
    SharedCell(PHINode& first, BlockOrder& order) {
        collect(first);
        follow(order);
    }

    ArrayRef<PHINode*> phis() const { return phis_.getArrayRef(); }

    /// The phi that is in the cell in the block; null if there is none, or which it is depends on the way there.
    PHINode* in(const BasicBlock* block) const { return held_.lookup(block).phi; }

    std::vector<EdgeStore> stores() const {
        std::vector<EdgeStore> result;
        for (PHINode* phi : phis_) {
            SmallPtrSet<BasicBlock*, 8> seen; // a switch may lead here in several cases
            for (auto [block, value] : zip(phi->blocks(), phi->incoming_values()))
                if (in(block) != value && !isa<UndefValue>(value) && seen.insert(block).second)
                    result.push_back({block, phi->getParent(), value});
        }
        return result;
    }

  private:
    struct Held {
        bool known = false;
        PHINode* phi = nullptr;
        bool operator==(const Held&) const = default;
    };

    // Two phis of one block have different values at the same time.
    void collect(PHINode& first) {
        SmallPtrSet<BasicBlock*, 16> blocks{first.getParent()};
        phis_.insert(&first);
        for (size_t i = 0; i < phis_.size(); ++i)
            for (Value* incoming : phis_[i]->incoming_values())
                if (auto* phi = dyn_cast<PHINode>(incoming);
                    phi && phis_.size() < kMostPhis && !phis_.contains(phi) && blocks.insert(phi->getParent()).second)
                    phis_.insert(phi);
    }

    void follow(BlockOrder& order) {
        for (PHINode* phi : phis_)
            held_[phi->getParent()] = {true, phi};
        SmallPtrSet<const BasicBlock*, 16> own;
        for (PHINode* phi : phis_)
            own.insert(phi->getParent());
        for (bool changed = true; changed;) {
            changed = false;
            for (BasicBlock* block : order) {
                if (own.contains(block)) continue;
                Held held{block->isEntryBlock(), nullptr};
                for (BasicBlock* predecessor : predecessors(block))
                    if (Held there = held_.lookup(predecessor); there.known)
                        held = {true, held.known && held.phi != there.phi ? nullptr : there.phi};
                changed |= !(held_[block] == held);
                held_[block] = held;
            }
        }
    }

    SetVector<PHINode*> phis_;
    DenseMap<const BasicBlock*, Held> held_;
};

// How often blocks run, and sites and stores in them.
class Frequencies {
  public:
    explicit Frequencies(Function& function)
        : dominators_(function), loops_(dominators_), probabilities_(function, loops_),
          blocks_(function, probabilities_, loops_) {}

    std::uint64_t of(const BasicBlock* block) const { return blocks_.getBlockFreq(block).getFrequency(); }
    std::uint64_t of(ArrayRef<CallInst*> sites) const {
        return sum(sites, [&](CallInst* site) { return of(site->getParent()); });
    }
    std::uint64_t of(ArrayRef<EdgeStore> stores) const {
        return sum(stores, [&](const EdgeStore& store) {
            BranchProbability probability = probabilities_.getEdgeProbability(store.from, store.to);
            return (blocks_.getBlockFreq(store.from) * probability).getFrequency();
        });
    }

  private:
    template <class List, class Part> static std::uint64_t sum(const List& list, Part part) {
        std::uint64_t result = 0;
        for (const auto& element : list)
            result = SaturatingAdd(result, part(element));
        return result;
    }

    DominatorTree dominators_;
    LoopInfo loops_;
    BranchProbabilityInfo probabilities_;
    BlockFrequencyInfo blocks_;
};

class SiteCells {
  public:
    explicit SiteCells(Function& function) : function_(function) {
        for (Instruction& instruction : instructions(function))
            if (auto* call = dyn_cast<CallInst>(&instruction))
                if (std::optional<std::uint64_t> id = statepointId(*call); id && !(*id & kValuesInCells))
                    sites_.push_back(call);
    }

    void run() {
        if (sites_.empty()) return;
        findRecorded();
        chooseCells();
        if (cells_.empty()) return;
        memory_ = new AllocaInst(ArrayType::get(Type::getInt8Ty(function_.getContext()), size_), 0, nullptr, Align(16),
                                 "site.cells", function_.getEntryBlock().begin());
        // Results of sites are among the values of others: which piece is where is settled before the first call
        // changes.
        SmallVector<Places, 0> places(map_range(sites_, [&](CallInst* site) { return placesAt(*site); }));
        for (const Cell& cell : cells_)
            fill(cell);
        for (auto [site, where] : zip(sites_, places))
            rewrite(*site, where);
    }

  private:
    struct Cell {
        std::uint32_t offset;
        Value* value;                  ///< stored where it is defined, if there is nothing in `stores`
        std::vector<EdgeStore> stores; ///< of the phis that share it
    };
    using Sites = SmallVector<CallInst*, 8>;
    using Places = SmallVector<std::uint64_t, 16>; ///< of pieces: cellConstant() or kPieceItself

    static ArrayRef<Use> recordedAt(const CallInst& site) {
        return site.getOperandBundle(LLVMContext::OB_deopt)->Inputs.drop_front();
    }

    // What a piece was made from: narrow integers are extended to 32 bits before each site.
    static Value* sourceOf(Value* piece) {
        auto* extension = dyn_cast<ZExtInst>(piece);
        return extension && extension->hasOneUse() && piece->getType()->isIntegerTy(32) ? extension->getOperand(0)
                                                                                        : piece;
    }

    static std::uint32_t sizeOf(const Value& value) {
        Type* type = value.getType();
        return type->isIntegerTy() && type->getIntegerBitWidth() < 32 ? 4 : pieceSize(type);
    }

    void findRecorded() {
        for (CallInst* site : sites_)
            for (Value* piece : recordedAt(*site)) {
                Value* value = sourceOf(piece);
                auto* instruction = dyn_cast<Instruction>(value);
                if (isa<Argument>(value) || (instruction && instruction->getInsertionPointAfterDef()))
                    recorded_[value].push_back(site);
            }
    }

    void chooseCells() {
        Frequencies frequencies(function_);
        BlockOrder order(&function_);
        for (const auto& [value, sites] : recorded_) {
            if (hasCell(value, sites)) continue;
            auto* instruction = dyn_cast<Instruction>(value);
            const BasicBlock* block = instruction ? instruction->getParent() : &function_.getEntryBlock();
            if (frequencies.of(sites) / kWorthwhile >= frequencies.of(block))
                addCell(value, {}, {{value, sites}});
            else if (auto* phi = dyn_cast<PHINode>(value); phi && sites.size() >= kFewestSites)
                tryToShare(*phi, order, frequencies);
        }
    }

    void tryToShare(PHINode& phi, BlockOrder& order, const Frequencies& frequencies) {
        SharedCell shared(phi, order);
        std::vector<EdgeStore> stores = shared.stores();
        if (stores.empty() || !all_of(stores, canStoreOn)) return;
        std::vector<std::pair<Value*, Sites>> recorded;
        std::uint64_t often = 0;
        for (PHINode* member : shared.phis()) {
            Sites sites = recorded_.lookup(member);
            if (hasCell(member, sites)) continue;
            erase_if(sites, [&](CallInst* site) { return shared.in(site->getParent()) != member; });
            often = SaturatingAdd(often, frequencies.of(sites));
            recorded.emplace_back(member, std::move(sites));
        }
        if (often / kWorthwhile >= frequencies.of(stores)) addCell(&phi, std::move(stores), recorded);
    }

    bool hasCell(Value* value, const Sites& sites) const {
        return any_of(sites, [&](CallInst* site) { return cellAt_.contains({site, value}); });
    }

    void addCell(Value* value, std::vector<EdgeStore> stores, ArrayRef<std::pair<Value*, Sites>> recorded) {
        for (const auto& [member, sites] : recorded)
            for (CallInst* site : sites)
                cellAt_[{site, member}] = size_;
        cells_.push_back({size_, value, std::move(stores)});
        size_ += std::max(sizeOf(*value), kAlign);
    }

    // A block that leads to others as well gets one of its own for this edge.
    static bool canStoreOn(const EdgeStore& store) {
        return store.from->getUniqueSuccessor() ||
               (isa<BranchInst, SwitchInst>(store.from->getTerminator()) && !store.to->getUniquePredecessor() &&
                count(successors(store.from), store.to) == 1);
    }

    Places placesAt(CallInst& site) const {
        Places places;
        for (Value* piece : recordedAt(site)) {
            Value* value = sourceOf(piece);
            auto cell = cellAt_.find({&site, value});
            places.push_back(cell == cellAt_.end() ? kPieceItself : cellConstant(cell->second, sizeOf(*value)));
        }
        return places;
    }

    void rewrite(CallInst& site, const Places& places) {
        if (all_of(places, [](std::uint64_t place) { return place == kPieceItself; })) return;
        Type* number = Type::getInt64Ty(function_.getContext());
        std::vector<Value*> operands{ConstantInt::get(number, *statepointId(site) | kValuesInCells), memory_};
        SmallVector<Value*, 16> pieces(recordedAt(site));
        for (auto [piece, place] : zip(pieces, places)) {
            operands.push_back(ConstantInt::get(number, place));
            if (place == kPieceItself) operands.push_back(piece);
        }
        CallBase* changed = CallBase::Create(&site, OperandBundleDef("deopt", operands), site.getIterator());
        changed->takeName(&site);
        site.replaceAllUsesWith(changed);
        site.eraseFromParent();
        for (Value* piece : pieces)
            if (auto* extension = dyn_cast<ZExtInst>(piece); extension && extension->use_empty())
                extension->eraseFromParent();
    }

    void fill(const Cell& cell) {
        if (cell.stores.empty()) {
            auto* instruction = dyn_cast<Instruction>(cell.value);
            return store(cell, cell.value,
                         instruction ? *instruction->getInsertionPointAfterDef() : std::next(memory_->getIterator()));
        }
        for (auto [from, to, value] : cell.stores) {
            BasicBlock*& block = edges_[{from, to}];
            if (!block) block = from->getUniqueSuccessor() ? from : SplitEdge(from, to);
            store(cell, value, block->getTerminator()->getIterator());
        }
    }

    void store(const Cell& cell, Value* value, BasicBlock::iterator place) {
        IRBuilder<> builder(place->getParent(), place);
        builder.SetCurrentDebugLocation(DebugLoc());
        if (sizeOf(*value) == 4 && value->getType()->isIntegerTy())
            value = builder.CreateZExt(value, builder.getInt32Ty());
        builder.CreateAlignedStore(value, builder.CreatePtrAdd(memory_, builder.getInt64(cell.offset)), Align(kAlign));
    }

    Function& function_;
    SmallVector<CallInst*, 32> sites_;
    MapVector<Value*, Sites> recorded_; ///< what may get a cell, and where it is recorded
    DenseMap<std::pair<CallInst*, Value*>, std::uint32_t>
        cellAt_; ///< offset of the cell that has the value at the site
    std::vector<Cell> cells_;
    DenseMap<std::pair<BasicBlock*, BasicBlock*>, BasicBlock*> edges_; ///< that were needed: where stores belong
    AllocaInst* memory_ = nullptr;
    std::uint32_t size_ = 0;
};

} // namespace

void recordFromCells(Function& function) {
    SiteCells(function).run();
}

} // namespace dyad
