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
    EXPECT_TRUE(*records->decide(one, true));
    EXPECT_TRUE(*records->decide(one, false));
    EXPECT_FALSE(*records->decide(other, false));
    EXPECT_FALSE(*records->decide(other, true));
    // Another process of this user finds it.
    auto again = TransferRecords::open();
    ASSERT_TRUE(again);
    EXPECT_TRUE(*again->decide(one, false));
    EXPECT_FALSE(*again->decide(other, true));
}

} // namespace
