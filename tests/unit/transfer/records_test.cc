// What became of a transfer is decided once.
#include "support/temporary_folder.h"
#include "transfer/transfer_records.h"

#include <gtest/gtest.h>

#include <cstdlib>

using namespace dyad;

namespace {

TEST(TransferRecords, TheFirstDecisionHolds) {
    const TemporaryFolder folder = *TemporaryFolder::create();
    setenv("XDG_STATE_HOME", folder.path().c_str(), 1);
    const TransferId one = *makeTransferId(), other = *makeTransferId();
    ASSERT_NE(one, other);
    auto records = TransferRecords::open();
    ASSERT_TRUE(records) << records.error().message;
    EXPECT_EQ(*records->decide(one, true), TransferOutcome::Taken);
    EXPECT_EQ(*records->decide(one, false), TransferOutcome::Taken);
    EXPECT_EQ(*records->decide(other, false), TransferOutcome::NotTaken);
    EXPECT_EQ(*records->decide(other, true), TransferOutcome::NotTaken);
    // Another process of this user finds it.
    auto again = TransferRecords::open();
    ASSERT_TRUE(again);
    EXPECT_EQ(*again->decide(one, false), TransferOutcome::Taken);
    EXPECT_EQ(*again->decide(other, true), TransferOutcome::NotTaken);
    // What was taken can become complete.
    ASSERT_TRUE(again->complete(one));
    EXPECT_EQ(*records->decide(one, false), TransferOutcome::Complete);
}

TEST(TransferRecords, AreFlushedBesideTheLoop) {
    const TemporaryFolder folder = *TemporaryFolder::create();
    setenv("XDG_STATE_HOME", folder.path().c_str(), 1);
    const TransferId id = *makeTransferId();
    std::unique_ptr<RecordFlush> flush;
    {
        auto records = TransferRecords::open();
        ASSERT_TRUE(records) << records.error().message;
        EXPECT_EQ(*records->note(id, true), TransferOutcome::Taken);
        EXPECT_EQ(*records->note(id, false), TransferOutcome::Taken) << "at once, for whoever asks";
        auto begun = records->flush();
        ASSERT_TRUE(begun) << begun.error().message;
        flush = std::move(*begun);
    }
    for (;;) {
        auto done = flush->done();
        ASSERT_TRUE(done) << done.error().message;
        if (*done) break;
        std::this_thread::yield();
    }
}

} // namespace
