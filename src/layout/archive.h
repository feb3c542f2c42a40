// Static archives: which members a link needs.
#pragma once

#include "layout/layout.h"

namespace dyad {

/// Objects and archives of one half, in the order given.
struct LinkFile {
    std::string name;
    std::vector<std::byte> bytes;
};

/// True if the file is an archive ("!<arch>\n").
bool isArchive(std::span<const std::byte> bytes);

/// The objects among the files, and the archive members that they need. A name that one half needs is looked for in the
/// archives of both, so that both halves get the same members. `entry` is needed too.
Result<std::array<std::vector<ObjectFile>, 2>> selectObjects(std::array<std::vector<LinkFile>, 2> files,
                                                             const std::string &entry, ObjectFile::Role role);

} // namespace dyad
