// See pieces.h.
#include "passes/migration/pieces.h"

#include "llvm/IR/DerivedTypes.h"

using namespace llvm;

namespace dyad {

namespace {

constexpr unsigned kVectorBits = 128;

unsigned elementBits(FixedVectorType* type) {
    Type* element = type->getElementType();
    return element->isPointerTy() ? 64 : element->getScalarSizeInBits();
}

unsigned totalBits(FixedVectorType* type) {
    return elementBits(type) * type->getNumElements();
}

// What a vector becomes: one integer, vectors of 128 bits, or its elements.
enum class VectorForm { Integer, Vectors, Elements };

VectorForm formOf(FixedVectorType* type) {
    if (totalBits(type) <= 64)
        return VectorForm::Integer;
    unsigned element = elementBits(type);
    bool whole = element >= 8 && isPowerOf2_32(element) && element <= 64;
    return whole && totalBits(type) % kVectorBits == 0 ? VectorForm::Vectors : VectorForm::Elements;
}

// Vectors of pointers are recorded as integers.
FixedVectorType* withoutPointers(FixedVectorType* type) {
    if (!type->getElementType()->isPointerTy())
        return type;
    return FixedVectorType::get(Type::getInt64Ty(type->getContext()), type->getNumElements());
}

Type* integerFor(LLVMContext& context, unsigned bits) {
    return bits <= 32 ? Type::getInt32Ty(context) : Type::getInt64Ty(context);
}

SmallVector<int, 16> range(unsigned first, unsigned count) {
    SmallVector<int, 16> mask(count);
    for (unsigned i = 0; i < count; ++i)
        mask[i] = first + i;
    return mask;
}

} // namespace

SmallVector<Type*, 4> pieceTypes(Type* type) {
    LLVMContext& context = type->getContext();
    SmallVector<Type*, 4> types;
    auto addAll = [&](Type* part, unsigned count) {
        for (unsigned i = 0; i < count; ++i)
            types.append(pieceTypes(part));
    };
    if (type->isPointerTy() || type->isFloatTy() || type->isDoubleTy())
        return {type};
    if (type->isIntegerTy() || type->isFloatingPointTy()) {
        unsigned bits = type->getPrimitiveSizeInBits();
        types.append(divideCeil(bits, 64), integerFor(context, bits));
    } else if (auto* vector = dyn_cast<FixedVectorType>(type)) {
        vector = withoutPointers(vector);
        switch (formOf(vector)) {
        case VectorForm::Integer:
            types.push_back(integerFor(context, totalBits(vector)));
            break;
        case VectorForm::Vectors:
            types.append(totalBits(vector) / kVectorBits,
                         FixedVectorType::get(vector->getElementType(), kVectorBits / elementBits(vector)));
            break;
        case VectorForm::Elements:
            addAll(vector->getElementType(), vector->getNumElements());
        }
    } else if (auto* structure = dyn_cast<StructType>(type)) {
        for (Type* element : structure->elements())
            addAll(element, 1);
    } else {
        addAll(cast<ArrayType>(type)->getElementType(), cast<ArrayType>(type)->getNumElements());
    }
    return types;
}

std::uint8_t pieceSize(Type* type) {
    return type->isPointerTy() ? 8 : type->getPrimitiveSizeInBits() / 8;
}

Pieces splitValue(IRBuilderBase& builder, Value* value) {
    Type* type = value->getType();
    Pieces pieces;
    if (type->isPointerTy() || type->isFloatTy() || type->isDoubleTy())
        return {value};
    if (type->isIntegerTy() || type->isFloatingPointTy()) {
        unsigned bits = type->getPrimitiveSizeInBits();
        if (!type->isIntegerTy())
            value = builder.CreateBitCast(value, builder.getIntNTy(bits));
        if (bits <= 64)
            return {builder.CreateZExt(value, integerFor(builder.getContext(), bits))};
        for (unsigned shift = 0; shift < bits; shift += 64)
            pieces.push_back(builder.CreateZExtOrTrunc(builder.CreateLShr(value, shift), builder.getInt64Ty()));
    } else if (auto* vector = dyn_cast<FixedVectorType>(type)) {
        FixedVectorType* plain = withoutPointers(vector);
        if (plain != vector)
            value = builder.CreatePtrToInt(value, plain);
        switch (formOf(plain)) {
        case VectorForm::Integer:
            value = builder.CreateBitCast(value, builder.getIntNTy(totalBits(plain)));
            pieces.push_back(builder.CreateZExt(value, integerFor(builder.getContext(), totalBits(plain))));
            break;
        case VectorForm::Vectors: {
            unsigned count = kVectorBits / elementBits(plain);
            if (count == plain->getNumElements())
                return {value};
            for (unsigned first = 0; first < plain->getNumElements(); first += count)
                pieces.push_back(builder.CreateShuffleVector(value, range(first, count)));
            break;
        }
        case VectorForm::Elements:
            for (unsigned i = 0; i < plain->getNumElements(); ++i)
                pieces.append(splitValue(builder, builder.CreateExtractElement(value, i)));
        }
    } else {
        unsigned count = isa<StructType>(type) ? type->getStructNumElements() : type->getArrayNumElements();
        for (unsigned i = 0; i < count; ++i)
            pieces.append(splitValue(builder, builder.CreateExtractValue(value, i)));
    }
    return pieces;
}

Value* joinValue(IRBuilderBase& builder, Type* type, ArrayRef<Value*>& pieces) {
    auto take = [&] {
        Value* piece = pieces.front();
        pieces = pieces.drop_front();
        return piece;
    };
    if (type->isPointerTy() || type->isFloatTy() || type->isDoubleTy())
        return take();
    if (type->isIntegerTy() || type->isFloatingPointTy()) {
        unsigned bits = type->getPrimitiveSizeInBits();
        Type* integer = builder.getIntNTy(bits);
        Value* value = nullptr;
        if (bits <= 64) {
            value = builder.CreateTrunc(take(), integer);
        } else {
            value = ConstantInt::get(integer, 0);
            for (unsigned shift = 0; shift < bits; shift += 64)
                value = builder.CreateOr(value, builder.CreateShl(builder.CreateZExtOrTrunc(take(), integer), shift));
        }
        return type->isIntegerTy() ? value : builder.CreateBitCast(value, type);
    }
    if (auto* vector = dyn_cast<FixedVectorType>(type)) {
        FixedVectorType* plain = withoutPointers(vector);
        Value* value = nullptr;
        switch (formOf(plain)) {
        case VectorForm::Integer:
            value = builder.CreateTrunc(take(), builder.getIntNTy(totalBits(plain)));
            value = builder.CreateBitCast(value, plain);
            break;
        case VectorForm::Vectors: {
            unsigned count = kVectorBits / elementBits(plain);
            value = count == plain->getNumElements() ? take() : PoisonValue::get(plain);
            for (unsigned first = 0; count != plain->getNumElements() && first < plain->getNumElements(); first += count)
                value = builder.CreateInsertVector(plain, value, take(), builder.getInt64(first));
            break;
        }
        case VectorForm::Elements:
            value = PoisonValue::get(plain);
            for (unsigned i = 0; i < plain->getNumElements(); ++i)
                value = builder.CreateInsertElement(value, joinValue(builder, plain->getElementType(), pieces), i);
        }
        return plain == vector ? value : builder.CreateIntToPtr(value, vector);
    }
    bool structure = isa<StructType>(type);
    unsigned count = structure ? type->getStructNumElements() : type->getArrayNumElements();
    Value* value = PoisonValue::get(type);
    for (unsigned i = 0; i < count; ++i) {
        Type* element = structure ? type->getStructElementType(i) : type->getArrayElementType();
        value = builder.CreateInsertValue(value, joinValue(builder, element, pieces), i);
    }
    return value;
}

} // namespace dyad
