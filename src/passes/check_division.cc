// See check_division.h. Signed overflow (the least number by -1) is tested too: it traps on x86-64 only.
#include "passes/check_division.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/PatternMatch.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;

namespace dyad {

namespace {

bool isSigned(const BinaryOperator& division) {
    return division.getOpcode() == Instruction::SDiv || division.getOpcode() == Instruction::SRem;
}

bool isDivision(const Instruction& instruction) {
    switch (instruction.getOpcode()) {
    case Instruction::UDiv:
    case Instruction::SDiv:
    case Instruction::URem:
    case Instruction::SRem: return true;
    default: return false;
    }
}

// Constant divisors that can fail in no lane.
bool isSafeDivisor(const BinaryOperator& division) {
    auto safe = [&](const APInt& value) { return !value.isZero() && !(isSigned(division) && value.isAllOnes()); };
    return PatternMatch::match(division.getOperand(1), PatternMatch::m_CheckedInt(safe));
}

Value* failureCondition(IRBuilder<>& builder, BinaryOperator& division) {
    Value* dividend = division.getOperand(0);
    Value* divisor = division.getOperand(1);
    Type* type = divisor->getType();
    Value* fails = builder.CreateICmpEQ(divisor, Constant::getNullValue(type));
    if (isSigned(division)) {
        APInt least = APInt::getSignedMinValue(type->getScalarSizeInBits());
        Value* overflow = builder.CreateAnd(builder.CreateICmpEQ(divisor, Constant::getAllOnesValue(type)),
                                            builder.CreateICmpEQ(dividend, ConstantInt::get(type, least)));
        fails = builder.CreateOr(fails, overflow);
    }
    return type->isVectorTy() ? builder.CreateOrReduce(fails) : fails;
}

} // namespace

void checkDivisions(Module& module) {
    SmallVector<BinaryOperator*, 32> divisions;
    for (Function& function : module)
        for (BasicBlock& block : function)
            for (Instruction& instruction : block)
                if (isDivision(instruction) && !isSafeDivisor(cast<BinaryOperator>(instruction)))
                    divisions.push_back(cast<BinaryOperator>(&instruction));
    if (divisions.empty())
        return;

    LLVMContext& context = module.getContext();
    FunctionCallee error = module.getOrInsertFunction("__dyad_divide_error", Type::getVoidTy(context));
    auto* errorFunction = cast<Function>(error.getCallee()->stripPointerCasts());
    errorFunction->addFnAttr(Attribute::NoReturn);
    errorFunction->addFnAttr(Attribute::Cold);
    errorFunction->setDSOLocal(true);
    MDNode* unlikely = MDBuilder(context).createUnlikelyBranchWeights();

    for (BinaryOperator* division : divisions) {
        IRBuilder<> builder(division);
        Value* fails = failureCondition(builder, *division);
        Instruction* failure = SplitBlockAndInsertIfThen(fails, division, /*Unreachable=*/true, unlikely);
        builder.SetInsertPoint(failure);
        builder.SetCurrentDebugLocation(division->getDebugLoc());
        builder.CreateCall(error)->setDoesNotReturn();
    }
}

} // namespace dyad
