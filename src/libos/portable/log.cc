// Messages of the libOS to the user (LOG frames, include/dyad/abi.h).
#include "log.h"

#include "monitor.h"

namespace libos {

Line& Line::bytes(const char* text, size_t size) {
    size = smaller(size, sizeof text_ - 1 - size_);
    memcpy(text_ + size_, text, size);
    size_ += size;
    text_[size_] = 0;
    return *this;
}

Line& Line::operator<<(const char* text) { return bytes(text, textSize(text)); }

Line& Line::operator<<(long value) {
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
    do
        digits[--at] = static_cast<char>('0' + rest % 10);
    while (rest /= 10);
    if (value < 0) digits[--at] = '-';
    return bytes(digits + at, sizeof digits - at);
}

Line& Line::hex(uint64_t value) {
    char digits[16];
    size_t at = sizeof digits;
    do
        digits[--at] = "0123456789abcdef"[value & 15];
    while (value >>= 4);
    *this << "0x";
    return bytes(digits + at, sizeof digits - at);
}

void Line::log() const { transmit(DYAD_FRAME_LOG, text_, size_, nullptr, 0); }

} // namespace libos
