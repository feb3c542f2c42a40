// Reads pair images and checks all that readers rely on. Order matters: a truncated or damaged file is reported as such
// before its content is interpreted.
#include "image/pair_image.h"

#include "image/checksum.h"
#include "image/manifest.h"
#include "image/segments.h"

#include <dyad/abi.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dyad {

struct PairImage::State {
    std::string path;
    void *mapping = nullptr;
    std::span<const std::byte> file;
    Manifest manifest;
    std::array<std::span<const std::byte>, 2> elf;
    std::array<HalfElf, 2> halves;
    std::optional<SiteTable> sites;

    ~State() {
        if (mapping) munmap(mapping, file.size());
    }

    Result<void> map();
    Result<void> checkWhole() const;
    Result<void> readParts();
    Result<void> checkParts() const;

    template <class... Args> Error bad(fmt::format_string<Args...> format, Args &&...args) const {
        return Error{fmt::format("'{}' ", path) + fmt::format(format, std::forward<Args>(args)...)};
    }
};

Result<void> PairImage::State::map() {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return Error{fmt::format("cannot open '{}': {}", path, std::strerror(errno))};
    struct stat status {};
    const bool known = fstat(fd, &status) == 0;
    if (known && S_ISREG(status.st_mode) && status.st_size > 0) {
        void *address = mmap(nullptr, static_cast<std::size_t>(status.st_size), PROT_READ, MAP_PRIVATE, fd, 0);
        if (address != MAP_FAILED) {
            mapping = address;
            file = {static_cast<const std::byte *>(address), static_cast<std::size_t>(status.st_size)};
        }
    }
    const int error = errno;
    close(fd);
    if (mapping) return {};
    if (known && !S_ISREG(status.st_mode)) return bad("is not a pair image: expected a regular file");
    if (known && status.st_size == 0) return bad("is not a pair image: the file is empty");
    return Error{fmt::format("cannot read '{}': {}", path, std::strerror(error))};
}

// Is it an image at all, all of it, and as it was written?
Result<void> PairImage::State::checkWhole() const {
    Elf64_Ehdr header{};
    if (file.size() < SELFMAG || std::memcmp(file.data(), ELFMAG, SELFMAG) != 0)
        return bad("is not a pair image: expected an ELF file");
    if (file.size() < sizeof header)
        return bad("is truncated: expected at least {} bytes, found {}", sizeof header, file.size());
    std::memcpy(&header, file.data(), sizeof header);
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
        header.e_machine != EM_X86_64 || header.e_type != ET_EXEC)
        return bad("is not a pair image: expected an executable for x86_64, found ELF type {} for machine {}",
                   header.e_type, header.e_machine);
    // The section headers are the last thing in the file.
    const std::uint64_t tail = std::uint64_t{header.e_shnum} * sizeof(Elf64_Shdr);
    if (header.e_shoff > file.size() || tail > file.size() - header.e_shoff)
        return bad("is truncated: expected at least {} bytes, found {}", header.e_shoff + tail, file.size());
    const auto stored = findSectionBytes(file, kChecksumSection);
    if (!stored) return bad("is not a pair image: it has no section '{}'", kChecksumSection);
    if (stored->size() != sizeof(Checksum)) return bad("is damaged: its checksum has {} bytes", stored->size());
    const Checksum expected = checksumWithHole(file, static_cast<std::uint64_t>(stored->data() - file.data()));
    if (!std::ranges::equal(expected, *stored)) return bad("is damaged: its checksum does not match its content");
    return {};
}

Result<void> PairImage::State::readParts() {
    const auto text = findSectionBytes(file, kManifestSection);
    if (!text) return bad("is not a pair image: it has no section '{}'", kManifestSection);
    auto read = readManifest({reinterpret_cast<const char *>(text->data()), text->size()});
    if (!read) return bad("cannot be used: {}", read.error().message);
    manifest = *std::move(read);

    const auto embedded = findSectionBytes(file, kAArch64Section);
    if (!embedded) return bad("is not a pair image: it has no section '{}'", kAArch64Section);
    elf = {file, *embedded};
    for (Isa isa : kIsas) {
        auto half = readHalfElf(elf[static_cast<std::size_t>(isa)], isa);
        if (!half) return bad("is damaged: {}", half.error().message);
        halves[static_cast<std::size_t>(isa)] = *std::move(half);
    }

    if (const auto bytes = findSectionBytes(file, kSitesSection)) {
        auto table = SiteTable::open(*bytes);
        if (!table) return bad("cannot be used: {}", table.error().message);
        sites = *table;
    }
    return {};
}

Result<void> PairImage::State::checkParts() const {
    if (manifest.imageEnd % DYAD_PAGE_SIZE || manifest.imageEnd > DYAD_IMAGE_LIMIT)
        return bad("is damaged: its end {:#x} is not a page boundary below {:#x}", manifest.imageEnd,
                   std::uint64_t{DYAD_IMAGE_LIMIT});
    if (manifest.commonEnd < DYAD_COMMON_BASE || manifest.commonEnd > manifest.imageEnd)
        return bad("is damaged: its common window ends at {:#x}", manifest.commonEnd);
    for (Isa isa : kIsas)
        for (const Segment &segment : halves[static_cast<std::size_t>(isa)].segments)
            if (segment.address + segment.memorySize > manifest.imageEnd)
                return bad("is damaged: the {} half reaches past the image's end {:#x}", name(isa), manifest.imageEnd);
    const std::string id = pairId(halves[0], halves[1], sites ? sites->bytes() : std::span<const std::byte>());
    if (id != manifest.id)
        return bad("is damaged: expected the pair id {}, found content with {}", manifest.id, id);
    return {};
}

Result<PairImage> PairImage::open(const std::string &path) {
    auto state = std::make_unique<State>();
    state->path = path;
    if (Result<void> result = state->map(); !result) return std::move(result.error());
    if (Result<void> result = state->checkWhole(); !result) return std::move(result.error());
    if (Result<void> result = state->readParts(); !result) return std::move(result.error());
    if (Result<void> result = state->checkParts(); !result) return std::move(result.error());
    return PairImage(std::move(state));
}

PairImage::PairImage(std::unique_ptr<State> state) : state_(std::move(state)) {}
PairImage::PairImage(PairImage &&) noexcept = default;
PairImage &PairImage::operator=(PairImage &&) noexcept = default;
PairImage::~PairImage() = default;

const Manifest &PairImage::manifest() const {
    return state_->manifest;
}
std::span<const std::byte> PairImage::elf(Isa isa) const {
    return state_->elf[static_cast<std::size_t>(isa)];
}
const std::vector<Segment> &PairImage::segments(Isa isa) const {
    return state_->halves[static_cast<std::size_t>(isa)].segments;
}
std::uint64_t PairImage::entry(Isa isa) const {
    return state_->halves[static_cast<std::size_t>(isa)].entry;
}
const std::optional<SiteTable> &PairImage::sites() const {
    return state_->sites;
}
Result<std::optional<SiteNotes>> PairImage::siteNotes() const {
    const auto bytes = findSectionBytes(state_->file, kNotesSection);
    if (!bytes || !state_->sites) return std::optional<SiteNotes>();
    auto notes = readSiteNotes({reinterpret_cast<const char *>(bytes->data()), bytes->size()}, state_->sites->siteCount());
    if (!notes) return std::move(notes.error());
    return std::optional<SiteNotes>(*std::move(notes));
}
const std::string &PairImage::path() const {
    return state_->path;
}

} // namespace dyad
