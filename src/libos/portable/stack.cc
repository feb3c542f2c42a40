// The portable stack (stack.h).
#include "stack.h"

#include "regions.h"

namespace {

/// For the start, before there is an arena.
alignas(16) char startStack[16384];
uint64_t stackSize = sizeof startStack;

} // namespace

extern "C" {
char* __dyad_stack_pointer = startStack + sizeof startStack;
char* __dyad_stack_limit = startStack;

void __dyad_stack_overflow(void) { __dyad_crash(DYAD_CRASH_STACK_OVERFLOW, libos::L_SIGSEGV, ""); }
}

namespace libos {

void makePortableStack(uint64_t size) {
    // A small machine keeps room for the rest.
    size = smaller(roundUp(size, kPage), roundDown((arena.end() - arena.start()) / 4, kPage));
    uint64_t memory = takeMemory(size + DYAD_STACK_GUARD, RegionKind::Mapped);
    if (!memory) __dyad_crash(DYAD_CRASH_PANIC, 0, "the machine has too little memory: give it more with --mem");
    // A mapping without access: what moves a program moves its protection as well.
    if (__dyad_protect(memory, DYAD_STACK_GUARD, L_PROT_NONE) ||
        !arena.set(memory, memory + DYAD_STACK_GUARD, RegionKind::Mapped, L_PROT_NONE))
        __dyad_crash(DYAD_CRASH_PANIC, 0, "the stack's guard cannot be closed");
    stackSize = size;
    __dyad_stack_limit = reinterpret_cast<char*>(memory + DYAD_STACK_GUARD);
    __dyad_stack_pointer = __dyad_stack_limit + size;
}

uint64_t portableStackSize() { return stackSize; }

} // namespace libos
