// What `dyad test` found: lines for people, and a file in JUnit's format for CI services.
#pragma once

#include "support/result.h"

#include <string>
#include <vector>

namespace dyad {

/// One way of running the program.
struct TestCase {
    enum class Verdict { passed, failed, skipped };
    std::string name;
    Verdict verdict = Verdict::passed;
    std::string message; ///< what was done; why it failed or was skipped
    double seconds = 0;
};

struct TestReport {
    std::string suite; ///< the image's name
    std::vector<TestCase> cases;

    std::size_t count(TestCase::Verdict verdict) const;
    /// <testsuites> with one <testsuite>, in UTF-8; bytes that XML does not take become '?'.
    std::string junit() const;
};

/// "ok    x86_64, moved at points: 10 moves (0.8 s)".
std::string describe(const TestCase& test);

} // namespace dyad
