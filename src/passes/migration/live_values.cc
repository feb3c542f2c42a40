// See live_values.h. Liveness: backward data flow over bit vectors. Choice: max-flow by shortest augmenting paths (Edmonds
// and Karp) on the vertex-split graph.
#include "passes/migration/live_values.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/GlobalVariable.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"

#include <vector>

using namespace llvm;

namespace dyad {

namespace {

class Liveness {
  public:
    explicit Liveness(Function& function) : function_(function) {
        for (Argument& argument : function.args())
            number(argument);
        for (Instruction& instruction : instructions(function))
            if (!instruction.getType()->isVoidTy() && !instruction.getType()->isTokenTy())
                number(instruction);
        solve();
    }

    const BitVector& liveOut(const BasicBlock& block) const { return liveOut_.find(&block)->second; }

    /// Turns what is live after `instruction` into what is live before it.
    void step(const Instruction& instruction, BitVector& live) const {
        if (auto position = numbers_.find(&instruction); position != numbers_.end())
            live.reset(position->second);
        if (!isa<PHINode>(instruction))
            for (const Value* operand : instruction.operands())
                use(operand, live);
    }

    Values list(const BitVector& live) const {
        Values values;
        for (unsigned index : live.set_bits())
            values.push_back(values_[index]);
        return values;
    }

  private:
    void number(Value& value) {
        numbers_[&value] = values_.size();
        values_.push_back(&value);
    }

    void use(const Value* value, BitVector& live) const {
        if (auto position = numbers_.find(value); position != numbers_.end())
            live.set(position->second);
    }

    void solve() {
        DenseMap<const BasicBlock*, BitVector> liveIn;
        for (BasicBlock& block : function_)
            liveOut_[&block].resize(values_.size());
        bool changed = true;
        while (changed) {
            changed = false;
            for (BasicBlock* block : post_order(&function_)) {
                BitVector out(values_.size());
                for (BasicBlock* successor : successors(block)) {
                    if (auto position = liveIn.find(successor); position != liveIn.end())
                        out |= position->second;
                    for (PHINode& phi : successor->phis())
                        use(phi.getIncomingValueForBlock(block), out);
                }
                auto [in, isNew] = liveIn.try_emplace(block);
                if (!isNew && out == liveOut_[block])
                    continue;
                changed = true;
                liveOut_[block] = out;
                for (Instruction& instruction : reverse(*block))
                    step(instruction, out);
                in->second = std::move(out);
            }
        }
    }

    Function& function_;
    std::vector<Value*> values_;
    DenseMap<const Value*, unsigned> numbers_;
    DenseMap<const BasicBlock*, BitVector> liveOut_;
};

// Memory that never changes, at an address that was dereferenced before: may be read again at any time.
bool isConstantLoad(const Instruction& instruction) {
    auto* load = dyn_cast<LoadInst>(&instruction);
    if (!load || !load->isSimple())
        return false;
    auto* variable = dyn_cast<GlobalVariable>(getUnderlyingObject(load->getPointerOperand()));
    return variable && variable->isConstant() && variable->hasInitializer();
}

// The vertex-split graph of one site: vertex v is an edge v.in -> v.out whose capacity is the cost of recording v.
class Cut {
  public:
    explicit Cut(const Values& live) : live_(live) {
        for (Value* value : live)
            isLive_.insert(value);
    }

    Values run() {
        source_ = addNode();
        sink_ = addNode();
        for (Value* value : live_)
            addEdge(visit(value) + 1, sink_, kUnbounded);
        while (augment()) {
        }
        // What the source still reaches is computed; the cut runs through the vertices that it reaches by half.
        Values recorded;
        std::vector<bool> reached = reach();
        for (Value* value : order_) {
            unsigned in = nodes_[value];
            if (reached[in] && !reached[in + 1])
                recorded.push_back(value);
        }
        return recorded;
    }

  private:
    static constexpr int kUnbounded = 1 << 28;
    static constexpr int kLive = 10, kRecomputableLive = 11, kNotLive = 16, kNarrow = 4;
    static constexpr unsigned kMostDepth = 12;

    struct Edge {
        unsigned to;
        int capacity;
    };

    unsigned addNode() {
        out_.emplace_back();
        return out_.size() - 1;
    }

    void addEdge(unsigned from, unsigned to, int capacity) {
        out_[from].push_back(edges_.size());
        edges_.push_back({to, capacity});
        out_[to].push_back(edges_.size());
        edges_.push_back({from, 0});
    }

    int cost(Value* value, bool recomputable) const {
        int result = !isLive_.contains(value) ? kNotLive : recomputable ? kRecomputableLive : kLive;
        Type* type = value->getType();
        return result + (type->isIntegerTy() && type->getIntegerBitWidth() < 32 ? kNarrow : 0);
    }

