// The site notes: what is written is read, and whatever else is there is refused with a reason.
#include "image/site_notes.h"

#include <gmock/gmock.h>

namespace dyad {
namespace {

using ::testing::HasSubstr;

SiteNotes sample() {
    SiteNotes notes;
    notes.without[static_cast<std::size_t>(NoSites::Short)] = {"first", "second"};
    notes.without[static_cast<std::size_t>(NoSites::Native)] = {"memcpy"};
    notes.recomputed = {"add 1, zext 2", "", "add 1, zext 2"};
    return notes;
}

TEST(SiteNotes, AreReadAsTheyWereWritten) {
    const SiteNotes notes = sample();
    const std::string text = writeSiteNotes(notes);
    auto read = readSiteNotes(text, notes.recomputed.size());
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->without, notes.without);
    EXPECT_EQ(read->recomputed, notes.recomputed);
    EXPECT_EQ(text.find("zext"), text.rfind("zext")) << "a text is there once";
}

TEST(SiteNotes, OfAnotherFormatAreRefused) {
    std::string text = writeSiteNotes(sample());
    const std::string key = "\"format\":1";
    text.replace(text.find(key), key.size(), "\"format\":2");
    auto read = readSiteNotes(text, 3);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().message, "the notes in section '.dyad.notes' have format 2; this dyad reads format 1");
}

TEST(SiteNotes, OfAnotherTableAreRefused) {
    auto read = readSiteNotes(writeSiteNotes(sample()), 4);
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().message, HasSubstr("expected an entry for each site"));
}

TEST(SiteNotes, ThatAreDamagedNeverBreakTheReader) {
    const std::string whole = writeSiteNotes(sample());
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(readSiteNotes(std::string_view(whole).substr(0, size), 3)) << size;
    for (std::size_t at = 0; at < whole.size(); ++at)
        for (int bit = 0; bit < 8; ++bit) {
            std::string damaged = whole;
            damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
            // A name may have become another name; positions may not lead out of the list.
            auto read = readSiteNotes(damaged, 3);
            EXPECT_TRUE(!read || read->recomputed.size() == 3u) << damaged;
        }
    for (const char* text : {"[]", "{}", "{\"format\":1}", "{\"format\":\"1\"}", "null"})
        EXPECT_FALSE(readSiteNotes(text, 3)) << text;
}

} // namespace
} // namespace dyad
