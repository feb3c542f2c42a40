// Addresses are what was meant, or are refused.
#include "support/output_file.h"
#include "support/temporary_folder.h"
#include "transfer/security.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

using namespace dyad;

namespace {

using Names = Endpoint::Names;

TEST(Endpoint, IsHostAndPortOrUnixSocket) {
    EXPECT_EQ(Endpoint::parse("127.0.0.1:80", Names::numeric)->text(), "127.0.0.1:80");
    EXPECT_EQ(Endpoint::parse("[::1]:80", Names::numeric)->text(), "[::1]:80");
    EXPECT_EQ(Endpoint::parse("unix:/tmp/x", Names::numeric)->text(), "unix:/tmp/x");
    for (const char* wrong : {"", "host", ":80", "host:", "unix:", "1.2.3.4:port"})
        EXPECT_FALSE(Endpoint::parse(wrong, Names::numeric)) << wrong;
    EXPECT_FALSE(Endpoint::parse("unix:" + std::string(200, 'x'), Names::numeric));
    // A monitor waits for no resolver.
    EXPECT_FALSE(Endpoint::parse("localhost:80", Names::numeric));
}

TEST(Endpoint, OnANetworkWantsKeysOrAWord) {
    for (const char* local : {"127.0.0.1:80", "127.8.9.10:80", "[::1]:80", "unix:/x"}) {
        auto tls = securityFor(*Endpoint::parse(local, Names::numeric), "", false);
        ASSERT_TRUE(tls) << local;
        EXPECT_FALSE(*tls);
    }
    for (const char* far : {"192.0.2.1:80", "0.0.0.0:80", "[::]:80", "[2001:db8::1]:80", "128.0.0.1:80"}) {
        const Endpoint endpoint = *Endpoint::parse(far, Names::numeric);
        auto tls = securityFor(endpoint, "", false);
        ASSERT_FALSE(tls) << far;
        EXPECT_NE(tls.error().message.find("is reached over a network: expected --tls DIR"), std::string::npos);
        EXPECT_TRUE(securityFor(endpoint, "", true));
        EXPECT_FALSE(insecurityOf(endpoint, nullptr).empty());
    }
}

TEST(Endpoint, OfAUnixSocketIsPrivateAndReplacesADeadOne) {
    const TemporaryFolder folder = *TemporaryFolder::create();
    Endpoint endpoint = *Endpoint::parse("unix:" + folder.file("s"), Names::numeric);
    {
        auto socket = endpoint.listen();
        ASSERT_TRUE(socket) << socket.error().message;
        struct stat status;
        ASSERT_EQ(stat(folder.file("s").c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777, 0600u);
        EXPECT_FALSE(endpoint.listen()) << "somebody listens";
    }
    EXPECT_TRUE(endpoint.listen()) << "nobody listens any more";
}

TEST(Keys, OpenToOthersAreRefused) {
    const TemporaryFolder folder = *TemporaryFolder::create();
    ASSERT_TRUE(makeKey(folder.path()));
    EXPECT_TRUE(Tls::load(folder.path()));
    EXPECT_FALSE(makeKey(folder.path())) << "replaced";
    ASSERT_EQ(chmod(folder.file("psk").c_str(), 0640), 0);
    auto loaded = Tls::load(folder.path());
    ASSERT_FALSE(loaded);
    EXPECT_NE(loaded.error().message.find("must be closed to others: expected mode 600, found 640"), std::string::npos);
}

TEST(Keys, ThatAreNoneAreRefused) {
    const TemporaryFolder folder = *TemporaryFolder::create();
    EXPECT_FALSE(Tls::load(folder.path()));
    for (std::string text : {"", "abc", "zz", "0x"}) {
        if (text.size() == 2) text = std::string(62, '0') + text;
        ASSERT_TRUE(writeOutputFile(folder.file("psk"), std::as_bytes(std::span(text)), 0600));
        EXPECT_FALSE(Tls::load(folder.path())) << text;
    }
}

} // namespace