    // Adds the vertex of `value` and everything that it can be computed from; returns its in-node (out-node: + 1).
    unsigned visit(Value* value, unsigned depth = 0) {
        if (auto position = nodes_.find(value); position != nodes_.end())
            return position->second;
        bool recomputable = depth < kMostDepth && isRecomputable(*value);
        unsigned in = addNode();
        addNode();
        nodes_[value] = in;
        order_.push_back(value);
        addEdge(in, in + 1, cost(value, recomputable));
        if (!recomputable) {
            addEdge(source_, in, kUnbounded);
            return in;
        }
        for (Value* operand : cast<Instruction>(value)->operands())
            if (isa<Instruction>(operand) || isa<Argument>(operand))
                addEdge(visit(operand, depth + 1) + 1, in, kUnbounded);
        return in;
    }

    bool augment() {
        std::vector<unsigned> via(out_.size(), ~0u);
        std::vector<unsigned> queue{source_};
        std::vector<bool> seen(out_.size());
        seen[source_] = true;
        for (size_t next = 0; next < queue.size() && !seen[sink_]; ++next)
            for (unsigned edge : out_[queue[next]])
                if (unsigned to = edges_[edge].to; edges_[edge].capacity > 0 && !seen[to]) {
                    seen[to] = true;
                    via[to] = edge;
                    queue.push_back(to);
                }
        if (!seen[sink_])
            return false;
        int flow = kUnbounded;
        for (unsigned node = sink_; node != source_; node = edges_[via[node] ^ 1].to)
            flow = std::min(flow, edges_[via[node]].capacity);
        for (unsigned node = sink_; node != source_; node = edges_[via[node] ^ 1].to) {
            edges_[via[node]].capacity -= flow;
            edges_[via[node] ^ 1].capacity += flow;
        }
        return true;
    }

    std::vector<bool> reach() const {
        std::vector<bool> seen(out_.size());
        std::vector<unsigned> work{source_};
        seen[source_] = true;
        while (!work.empty()) {
            unsigned node = work.back();
            work.pop_back();
            for (unsigned edge : out_[node])
                if (edges_[edge].capacity > 0 && !seen[edges_[edge].to]) {
                    seen[edges_[edge].to] = true;
                    work.push_back(edges_[edge].to);
                }
        }
        return seen;
    }

    const Values& live_;
    SmallPtrSet<Value*, 16> isLive_;
    DenseMap<Value*, unsigned> nodes_;
    std::vector<Value*> order_; // of discovery: deterministic
    std::vector<SmallVector<unsigned, 4>> out_;
    std::vector<Edge> edges_; // edge e and its reverse e ^ 1
    unsigned source_ = 0, sink_ = 0;
};

} // namespace

void visitLiveValues(Function& function, function_ref<bool(const CallBase&)> isSite,
                     function_ref<void(CallBase&, const Values&)> visit) {
    Liveness liveness(function);
    std::vector<std::pair<CallBase*, Values>> found; // visitors may change the function
    for (BasicBlock& block : function) {
        if (none_of(block, [&](Instruction& i) { return isa<CallBase>(i) && isSite(cast<CallBase>(i)); }))
            continue;
        BitVector live = liveness.liveOut(block);
        size_t first = found.size();
        for (Instruction& instruction : reverse(block)) {
            auto* call = dyn_cast<CallBase>(&instruction);
            if (call && isSite(*call)) {
                Values values = liveness.list(live);
                erase(values, call);
                found.emplace_back(call, std::move(values));
            }
            liveness.step(instruction, live);
        }
        std::reverse(found.begin() + first, found.end());
    }
    for (auto& [call, values] : found)
        visit(*call, values);
}

bool isRecomputable(const Value& value) {
    auto* instruction = dyn_cast<Instruction>(&value);
    if (!instruction)
        return false;
    if (isa<GetElementPtrInst, CastInst, ICmpInst, SelectInst, ExtractElementInst, InsertElementInst, ShuffleVectorInst>(
            instruction))
        return !isa<FPToSIInst, FPToUIInst, SIToFPInst, UIToFPInst, FPTruncInst, FPExtInst>(instruction);
    if (auto* intrinsic = dyn_cast<IntrinsicInst>(instruction))
        return intrinsic->getIntrinsicID() == Intrinsic::ptrmask;
    switch (instruction->getOpcode()) {
    case Instruction::Add:
    case Instruction::Sub:
    case Instruction::Mul:
    case Instruction::And:
    case Instruction::Or:
    case Instruction::Xor:
    case Instruction::Shl:
    case Instruction::LShr:
    case Instruction::AShr:
        return true;
    default:
        return isConstantLoad(*instruction);
    }
}

Values chooseRecorded(const Values& live) {
    return Cut(live).run();
}

} // namespace dyad
