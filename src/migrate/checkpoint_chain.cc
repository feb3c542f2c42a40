// Finds, checks and reads the files of an incremental checkpoint; one that stands alone is a chain of one.
#include "migrate/checkpoint_chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace dyad {

namespace {

/// Each is open while pages are read.
constexpr std::size_t kMostFiles = 256;

/// The file with the base's id, of those that were given or where it was when `path` was written.
Result<std::string> findBase(const std::string& path, const CheckpointBase& base,
                             const std::vector<std::string>& given) {
    const std::filesystem::path folder = std::filesystem::path(path).parent_path(), recorded = base.path;
    std::vector<std::string> candidates = given;
    candidates.push_back((folder / recorded).string());
    candidates.push_back((folder / recorded.filename()).string());
    // Of those that were given each may be the base of another file; of the others the first is worth a word.
    std::optional<Error> wrong;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        auto source = FileSource::open(candidates[i]);
        auto id = source ? readCheckpointId(*source, candidates[i]) : Result<std::uint64_t>(source.error());
        if (id && *id == base.id) return candidates[i];
        if (i < given.size() || wrong) continue;
        wrong =
            id ? Error{fmt::format("'{}' builds on the checkpoint {:016x}, '{}' is the checkpoint {:016x}; name the "
                                   "right one with --base",
                                   path, base.id, candidates[i], *id)}
               : Error{fmt::format("'{}' builds on the checkpoint {:016x}: {}; name it with --base", path, base.id,
                                   id.error().message)};
    }
    return *std::move(wrong);
}

} // namespace

CheckpointBase baseFor(const std::string& path, const std::string& basePath, std::uint64_t baseId) {
    std::error_code error;
    const auto whole = [&](const std::filesystem::path& of) { return std::filesystem::weakly_canonical(of, error); };
    const auto relative =
        whole(basePath).lexically_proximate(whole(std::filesystem::absolute(path, error).parent_path()));
    return {baseId, relative.string()};
}

/// Reads and checks one file; returns what it builds on.
Result<std::optional<CheckpointBase>> CheckpointChain::add(const std::string& path, const CheckpointReader& reader,
                                                           Check check, std::vector<CheckpointIndex>& indexes) {
    auto source = FileSource::open(path);
    if (!source) return std::move(source.error());
    CheckpointReader of = reader;
    of.name = path;
    of.memory = nullptr;
    auto stored = check == Check::Everything ? readCheckpoint(*source, of) : readCheckpointStructure(*source, of);
    if (!stored) return std::move(stored.error());
    if (files_.empty()) {
        checkpoint_ = std::move(stored->state);
        id_ = stored->id;
    } else if (stored->state.arenaSize != checkpoint_.arenaSize) {
        return Error{fmt::format("'{}' cannot be used: it has an arena of {} bytes, what builds on it has {}", path,
                                 stored->state.arenaSize, checkpoint_.arenaSize)};
    }
    files_.push_back({std::move(*source), stored->index.runs()});
    indexes.push_back(std::move(stored->index));
    return std::move(stored->base);
}

Result<CheckpointChain> CheckpointChain::open(const std::string& path, const CheckpointReader& reader, Check check,
                                              const std::vector<std::string>& bases) {
    CheckpointChain chain;
    std::vector<CheckpointIndex> indexes;
    std::string next = path;
    for (;;) {
        auto base = chain.add(next, reader, check, indexes);
        if (!base) return std::move(base.error());
        if (!*base) break;
        if (chain.files_.size() == kMostFiles)
            return Error{fmt::format("'{}' cannot be used: it builds on more than {} files", path, kMostFiles - 1)};
        auto found = findBase(next, **base, bases);
        if (!found) return std::move(found.error());
        next = *std::move(found);
    }
    for (std::size_t file = indexes.size(); file-- > 0;)
        chain.pages_.overlay(indexes[file], static_cast<std::uint32_t>(file));
    return chain;
}

bool CheckpointChain::has(const struct stat& file) const {
    return std::ranges::any_of(files_, [&](const File& one) { return one.source.is(file); });
}

Result<std::span<const std::byte>> CheckpointChain::readRun(File& file, const CheckpointIndex::Run& run) {
    const std::string& name = file.source.path();
    sections_ = std::make_unique<SectionReader>(file.source, name);
    file.source.seek(run.place);
    sections_->goTo(run.place, run.number);
    auto section = sections_->read();
    if (!section) return std::move(section.error());
    const auto wrong = [&] {
        return unusableSection(name, section->type, run.number, "it is not what the index says");
    };
    if (section->type != SectionType{run.type}) return wrong();
    auto piece = pieces_.read(name, *section);
    if (!piece) return std::move(piece.error());
    if (piece->address != GuestAddress{run.address} || piece->pages.size() != run.size) return wrong();
    return piece->pages;
}

Result<void> CheckpointChain::load(GuestAddress page, const TakePages& take) {
    const std::span all(pages_.all());
    const auto address = static_cast<std::uint64_t>(page);
    const std::size_t found = pages_.find(address);
    if (found == all.size() || all[found].address != address)
        return Error{fmt::format("'{}' has no page at {:#x}", files_[0].source.path(), address)};
    const std::uint32_t fileNumber = all[found].file, runNumber = all[found].run;
    File& file = files_[fileNumber];
    const CheckpointIndex::Run& run = file.runs[runNumber];
    auto content = readRun(file, run);
    if (!content) return std::move(content.error());
    const auto counts = [&](std::size_t at) {
        return at < all.size() && all[at].file == fileNumber && all[at].run == runNumber;
    };
    for (std::size_t at = pages_.find(run.address); at < all.size() && all[at].address - run.address < run.size;) {
        if (!counts(at)) {
            ++at;
            continue;
        }
        const std::uint64_t first = all[at].address;
        std::uint64_t size = 0;
        for (; counts(at) && all[at].address == first + size; ++at, size += DYAD_PAGE_SIZE)
            if (pageChecksum(content->subspan(first - run.address + size, DYAD_PAGE_SIZE)) != all[at].checksum)
                return Error{fmt::format("'{}' is damaged: the checksum of its page at {:#x} does not match",
                                         file.source.path(), all[at].address)};
        if (auto taken = take(GuestAddress{first}, content->subspan(first - run.address, size)); !taken) return taken;
    }
    return {};
}

Result<void> CheckpointChain::loadAll(const TakePages& take) {
    std::vector<std::vector<bool>> loaded;
    for (const File& file : files_)
        loaded.emplace_back(file.runs.size());
    for (const CheckpointPages::Page& page : pages_.all()) {
        if (loaded[page.file][page.run]) continue;
        loaded[page.file][page.run] = true;
        if (auto done = load(GuestAddress{page.address}, take); !done) return done;
    }
    return {};
}

} // namespace dyad
