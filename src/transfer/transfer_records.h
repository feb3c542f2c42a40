// What became of transfers at this user's destinations, on disk before anybody is told. Specification:
// docs/transfer.md, "The record".
#pragma once

#include "machine/unique_fd.h"
#include "transfer/messages.h"

#include <atomic>
#include <memory>
#include <thread>

namespace dyad {

/// A folder on its way to the disk, by a thread of its own.
class RecordFlush {
  public:
    /// `folder` may be closed before it is over.
    static Result<std::unique_ptr<RecordFlush>> begin(const UniqueFd& folder);
    /// Waits for the end.
    ~RecordFlush();
    /// Whether it is over; an error says why the folder is not on the disk.
    Result<bool> done() const;

  private:
    explicit RecordFlush(UniqueFd folder) : folder_(std::move(folder)) {}
    const UniqueFd folder_;
    std::atomic<int> error_ = -1; ///< -1: under way; 0: there
    std::thread thread_;
};

class TransferRecords {
  public:
    /// Makes the folder if needed, and forgets what is too old to be asked for.
    static Result<TransferRecords> open();

    /// Decides once and for all whether the program was taken: as `taken` says, unless it was decided before. Gives
    /// what holds; it is on disk then.
    Result<TransferOutcome> decide(const TransferId& id, bool taken);
    /// The same, but what is Taken is not on disk before flush() is over: nobody may be told before.
    Result<TransferOutcome> note(const TransferId& id, bool taken);
    Result<std::unique_ptr<RecordFlush>> flush() const { return RecordFlush::begin(folder_); }
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
