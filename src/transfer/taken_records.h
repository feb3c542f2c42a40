// Which transfers this user's destinations have taken: one file each, on disk before anybody is told. Specification:
// docs/transfer.md, "The record".
#pragma once

#include "machine/unique_fd.h"
#include "transfer/messages.h"

namespace dyad {

class TakenRecords {
  public:
    /// Makes the folder if needed, and forgets what is too old to be asked for.
    static Result<TakenRecords> open();

    /// On disk when it returns.
    Result<void> add(const TransferId& id);
    /// An error if it cannot be known.
    Result<bool> has(const TransferId& id) const;

  private:
    TakenRecords(std::string path, UniqueFd folder) : path_(std::move(path)), folder_(std::move(folder)) {}
    void forgetOld();
    std::string path_;
    UniqueFd folder_;
};

} // namespace dyad
