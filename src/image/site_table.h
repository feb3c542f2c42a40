// The site table: what the monitor must know of every place where a thread can be captured. Specification:
// docs/site-table.md.
#pragma once

#include "image/site_notes.h"
#include "support/isa.h"
#include "support/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dyad {

inline constexpr const char *kSitesSection = ".dyad.sites";

/// A point's site is the call of __dyad_point that stops there.
enum class SiteKind : std::uint8_t { Call = 0, Point = 1 };

/// What the passes decide: the same for both halves.
struct SitePlan {
    struct Site {
        SiteKind kind;
        std::vector<std::uint8_t> valueSizes; ///< bytes: 4, 8, 16, 32 or 64
    };
    struct Function {
        std::string name;
        std::string resume; ///< name of its resume function
        bool outermost = false;
        std::vector<Site> sites; ///< numbers follow those of the function before
    };
    std::vector<Function> functions;
    SiteNotes notes;
};

enum class LocationKind : std::uint8_t { Register = 1, Memory = 2, Constant = 3, LargeConstant = 4 };

// The records of docs/site-table.md, as they lie in the file.
struct SiteLocation {
    LocationKind kind;
    std::uint8_t size; ///< at most the value's; the rest of the value is zero
    std::uint16_t reg; ///< DWARF number (isa_registers.h)
    std::int32_t number;
    bool operator==(const SiteLocation &) const = default;
};
struct SavedRegister {
    std::uint16_t reg;
    std::uint16_t zero = 0;
    std::int32_t offset; ///< from the CFA
    bool operator==(const SavedRegister &) const = default;
};
/// A migration point: one NOP, and the code that control goes to in its place when the program is to stop.
struct MigrationPoint {
    std::uint32_t nop, target; ///< addresses
    bool operator==(const MigrationPoint &) const = default;
};

/// A stop's locations, in the order of its site's values: a list of indices into the locations of its half, read where it
/// lies.
class SiteLocations {
  public:
    using value_type = SiteLocation;

    class const_iterator {
      public:
        const_iterator(const SiteLocations &list, std::size_t position) : list_(&list), position_(position) {}
        const SiteLocation &operator*() const { return (*list_)[position_]; }
        const_iterator &operator++() {
            ++position_;
            return *this;
        }
        bool operator==(const const_iterator &other) const { return position_ == other.position_; }

      private:
        const SiteLocations *list_;
        std::size_t position_;
    };

    SiteLocations() = default;
    /// `indices` are of `indexSize` bytes, 2 or 4.
    SiteLocations(const SiteLocation *all, const std::byte *indices, std::size_t indexSize, std::size_t size)
        : all_(all), indices_(indices), indexSize_(indexSize), size_(size) {}

    std::uint32_t index(std::size_t position) const {
        const std::byte *index = indices_ + position * indexSize_;
        return indexSize_ == sizeof(std::uint16_t) ? *reinterpret_cast<const std::uint16_t *>(index)
                                                   : *reinterpret_cast<const std::uint32_t *>(index);
    }
    const SiteLocation &operator[](std::size_t position) const { return all_[index(position)]; }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    const_iterator begin() const { return {*this, 0}; }
    const_iterator end() const { return {*this, size_}; }

  private:
    const SiteLocation *all_ = nullptr;
    const std::byte *indices_ = nullptr;
    std::size_t indexSize_ = 0, size_ = 0;
};

/// What code generation made of the sites of one half: offsets in functions, to become addresses after the link.
struct SiteRecords {
    struct Stop {
        std::string function;    ///< symbol: a function or a resume function
        std::uint32_t offset;    ///< of the return address
        std::uint32_t site;      ///< number in the plan
        /// Sizes are those of registers and slots, and may be larger than the value's; a LargeConstant's number is a
        /// position in `constants`. Memory of size 0 is a slot that code generation names by its address only.
        std::vector<SiteLocation> locations;
        std::vector<std::uint64_t> constants;
        std::uint16_t cfaRegister;
        std::int32_t cfaOffset;
        std::vector<SavedRegister> saved;
    };
    struct Point {
        std::string function;
        std::uint32_t nop, target; ///< offsets
    };
    std::vector<Stop> stops;
    std::vector<Point> points;
};

/// Fails, naming function and site, unless both halves have the same sites with as many values as planned, each of them
/// in a place that the table can describe.
Result<void> compareSites(const SitePlan &plan, const std::array<SiteRecords, 2> &records);

/// Address of a symbol in the linked half, or nothing if the link dropped it (its sites then have no stops).
using SymbolAddress = std::optional<std::uint64_t> (*)(void *context, Isa isa, std::string_view name);

/// The bytes of the table, after compareSites(). Deterministic.
Result<std::vector<std::byte>> makeSiteTable(const SitePlan &plan, const std::array<SiteRecords, 2> &records,
                                             SymbolAddress addressOf, void *context);

/// A validated table, read where it lies.
class SiteTable {
  public:
    /// Errors say which part is wrong. `bytes` must outlive the table and be 8 bytes aligned.
    static Result<SiteTable> open(std::span<const std::byte> bytes);

    struct Function {
        std::string_view name;
        std::uint32_t firstSite, siteCount;
        bool outermost;
    };
    struct Site {
        std::uint32_t function, index;
        SiteKind kind;
        std::span<const std::uint8_t> valueSizes;
    };
    struct Stop {
        std::uint32_t address, site;
        SiteLocations locations;
        std::uint16_t cfaRegister;
        std::int32_t cfaOffset;
        std::span<const SavedRegister> saved;
    };

    std::uint32_t functionCount() const;
    std::uint32_t siteCount() const;
    Function function(std::uint32_t number) const;
    Site site(std::uint32_t number) const;
    std::uint32_t functionAddress(Isa isa, std::uint32_t function) const;
    std::uint32_t resumeAddress(Isa isa, std::uint32_t function) const;
    std::uint32_t stopCount(Isa isa) const;
    Stop stop(Isa isa, std::uint32_t position) const;
    /// The stop whose address is exactly `address`.
    std::optional<Stop> findStop(Isa isa, std::uint64_t address) const;
    /// The first stop behind `address`.
    std::optional<Stop> nextStop(Isa isa, std::uint64_t address) const;
    /// By rising address of the NOP.
    std::span<const MigrationPoint> points(Isa isa) const;
    /// The value of a location of kind Constant or LargeConstant.
    std::uint64_t constant(const SiteLocation &location) const;
    std::span<const std::byte> bytes() const { return bytes_; }
    /// Of the table, how much is one half's own.
    std::uint32_t halfBytes(Isa isa) const;

  private:
    explicit SiteTable(std::span<const std::byte> bytes) : bytes_(bytes) {}
    std::span<const std::byte> bytes_;
};

} // namespace dyad
