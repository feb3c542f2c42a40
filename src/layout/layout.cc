// The common layout, as a list of passes over one context.
#include "layout/layout.h"
#include "layout/context.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <thread>

namespace dyad {

namespace layout {

void Context::error(std::string message) {
    errors.push_back(std::move(message));
}

namespace {

// A program that is wrong in many places is usually wrong in one way.
constexpr std::size_t kMostErrors = 20;

std::optional<Error> failure(const Context &context) {
    if (context.errors.empty()) return std::nullopt;
    const std::size_t shown = std::min(context.errors.size(), kMostErrors);
    std::string text =
        fmt::format("{}", fmt::join(context.errors.begin(), context.errors.begin() + static_cast<long>(shown), "\n"));
    if (shown < context.errors.size()) text += fmt::format("\n{} more errors", context.errors.size() - shown);
    return Error{std::move(text)};
}

std::vector<std::string> readHalf(Half &half, std::vector<ObjectFile> files) {
    std::vector<std::string> errors;
    for (ObjectFile &file : files) {
        auto object = readObject(std::move(file), half.isa);
        if (object)
            half.objects.push_back(*std::move(object));
        else
            errors.push_back(std::move(object.error().message));
    }
    return errors;
}

void writeHalf(const Half &half, std::vector<ObjectFile> &files, std::vector<std::string> &errors) {
    for (const Object &object : half.objects) {
        auto bytes = writeObject(object);
        if (bytes)
            files.push_back({object.name, *std::move(bytes), object.role});
        else
            errors.push_back(std::move(bytes.error().message));
    }
}

} // namespace

} // namespace layout

Result<LayoutOutput> layOut(LayoutInput input) {
    using namespace layout;
    Context context;
    context.roots = std::move(input.roots);
    context.gcSections = input.gcSections;
    context.everyGlobalCommon = input.everyGlobalCommon;

    for (Half &half : context.halves)
        for (std::string &error : readHalf(half, std::move(input.objects[index(half.isa)])))
            context.error(std::move(error));
    if (auto error = failure(context)) return *std::move(error);

    LayoutOutput output;
    resolveSymbols(context);
    pairSections(context);
    if (auto error = failure(context)) return *std::move(error);
    markLive(context);
    checkReferences(context);
    placeUnits(context, output);
    if (auto error = failure(context)) return *std::move(error);

    // Each half's objects are rewritten by a thread of their own: they share nothing.
    std::array<std::vector<std::string>, 2> errors;
    std::thread arm([&] { writeHalf(context.halves[1], output.objects[1], errors[1]); });
    writeHalf(context.halves[0], output.objects[0], errors[0]);
    arm.join();
    for (const auto &list : errors)
        for (const std::string &error : list)
            context.error(error);
    if (auto error = failure(context)) return *std::move(error);
    return output;
}

} // namespace dyad
