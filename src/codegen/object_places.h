// A relocatable object seen as tables that point into functions: sections with the functions that their relocations
// stand for.
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/Error.h"

#include <map>
#include <memory>

namespace dyad {

class ObjectPlaces {
  public:
    /// Section index and offset.
    using Place = std::pair<uint64_t, uint64_t>;
    struct Pointer {
        Place place;
        std::string function; ///< that holds it; empty if none
        uint64_t offset;      ///< in that function
    };
    struct Section {
        llvm::StringRef bytes;
        std::map<uint64_t, Pointer> pointers; ///< by the offset of the relocated field; those to defined symbols only
    };

    /// Reads the sections of these names. `object` must outlive the result.
    static llvm::Expected<ObjectPlaces> read(llvm::StringRef object, llvm::ArrayRef<llvm::StringRef> names);

    /// Null if the object has no such section.
    const Section* section(llvm::StringRef name) const;

  private:
    std::map<std::string, Section, std::less<>> sections_;
};

} // namespace dyad
