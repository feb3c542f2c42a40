// Lines and XML of a test's results. The XML has the elements and attributes that services read: testsuites, testsuite,
// testcase, failure, skipped.
#include "test_report.h"

#include <fmt/format.h>

#include <algorithm>

namespace dyad {

namespace {

/// As the value of an attribute. Program output may hold anything: control characters and what is not ASCII become '?'.
std::string escaped(const std::string& text) {
    std::string result;
    for (char c : text) {
        if (c == '&')
            result += "&amp;";
        else if (c == '<')
            result += "&lt;";
        else if (c == '>')
            result += "&gt;";
        else if (c == '"')
            result += "&quot;";
        else
            result += c >= ' ' && c <= '~' ? c : '?';
    }
    return result;
}

} // namespace

std::size_t TestReport::count(TestCase::Verdict verdict) const {
    return static_cast<std::size_t>(
        std::count_if(cases.begin(), cases.end(), [&](const TestCase& test) { return test.verdict == verdict; }));
}

std::string TestReport::junit() const {
    double seconds = 0;
    for (const TestCase& test : cases)
        seconds += test.seconds;
    std::string counts =
        fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{:.3f}\"", cases.size(),
                    count(TestCase::Verdict::failed), count(TestCase::Verdict::skipped), seconds);
    std::string xml = fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {}>\n"
                                  "  <testsuite name=\"{}\" {}>\n",
                                  counts, escaped(suite), counts);
    for (const TestCase& test : cases) {
        xml += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"", escaped(suite),
                           escaped(test.name), test.seconds);
        if (test.verdict == TestCase::Verdict::passed)
            xml += "/>\n";
        else
            xml +=
                fmt::format("><{} message=\"{}\"/></testcase>\n",
                            test.verdict == TestCase::Verdict::failed ? "failure" : "skipped", escaped(test.message));
    }
    return xml + "  </testsuite>\n</testsuites>\n";
}

std::string describe(const TestCase& test) {
    const char* verdict = test.verdict == TestCase::Verdict::passed   ? "ok"
                          : test.verdict == TestCase::Verdict::failed ? "FAIL"
                                                                      : "skip";
    return fmt::format("{:<5} {}{}{} ({:.1f} s)", verdict, test.name, test.message.empty() ? "" : ": ", test.message,
                       test.seconds);
}

} // namespace dyad
