// Values taken apart for a frame record and put together again.
#include "ir.h"

#include "passes/migration/pieces.h"


using namespace dyad;
using namespace dyad::test;

namespace {

std::string textOf(llvm::Type* type) {
    std::string text;
    llvm::raw_string_ostream(text) << *type;
    return text;
}

// The pieces of @f's argument; checks that they can be joined to a value of the same type.
std::vector<std::string> piecesOf(const std::string& type) {
    llvm::LLVMContext context;
    auto module = parse(context, ("define void @f(" + type + " %v) { ret void }").c_str());
    llvm::Function* function = module->getFunction("f");
    llvm::IRBuilder<> builder(function->getEntryBlock().getTerminator());
    Pieces pieces = splitValue(builder, function->getArg(0));
    std::vector<std::string> types;
    for (llvm::Value* piece : pieces)
        types.push_back(textOf(piece->getType()));
    llvm::SmallVector<llvm::Type*, 4> announced = pieceTypes(function->getArg(0)->getType());
    EXPECT_EQ(announced.size(), pieces.size());
    for (size_t i = 0; i < announced.size() && i < pieces.size(); ++i)
        EXPECT_EQ(announced[i], pieces[i]->getType());
    std::vector<llvm::Value*> list(pieces.begin(), pieces.end());
    llvm::ArrayRef<llvm::Value*> left = list;
    llvm::Value* joined = joinValue(builder, function->getArg(0)->getType(), left);
    EXPECT_EQ(joined->getType(), function->getArg(0)->getType());
    EXPECT_TRUE(left.empty());
    expectValid(*module);
    return types;
}

using Types = std::vector<std::string>;

} // namespace

TEST(Pieces, AreWhatStatepointsTakeWell) {
    EXPECT_EQ(piecesOf("ptr"), Types{"ptr"});
    EXPECT_EQ(piecesOf("i1"), Types{"i32"});
    EXPECT_EQ(piecesOf("i16"), Types{"i32"});
    EXPECT_EQ(piecesOf("i33"), Types{"i64"});
    EXPECT_EQ(piecesOf("i128"), (Types{"i64", "i64"}));
    EXPECT_EQ(piecesOf("double"), Types{"double"});
    EXPECT_EQ(piecesOf("half"), Types{"i32"});
    EXPECT_EQ(piecesOf("<4 x float>"), Types{"<4 x float>"});
    EXPECT_EQ(piecesOf("<8 x i32>"), (Types{"<4 x i32>", "<4 x i32>"}));
    EXPECT_EQ(piecesOf("<2 x ptr>"), Types{"<2 x i64>"});
    EXPECT_EQ(piecesOf("<2 x float>"), Types{"i64"});
    EXPECT_EQ(piecesOf("<8 x i1>"), Types{"i32"});
    EXPECT_EQ(piecesOf("<3 x double>"), (Types{"double", "double", "double"}));
    EXPECT_EQ(piecesOf("{i8, [2 x double]}"), (Types{"i32", "double", "double"}));
}
