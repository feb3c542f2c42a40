// See isa_registers.h.
#include "image/isa_registers.h"

#include <fmt/format.h>

namespace dyad {

namespace {

constexpr std::array<const char*, 17> kX86Names{"rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8",
                                                "r9",  "r10", "r11", "r12", "r13", "r14", "r15", "rip"};

std::string x86Name(unsigned reg, unsigned size) {
    if (const auto vector = vectorRegister(Isa::x86_64, reg))
        return fmt::format("{}mm{}", size > 32 ? 'z' : size > 16 ? 'y' : 'x', *vector);
    if (reg >= kX86Names.size()) return fmt::format("register {}", reg);
    const std::string name = kX86Names[reg];
    if (size > 4) return name;
    return reg < 8 ? "e" + name.substr(1) : name + "d";
}

std::string aarch64Name(unsigned reg, unsigned size) {
    if (const auto vector = vectorRegister(Isa::aarch64, reg))
        return fmt::format("{}{}", size > 8 ? 'q' : size > 4 ? 'd' : 's', *vector);
    if (reg == stackPointerRegister(Isa::aarch64)) return "sp";
    if (reg > stackPointerRegister(Isa::aarch64)) return fmt::format("register {}", reg);
    return fmt::format("{}{}", size > 4 ? 'x' : 'w', reg);
}

} // namespace

std::string registerName(Isa isa, unsigned reg, unsigned size) {
    return isa == Isa::x86_64 ? x86Name(reg, size) : aarch64Name(reg, size);
}

} // namespace dyad
