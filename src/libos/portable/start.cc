// __dyad_start: from the native part's hands to the program's main, through musl's __libc_start_main.
#include "libos.h"
#include "stack.h"

extern "C" {
int __libc_start_main(int (*main)(int, char**, char**), int argc, char** argv, void (*init)(void), void (*fini)(void),
                      void (*loader)(void));
// The program's main under a C++ name: C++ lets nobody call a function of that name.
int __dyad_program_main(int argc, char** argv, char** environment) __asm__("main");
}

namespace libos {
void makeThreadBlock();
void announceMain();
} // namespace libos

extern "C" [[noreturn]] void __dyad_start(void) {
    using namespace libos;
    auto* control = reinterpret_cast<dyad_control*>(DYAD_CONTROL_ADDRESS);
    control->boot_stage = 3;
    initialise(control, DYAD_ARENA_BASE);
    makePortableStack(control->stack_size);
    makeThreadBlock();
    uintptr_t* stack = makeStartStack();
    announceMain();
    __dyad_stop_point(); // requests count from here
    __libc_start_main(__dyad_program_main, static_cast<int>(stack[0]), reinterpret_cast<char**>(stack + 1), nullptr,
                      nullptr, nullptr);
    __dyad_crash(DYAD_CRASH_PANIC, 0, "the C library returned from the program's start");
}
