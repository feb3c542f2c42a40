// Maps RAM the way a guest sees it (docs/abi.md, sections 2 and 6). Every number is checked: a wrong one must not let the guest
// see or overwrite the tender.
#include "tender.h"

namespace dyad::tender {
namespace {

constexpr uint64_t kLarge = 0x200000;

void map(uint64_t address, uint64_t offset, uint64_t size, int protection, const char* what) {
    if (!size) return;
    long result = systemCall(kMmap, address, size, protection, kMapShared | kMapFixedNoReplace, tender.ram, offset);
    if (result < 0) fail("cannot map", what);
    // Kernels before 4.17 take the address as a hint.
    if (static_cast<uint64_t>(result) != address) fail("address is taken:", what);
}

/// Hexadecimal digits up to `end`; moves `text` behind it.
uint64_t parseHex(const char*& text, char end, const char* whole) {
    uint64_t value = 0;
    const char* start = text;
    for (; *text != end; ++text) {
        char c = *text;
        unsigned digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10u : 16u;
        if (digit > 15 || value >> 60) fail("expected ADDRESS:SIZE:PROTECTION, found", whole);
        value = value << 4 | digit;
    }
    if (text == start) fail("expected ADDRESS:SIZE:PROTECTION, found", whole);
    ++text;
    return value;
}

int parseProtection(const char* text, const char* whole) {
    bool write = text[0] == 'r' && text[1] == 'w' && !text[2], execute = text[0] == 'r' && text[1] == 'x' && !text[2];
    if (!write && !execute && !(text[0] == 'r' && !text[1])) fail("expected protection r, rw or rx, found", whole);
    return kProtRead | (write ? kProtWrite : 0) | (execute ? kProtExecute : 0);
}

void mapPiece(const char* whole) {
    const char* text = whole;
    uint64_t address = parseHex(text, ':', whole), size = parseHex(text, ':', whole);
    int protection = parseProtection(text, whole);
    uint64_t end = DYAD_IMAGE_BASE + control().private_offset;
    bool valid = address % DYAD_PAGE_SIZE == 0 && size % DYAD_PAGE_SIZE == 0 && address >= DYAD_COMMON_BASE &&
                 address <= end && size <= end - address;
    if (!valid) fail("expected pages of the image, found", whole);
    map(address, address - DYAD_IMAGE_BASE, size, protection, whole);
    if (protection == kProtRead) return;
    Tender::Pieces& alike = protection & kProtExecute ? tender.text : tender.data;
    if (alike.count == sizeof alike.pieces / sizeof *alike.pieces) fail("too many pieces of one protection:", whole);
    alike.pieces[alike.count++] = {address, address + size};
}

void checkControl() {
    const dyad_control& c = control();
    if (c.magic != DYAD_CONTROL_MAGIC) fail("expected the control area's magic, found something else");
    if (c.version != DYAD_ABI_VERSION) fail("monitor and tender have different ABI versions");
    if (c.machine != DYAD_MACHINE_PROCESS) fail("expected a process machine's control area");
    constexpr uint64_t kWindow = DYAD_IMAGE_LIMIT - DYAD_IMAGE_BASE;
    bool aligned = c.private_offset % DYAD_PAGE_SIZE == 0 && c.private_size % DYAD_PAGE_SIZE == 0 &&
                   c.stack_size % DYAD_PAGE_SIZE == 0 && c.arena_offset % kLarge == 0 && c.arena_size % kLarge == 0;
    bool inside = c.private_offset >= DYAD_COMMON_BASE - DYAD_IMAGE_BASE && c.private_offset <= kWindow &&
                  c.private_size <= kWindow - c.private_offset && c.stack_size + DYAD_PAGE_SIZE <= c.private_size &&
                  c.arena_offset >= c.private_offset + c.private_size && c.arena_offset <= c.ram_size &&
                  c.arena_size <= c.ram_size - c.arena_offset && c.arena_size <= DYAD_ARENA_LIMIT - DYAD_ARENA_BASE;
    if (!aligned || !inside) fail("control area: division of RAM is not valid");
}

} // namespace

void mapRam(char** pieces) {
    constexpr int kReadWrite = kProtRead | kProtWrite;
    map(DYAD_CONTROL_ADDRESS, DYAD_CONTROL_ADDRESS - DYAD_IMAGE_BASE, DYAD_CONTROL_SIZE, kReadWrite, "the control area");
    checkControl();
    const dyad_control& c = control();
    uint64_t stack = c.private_offset + c.private_size - c.stack_size, guard = stack - DYAD_PAGE_SIZE;
    map(DYAD_IMAGE_BASE + c.private_offset, c.private_offset, guard - c.private_offset, kReadWrite, "private RAM");
    map(DYAD_IMAGE_BASE + stack, stack, c.stack_size, kReadWrite, "the native stack");
    map(DYAD_ARENA_BASE, c.arena_offset, c.arena_size, kReadWrite, "the arena");
    for (; *pieces; ++pieces)
        mapPiece(*pieces);
}

} // namespace dyad::tender
