// The walk: from the innermost frame outwards, a stop of the site table at each step. It says where the values are,
// where the caller's registers were saved, and where the caller's frame begins.
#include "migrate/capture.h"

#include "image/isa_registers.h"
#include "migrate/unwind_rules.h"

#include <fmt/format.h>

#include <array>
#include <cstring>

namespace dyad {

namespace {

/// Of the stack pointer at every call, in both psABIs.
constexpr std::uint64_t kStackAlign = 16;

/// The guest's native stack: the only memory that the walk reads.
class NativeStack {
  public:
    NativeStack(std::span<const std::byte> bytes, std::uint64_t address) : bytes_(bytes), address_(address) {}

    /// The bytes at `address`, or null if they are not all on the stack.
    const std::byte* find(std::uint64_t address, std::uint64_t size) const {
        const std::uint64_t offset = address - address_; // wraps below the stack, and is too large then
        if (offset > bytes_.size() || size > bytes_.size() - offset) return nullptr;
        return bytes_.data() + offset;
    }
    std::uint64_t start() const { return address_; }
    std::uint64_t end() const { return address_ + bytes_.size(); }

  private:
    std::span<const std::byte> bytes_;
    std::uint64_t address_;
};

class Walk {
  public:
    Walk(const SiteTable& table, Isa isa, const NativeStack& stack, const dyad_migration& stopped)
        : table_(table), isa_(isa), rules_(unwindRules(isa)), stack_(stack), innermost_(stopped.registers),
          atPoint_(stopped.at_call == 0), pc_(stopped.registers.pc) {
        std::copy_n(stopped.registers.general, general_.size(), general_.begin());
        for (std::size_t i = 0; i < vectors_.size(); ++i)
            std::memcpy(&vectors_[i], stopped.registers.vector[i], sizeof vectors_[i]);
    }

    Result<Capture> run() {
        // Values mostly come from the stack: they take about as much room. Nothing moves while the list grows.
        if (const std::uint64_t sp = general_[stackPointerRegister(isa_)]; stack_.find(sp, 0))
            frames_.reserve(stack_.end() - sp);
        for (;; ++depth_) {
            const auto stop = table_.findStop(isa_, pc_);
            if (!stop) return Capture(UnknownCode{pc_, depth_});
            stop_ = *stop;
            const SiteTable::Site site = table_.site(stop_.site);
            if (auto checked = checkFrame(site); !checked) return checked.error();
            if (auto taken = takeValues(site); !taken) return taken.error();
            if (table_.function(site.function).outermost) break;
            if (auto left = leaveFrame(); !left) return left.error();
        }
        frames_.reverse();
        return Capture(std::move(frames_));
    }

  private:
    /// Where the guest saved every register: what called it there preserves them all.
    bool atPoint() const { return atPoint_ && depth_ == 0; }

    Error failed(std::string what) const {
        const SiteTable::Site site = table_.site(stop_.site);
        return Error{fmt::format("the stack is corrupt: frame {} from the inside ('{}', site {}, pc {:#x}): {}", depth_,
                                 table_.function(site.function).name, site.index, pc_, what)};
    }

    Error outside(const char* what, std::uint64_t address, std::uint64_t size) const {
        return failed(fmt::format("{}, {} bytes at {:#x}, lies outside the native stack [{:#x}, {:#x})", what, size,
                                  address, stack_.start(), stack_.end()));
    }

    /// Stack pointer, kind of the site, and the CFA.
    Result<void> checkFrame(const SiteTable::Site& site) {
        const std::uint64_t sp = general_[stackPointerRegister(isa_)];
        if (sp % kStackAlign) return failed(fmt::format("the stack pointer, {:#x}, is not aligned", sp));
        if (!stack_.find(sp, 0)) return outside("the stack pointer", sp, 0);
        if (atPoint() && site.kind != SiteKind::Point)
            return failed("it stopped at a migration point, but there is none");
        // What arrives at a point is a call in its resume function, to __dyad_arrived.
        if (!atPoint() && site.kind == SiteKind::Point &&
            (depth_ == 0 || table_.function(innerFunction_).name != kArrivedFunction))
            return failed("it made a call, but stands at a migration point");
        innerFunction_ = site.function;
        if (!isReadable(stop_.cfaRegister))
            return failed(
                fmt::format("its frame address is in register {}, which does not hold it", stop_.cfaRegister));
        cfa_ = general_[stop_.cfaRegister] + static_cast<std::int64_t>(stop_.cfaOffset);
        if (cfa_ % kStackAlign || !stack_.find(cfa_, 0))
            return failed(fmt::format("its frame ends at {:#x}, outside the native stack [{:#x}, {:#x}) or not aligned",
                                      cfa_, stack_.start(), stack_.end()));
        // Stacks grow down, and a call takes room: the walk ends.
        if (cfa_ <= sp)
            return failed(fmt::format("its frame ends at {:#x}, not above its stack pointer, {:#x}", cfa_, sp));
        return {};
    }

    bool isGeneral(std::uint16_t reg) const { return reg < generalRegisterCount(isa_); }

