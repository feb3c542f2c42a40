// The tender: a Linux process that is the machine of a guest. Specification: docs/abi.md, section 6.
#pragma once

#include "isa.h"

#include <dyad/abi.h>

namespace dyad::tender {

/// What the machine is made of; set up once.
struct Tender {
    int ram = -1, socket = -1;
    uint64_t hwcap2 = 0;
    long (*vdsoClock)(int, TimeSpec*) = nullptr; // null: by system call
    void (*onFault)(dyad_crash*, void*) = nullptr;
    void (*onInterrupt)(uint64_t pc) = nullptr;
    /// Pieces of the image that are text, and those that are writable; there are two of each.
    struct Pieces {
        struct {
            uint64_t start, end;
        } pieces[4];
        unsigned count;
        bool contain(uint64_t address, uint64_t size) const;
    } text = {}, data = {};
};
extern Tender tender;

inline dyad_control& control() { return *reinterpret_cast<dyad_control*>(DYAD_CONTROL_ADDRESS); }

/// Writes "dyad tender: <what>: <detail>" to standard error and exits with status 125.
[[noreturn]] void fail(const char* what, const char* detail = nullptr);
[[noreturn]] void exitWith(int status);

void mapRam(char** arguments);                       // map.cc
void catchSignals();                                 // signals.cc
void restrictSystemCalls();                          // filter.cc
void findVdsoClock(const uint8_t* vdso);             // vdso.cc
extern "C" long tenderCall(long, long, long, long);  // calls.cc

} // namespace dyad::tender
