// Page tables. Both ISAs have 4 KiB tables of 512 entries, 4 KiB pages and 2 MiB blocks; what differs is in paging.h of
// each ISA.
#pragma once

#include <stdint.h>

namespace dyad::native {

enum Protection : uint32_t { kNone = 0, kRead = 1, kWrite = 2, kExecute = 4, kDevice = 8 };

/// Physical address of image, control area and private RAM.
uint64_t physicalAddress(uintptr_t imageAddress);

/// Builds the tables for everything docs/abi.md, section 4, lists and returns the physical address of the root.
/// `highRam` is the RAM at `highRamBase`, behind the device hole (0: RAM is contiguous).
uint64_t buildPageTables(uint64_t highRamBase, uint64_t highRam);

/// Changes the protection of pages of the arena or the image, splitting blocks where needed. Arguments are checked already.
int32_t protectPages(uintptr_t address, uint64_t size, uint32_t prot);

} // namespace dyad::native