    /// A general register whose value is known: all of them at a point, else what calls preserve.
    bool isReadable(std::uint16_t reg) const { return isGeneral(reg) && (atPoint() || (rules_.preserved >> reg & 1)); }

    Result<void> takeValues(const SiteTable::Site& site) {
        std::byte* to = frames_.append(stop_.site, valuesSize(site)).data();
        for (std::size_t i = 0; i < stop_.locations.size(); ++i) {
            const std::uint8_t size = site.valueSizes[i];
            if (auto taken = takeValue(stop_.locations[i], size, to); !taken) return taken;
            to += valueSpace(size);
        }
        return {};
    }

    /// Stores the value's bytes; the rest of its space is zero already.
    Result<void> takeValue(const SiteLocation& location, std::uint8_t valueSize, std::byte* to) {
        const std::uint8_t size = std::min(location.size, valueSize);
        switch (location.kind) {
        case LocationKind::Register:
            return takeRegister(location.reg, size, to);
        case LocationKind::Memory: {
            if (!isReadable(location.reg))
                return failed(fmt::format("a value lies at an offset from register {}, which does not hold through a "
                                          "call",
                                          location.reg));
            const std::uint64_t address = general_[location.reg] + static_cast<std::int64_t>(location.number);
            const std::byte* from = stack_.find(address, size);
            if (!from) return outside("a value", address, size);
            std::memcpy(to, from, size);
            return {};
        }
        case LocationKind::Constant:
        case LocationKind::LargeConstant: {
            // Larger values are constants only where they are undefined: any bytes will do.
            const std::uint64_t value = table_.constant(location);
            std::memcpy(to, &value, std::min<std::size_t>(valueSize, sizeof value));
            return {};
        }
        }
        return failed(fmt::format("a value of unknown kind {}", static_cast<unsigned>(location.kind)));
    }

    Result<void> takeRegister(std::uint16_t reg, std::uint8_t size, std::byte* to) {
        if (isReadable(reg) && size <= sizeof general_[0]) {
            std::memcpy(to, &general_[reg], size);
            return {};
        }
        if (const auto index = vectorRegister(isa_, reg)) {
            if (atPoint()) {
                std::memcpy(to, innermost_.vector[*index], size);
                return {};
            }
            if ((rules_.preservedVectors >> *index & 1) && size <= sizeof vectors_[0]) {
                std::memcpy(to, &vectors_[*index], size);
                return {};
            }
        }
        return failed(
            fmt::format("{} bytes of a value are said to be in register {}, which cannot hold them", size, reg));
    }

    /// Restores the caller's registers.
    Result<void> leaveFrame() {
        bool returnAddressSaved = false;
        for (const SavedRegister& saved : stop_.saved) {
            const std::uint64_t address = cfa_ + static_cast<std::int64_t>(saved.offset);
            const std::byte* from = stack_.find(address, sizeof(std::uint64_t));
            if (!from) return outside("a saved register", address, sizeof(std::uint64_t));
            if (saved.reg == returnAddressRegister(isa_)) {
                std::memcpy(&pc_, from, sizeof pc_);
                returnAddressSaved = true;
            } else if (isGeneral(saved.reg)) {
                std::memcpy(&general_[saved.reg], from, sizeof general_[0]);
            } else if (const auto index = vectorRegister(isa_, saved.reg)) {
                std::memcpy(&vectors_[*index], from, sizeof vectors_[0]);
            }
        }
        if (!returnAddressSaved) return failed("its return address was not saved");
        general_[stackPointerRegister(isa_)] = cfa_;
        return {};
    }

    const SiteTable& table_;
    const Isa isa_;
    const UnwindRules& rules_;
    const NativeStack& stack_;
    const dyad_registers& innermost_;
    const bool atPoint_;
    FrameList frames_; ///< from the inside

    // The frame that is looked at.
    std::uint64_t pc_;
    std::array<std::uint64_t, 32> general_;
    std::array<std::uint64_t, 32> vectors_; ///< low 8 bytes: more holds through no call
    std::size_t depth_ = 0;
    SiteTable::Stop stop_{};
    std::uint32_t innerFunction_ = 0; ///< of the frame that this one called
    std::uint64_t cfa_ = 0;
};

} // namespace

Result<Capture> captureFrames(const SiteTable& table, Isa isa, GuestMemory& memory) {
    // A copy: the guest could write to the original while it is checked.
    dyad_migration stopped;
    std::memcpy(&stopped, memory.control().data() + offsetof(dyad_control, migration), sizeof stopped);
    if (stopped.state != DYAD_MIGRATION_STOPPED)
        return Error{fmt::format("the guest is not stopped: its state is {}, expected {}", +stopped.state,
                                 +DYAD_MIGRATION_STOPPED)};
    const MemoryPlan& plan = memory.plan();
    const std::uint64_t offset = plan.privateOffset + plan.privateSize - plan.stackSize;
    const NativeStack stack(memory.ram().subspan(offset, plan.stackSize), DYAD_IMAGE_BASE + offset);
    return Walk(table, isa, stack, stopped).run();
}

} // namespace dyad
