// Garbage collection over both halves at once: a common section that one half can reach lives in both, so that both
// halves keep the same units. lld's own collection would decide for each half alone.
#include "layout/context.h"
#include "layout/eh_frame.h"

#include <elf.h>
#include <map>

namespace dyad::layout {

namespace {

constexpr std::uint64_t kShfGnuRetain = 1u << 21;

class Marker {
  public:
    explicit Marker(Context &context) : context_(context) {}

    void run() {
        for (Half &half : context_.halves)
            prepare(half);
        for (Half &half : context_.halves)
            addRoots(half);
        while (!work_.empty()) {
            const auto [half, place] = work_.back();
            work_.pop_back();
            follow(*half, place);
        }
    }

  private:
    struct Item {
        Half *half;
        SectionRef place;
    };
    using Needs = std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<SectionRef>>;

    void prepare(Half &half) {
        for (std::uint32_t o = 0; o < half.objects.size(); ++o) {
            Object &object = half.objects[o];
            if (object.role == ObjectFile::Role::Portable) needPrivateText(half, o);
            for (std::uint32_t s = 1; s < object.sections.size(); ++s) {
                Section &section = object.sections[s];
                if (section.discarded || !section.live) continue;
                if (section.flags & SHF_ALLOC) section.live = section.sectionClass == SectionClass::EhFrame;
                if (section.flags & SHF_LINK_ORDER && section.link) need(half, {o, section.link}, {o, s});
                if (section.sectionClass == SectionClass::EhFrame) readUnwind(half, o, section);
                if (isCIdentifier(section.name)) userSections_[index(half.isa)][section.name].push_back({o, s});
            }
        }
    }

    /// A function needs what resumes it, although it does not refer to it.
    void needPrivateText(const Half &half, std::uint32_t o) {
        const Object &object = half.objects[o];
        std::map<std::string_view, SectionRef> resumed;
        for (std::uint32_t s = 1; s < object.sections.size(); ++s)
            if (object.sections[s].privateText)
                resumed.emplace(object.sections[s].name.substr(kPrivateText.size()), SectionRef{o, s});
        if (resumed.empty()) return;
        for (std::uint32_t s = 1; s < object.sections.size(); ++s)
            if (object.sections[s].kind == Kind::Text)
                for (std::uint32_t symbol : object.sections[s].symbols)
                    if (const auto found = resumed.find(object.symbols[symbol].name); found != resumed.end())
                        need(half, {o, s}, found->second);
    }

    void readUnwind(Half &half, std::uint32_t o, const Section &section) {
        auto edges = readUnwindEdges(half.objects[o], section);
        if (!edges) {
            context_.error(edges.error().message);
            return;
        }
        for (const UnwindEdge &edge : *edges) {
            Definition function, needed;
            if (!findDefinition(half, o, edge.function, function)) continue;
            for (std::uint32_t symbol : edge.needed)
                if (findDefinition(half, o, symbol, needed)) need(half, function.place, needed.place);
        }
    }

    void need(const Half &half, SectionRef user, SectionRef needed) {
        needs_[index(half.isa)][{user.object, user.section}].push_back(needed);
    }

    void addRoots(Half &half) {
        for (std::uint32_t o = 0; o < half.objects.size(); ++o) {
            const Object &object = half.objects[o];
            for (std::uint32_t s = 1; s < object.sections.size(); ++s) {
                const Section &section = object.sections[s];
                if (!(section.flags & SHF_ALLOC) || section.sectionClass == SectionClass::EhFrame ||
                    section.sectionClass == SectionClass::LinkOnly)
                    continue;
                const bool table = section.sectionClass == SectionClass::Metadata &&
                                   !(section.flags & SHF_LINK_ORDER) && !section.name.starts_with(".gcc_except_table");
                if (object.role == ObjectFile::Role::Private || section.flags & kShfGnuRetain || table ||
                    section.sectionClass == SectionClass::InitArray || section.sectionClass == SectionClass::Note)
                    mark(half, {o, s});
            }
        }
        for (const std::string &root : context_.roots)
            markName(half, root);
    }

    void markName(Half &half, std::string_view name) {
        if (auto position = half.globals.find(name); position != half.globals.end()) {
            mark(half, position->second.place);
            return;
        }
        for (std::string_view prefix : {"__start_", "__stop_"})
            if (name.starts_with(prefix)) {
                const auto &sections = userSections_[index(half.isa)];
                if (auto found = sections.find(name.substr(prefix.size())); found != sections.end())
                    for (SectionRef place : found->second)
                        mark(half, place);
            }
    }

    void mark(Half &half, SectionRef place) {
        Section &section = half.section(place);
        if (section.live || section.discarded || !(section.flags & SHF_ALLOC)) return;
        section.live = true;
        work_.push_back({&half, place});
        if (!section.common) return;
        Half &opposite = context_.halves[index(other(half.isa))];
        mark(opposite, context_.units[section.unit].place[index(opposite.isa)]);
    }

    void follow(Half &half, SectionRef place) {
        const Section &section = half.section(place);
        for (const Relocation &relocation : section.relocations) {
            const Symbol &symbol = half.objects[place.object].symbols[relocation.symbol];
            Definition definition;
            if (symbol.isGlobal())
                markName(half, symbol.name);
            else if (findDefinition(half, place.object, relocation.symbol, definition))
                mark(half, definition.place);
        }
        const Needs &needs = needs_[index(half.isa)];
        if (auto found = needs.find({place.object, place.section}); found != needs.end())
            for (SectionRef needed : found->second)
                mark(half, needed);
    }

    Context &context_;
    std::vector<Item> work_;
    std::array<Needs, 2> needs_;
    std::array<std::map<std::string_view, std::vector<SectionRef>>, 2> userSections_;
};

} // namespace

void markLive(Context &context) {
    if (context.gcSections) Marker(context).run();
}

} // namespace dyad::layout
