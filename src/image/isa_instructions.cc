// See isa_instructions.h.
#include "image/isa_instructions.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace dyad {

namespace {

constexpr std::array<std::byte, 1> kX86Nop{std::byte{0x90}};
constexpr std::array<std::byte, 4> kArmNop{std::byte{0x1f}, std::byte{0x20}, std::byte{0x03}, std::byte{0xd5}};

/// CALL rel32 (E8) or CALL r/m64 (FF /2), whose operand takes up to 6 bytes.
bool endsWithX86Call(std::span<const std::byte> code) {
    const std::size_t size = code.size();
    if (size >= 5 && code[size - 5] == std::byte{0xe8}) return true;
    for (std::size_t length = 2; length <= std::min<std::size_t>(size, 7); ++length) {
        const std::byte opcode = code[size - length], operand = code[size - length + 1];
        if (opcode == std::byte{0xff} && (operand & std::byte{0x38}) == std::byte{0x10}) return true;
    }
    return false;
}

/// BL or BLR.
bool endsWithArmCall(std::span<const std::byte> code) {
    if (code.size() < 4) return false;
    std::uint32_t instruction;
    std::memcpy(&instruction, code.data() + code.size() - 4, 4);
    return (instruction & 0xfc000000) == 0x94000000 || (instruction & 0xfffffc1f) == 0xd63f0000;
}

} // namespace

std::span<const std::byte> nopInstruction(Isa isa) {
    if (isa == Isa::x86_64) return kX86Nop;
    return kArmNop;
}

bool endsWithCall(Isa isa, std::span<const std::byte> code) {
    return isa == Isa::x86_64 ? endsWithX86Call(code) : endsWithArmCall(code);
}

} // namespace dyad
