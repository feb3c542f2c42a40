// What became of transfers at this user's destinations, on disk before anybody is told. Specification:
// docs/transfer.md, "The record".
#pragma once

#include "machine/unique_fd.h"
#include "transfer/messages.h"

namespace dyad {

class TransferRecords {
  public:
    /// Makes the folder if needed, and forgets what is too old to be asked for.
    static Result<TransferRecords> open();

    /// Decides once and for all whether the program was taken: as `taken` says, unless it was decided before. Gives
    /// what holds; it is on disk then.
    Result<TransferOutcome> decide(const TransferId& id, bool taken);
    /// Of one that was taken: its memory has followed, or is not needed any more.
    Result<void> complete(const TransferId& id);

  private:
    TransferRecords(std::string path, UniqueFd folder) : path_(std::move(path)), folder_(std::move(folder)) {}
    void forgetOld();
    Error failed() const;
    std::string path_;
    UniqueFd folder_;
};

} // namespace dyad
