// See record_cells.h.
#include "passes/migration/record_cells.h"

#include "image/statepoint_form.h"
#include "passes/migration/frame_record.h"
#include "passes/migration/pieces.h"

#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/ErrorHandling.h"

#include <limits>

using namespace llvm;

namespace dyad {

namespace {

// A record has words; a piece of 128 bits takes two.
constexpr std::uint32_t kWord = 8;
using CellNumber = std::uint16_t;

constexpr const char* kTakeRecord = "__dyad_take_record";

// ptr __dyad_take_record(ptr cells, ptr table): one for the whole program, on each ISA.
Function* takeRecordRoutine(Module& module) {
    if (Function* routine = module.getFunction(kTakeRecord)) return routine;
    IRBuilder<> builder(module.getContext());
    Type* pointer = builder.getPtrTy();
    Type* word = builder.getInt64Ty();
    auto* routine = Function::Create(FunctionType::get(pointer, {pointer, pointer}, false),
                                     GlobalValue::InternalLinkage, kTakeRecord, module);
    routine->setSection(std::string(".private.text.") + kTakeRecord);
    routine->setDSOLocal(true);
    routine->addFnAttr(Attribute::NoInline);
    routine->addFnAttr(Attribute::NoUnwind);
    routine->addFnAttr(Attribute::OptimizeForSize);
    Value *cells = routine->getArg(0), *table = routine->getArg(1);
    auto block = [&](const char* name) { return BasicBlock::Create(module.getContext(), name, routine); };
    BasicBlock *start = block("start"), *begin = block("begin"), *next = block("next"), *end = block("end");

    builder.SetInsertPoint(start);
    auto* cursor = cast<GlobalVariable>(module.getOrInsertGlobal("__dyad_resume_cursor", pointer));
    cursor->setDSOLocal(true);
    Value* record = builder.CreateLoad(pointer, cursor, "record");
    Value* size = builder.CreateZExt(recordField(builder, record, builder.getInt32Ty(), kRecordSize), word);
    builder.CreateStore(builder.CreatePtrAdd(record, size), cursor);
    Value* count = builder.CreateLShr(builder.CreateSub(size, builder.getInt64(kRecordValues)), 3);
    builder.CreateCondBr(builder.CreateIsNull(count), end, begin);

    builder.SetInsertPoint(begin);
    Value* index = builder.CreateZExt(recordField(builder, record, builder.getInt32Ty(), kRecordIndex), word);
    Value* first = builder.CreateLoad(builder.getInt32Ty(), builder.CreateGEP(builder.getInt32Ty(), table, index));
    Value* list = builder.CreatePtrAdd(table, builder.CreateZExt(first, word), "list");
    builder.CreateBr(next);

    builder.SetInsertPoint(next);
    PHINode* i = builder.CreatePHI(word, 2, "i");
    Value* value = builder.CreateLoad(
        word, builder.CreateGEP(word, builder.CreatePtrAdd(record, builder.getInt64(kRecordValues)), i));
    Value* cell = builder.CreateLoad(builder.getInt16Ty(), builder.CreateGEP(builder.getInt16Ty(), list, i));
    builder.CreateStore(value, builder.CreateGEP(word, cells, builder.CreateZExt(cell, word)));
    Value* after = builder.CreateAdd(i, builder.getInt64(1));
    i->addIncoming(builder.getInt64(0), begin);
    i->addIncoming(after, next);
    builder.CreateCondBr(builder.CreateICmpEQ(after, count), end, next);

    builder.SetInsertPoint(end);
    builder.CreateRet(record);
    return routine;
}

} // namespace

RecordCells::RecordCells(Function& resume, const std::vector<Site>& sites) : resume_(resume) {
    std::uint32_t end = 0;
    for (const Site& site : sites)
        for (Value* value : site.recorded) {
            auto [position, isNew] = places_.try_emplace(value);
            if (!isNew) continue;
            for (Type* type : pieceTypes(value->getType())) {
                position->second.push_back({type, end});
                end += std::max<std::uint32_t>(pieceSize(type), kWord);
            }
        }
    if (end / kWord > std::numeric_limits<CellNumber>::max())
        report_fatal_error("function '" + resume.getName() + "' has too many values to be moved", false);
    if (end)
        cells_ = new AllocaInst(ArrayType::get(Type::getInt64Ty(resume.getContext()), end / kWord), 0, nullptr,
                                Align(16), "cells", resume.getEntryBlock().begin());
}

OperandBundleDef RecordCells::bundleOf(const Site& site) const {
    Type* number = Type::getInt64Ty(resume_.getContext());
    if (site.recorded.empty())
        return OperandBundleDef("deopt", std::vector<Value*>{ConstantInt::get(number, site.number)});
    std::vector<Value*> operands{ConstantInt::get(number, site.number | kValuesInCells), cells_};
    for (Value* value : site.recorded)
        for (const Piece& piece : places_.lookup(value))
            operands.push_back(ConstantInt::get(number, cellConstant(piece.offset, pieceSize(piece.type))));
    return OperandBundleDef("deopt", operands);
}

// For each site the byte at which its list begins; the lists: the cell of each word of its record.
Constant* RecordCells::makeTable(const std::vector<Site>& sites) const {
    std::vector<std::uint32_t> starts;
    std::vector<CellNumber> lists;
    for (const Site& site : sites) {
        starts.push_back(sites.size() * sizeof(std::uint32_t) + lists.size() * sizeof(CellNumber));
        for (Value* value : site.recorded)
            for (const Piece& piece : places_.lookup(value))
                for (std::uint32_t byte = 0; byte < pieceSize(piece.type); byte += kWord)
                    lists.push_back((piece.offset + byte) / kWord);
    }
    LLVMContext& context = resume_.getContext();
    Constant* table =
        ConstantStruct::getAnon({ConstantDataArray::get(context, starts), ConstantDataArray::get(context, lists)});
    auto* variable = new GlobalVariable(*resume_.getParent(), table->getType(), true, GlobalValue::InternalLinkage,
                                        table, resume_.getName() + ".cells");
    variable->setDSOLocal(true);
    variable->setAlignment(Align(4));
    return variable;
}

Value* RecordCells::takeRecord(IRBuilderBase& builder, const std::vector<Site>& sites) const {
    Value* nothing = ConstantPointerNull::get(builder.getPtrTy());
    return builder.CreateCall(takeRecordRoutine(*resume_.getParent()),
                              {cells_ ? cells_ : nothing, cells_ ? makeTable(sites) : nothing}, "record");
}

void RecordCells::replaceSlot(const Value* value, AllocaInst& slot) const {
    const auto& pieces = places_.find(const_cast<Value*>(value))->second;
    for (User* user : make_early_inc_range(slot.users())) {
        auto* access = cast<Instruction>(user);
        IRBuilder<> builder(access);
        auto cell = [&](const Piece& piece) { return builder.CreatePtrAdd(cells_, builder.getInt64(piece.offset)); };
        if (auto* store = dyn_cast<StoreInst>(access)) {
            for (auto [part, piece] : zip(splitValue(builder, store->getValueOperand()), pieces))
                builder.CreateAlignedStore(part, cell(piece), Align(kWord));
        } else {
            Pieces parts;
            for (const Piece& piece : pieces)
                parts.push_back(builder.CreateAlignedLoad(piece.type, cell(piece), Align(kWord)));
            ArrayRef<Value*> left = parts;
            access->replaceAllUsesWith(joinValue(builder, access->getType(), left));
        }
        access->eraseFromParent();
    }
    slot.eraseFromParent();
}

} // namespace dyad
