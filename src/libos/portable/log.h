// Messages of the libOS to the user: LOG frames, which the monitor prints to standard error as "dyad: <text>".
#pragma once

#include "base.h"

namespace libos {

/// Builds one line of text; what does not fit is cut. Cold: where it is used is not worth inlining.
class Line {
  public:
    [[gnu::cold]] Line& operator<<(const char* text);
    [[gnu::cold]] Line& operator<<(long value);
    Line& operator<<(int value) { return *this << static_cast<long>(value); }
    [[gnu::cold]] Line& hex(uint64_t value);
    [[gnu::cold]] Line& bytes(const char* text, size_t size);
    const char* text() const { return text_; }
    size_t size() const { return size_; }
    /// Sends the line.
    [[gnu::cold]] void log() const;

  private:
    char text_[240] = {};
    size_t size_ = 0;
};

} // namespace libos
