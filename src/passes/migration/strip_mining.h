// Cuts a counted loop into strips: an outer loop runs the old one, with the same body and the same number of tests, for a
// bounded number of iterations at a time. Between strips there is a place for a migration point.
#pragma once

#include <cstdint>
#include <optional>

namespace llvm {
class BranchInst;
class ICmpInst;
class Instruction;
class Loop;
class ScalarEvolution;
class Value;
} // namespace llvm

namespace dyad {

struct StripPlan {
    llvm::Loop* loop;
    llvm::ICmpInst* test;     ///< counter == bound or counter != bound, in the latch
    llvm::Value* counter;     ///< operand of the test: the counter of the next iteration
    llvm::Value* bound;       ///< the other operand, invariant
    llvm::Value* first;       ///< the header's phi that the counter advances
    std::int64_t step;        ///< what an iteration adds (bytes, for pointers)
    std::uint64_t iterations; ///< in a strip
};

/// A plan if the loop has one latch that ends in such a test and an entry of its own.
std::optional<StripPlan> planStrips(llvm::Loop& loop, llvm::ScalarEvolution& evolution, std::uint64_t iterations);

/// Returns the instruction before which a point belongs: it runs once between two strips.
llvm::Instruction* stripMine(const StripPlan& plan);

} // namespace dyad
