// The memory file system against a model made of standard containers: thousands of random operations on files and
// names, with equal results and, at the end, equal trees. The same for the bytes of one file.
#include "fake_machine.h"

#include "libos/portable/regions.h"

#include <map>
#include <memory>
#include <random>

using namespace libos;

namespace {

class Model : public LibosTest {
  protected:
    Model() { start(); }
};

TEST_F(Model, FileContentsAgree) {
    for (unsigned seed = 0; seed < 4; ++seed) {
        std::mt19937 random(seed);
        std::string model;
        long fd = openFile("/f", L_O_RDWR | L_O_CREAT | L_O_TRUNC);
        ASSERT_GE(fd, 0);
        const std::size_t limit = seed % 2 ? 1 << 20 : 5000;
        for (int step = 0; step < 1500; ++step) {
            std::size_t offset = random() % limit, size = random() % (random() % 20 ? 300 : 100000);
            switch (random() % 6) {
            case 0:
            case 1: {
                std::string text(size, static_cast<char>('a' + step % 26));
                ASSERT_EQ(call(kPwrite64, fd, text.data(), size, offset), static_cast<long>(size));
                if (size && model.size() < offset + size) model.resize(offset + size);
                if (size) model.replace(offset, size, text);
                break;
            }
            case 2: {
                std::string got(size, '?');
                std::string expected = offset < model.size() ? model.substr(offset, size) : "";
                ASSERT_EQ(call(kPread64, fd, got.data(), size, offset), static_cast<long>(expected.size()));
                got.resize(expected.size());
                ASSERT_EQ(got, expected);
                break;
            }
            case 3:
                if (random() % 10) break;
                ASSERT_EQ(call(kFtruncate, fd, offset), 0);
                model.resize(offset);
                break;
            case 4: // punch a hole
                if (!size) break;
                ASSERT_EQ(call(kFallocate, fd, 3, offset, size), 0);
                for (std::size_t i = offset; i < offset + size && i < model.size(); ++i)
                    model[i] = 0;
                break;
            default:
                if (!size) break;
                ASSERT_EQ(call(kFallocate, fd, random() % 2, offset, size), 0); // 1: KEEP_SIZE
                LinuxStat status;
                ASSERT_EQ(call(kFstat, fd, &status), 0);
                if (status.st_size > static_cast<long>(model.size()))
                    model.resize(static_cast<std::size_t>(status.st_size));
            }
        }
        ASSERT_EQ(contentOf("/f"), model) << "seed " << seed;
        call(kClose, fd);
    }
    EXPECT_TRUE(arena.consistent());
}

/// A tree of names; files share content through the pointer, as hard links do.
struct Node {
    bool directory = false;
    std::shared_ptr<std::string> content;
    std::map<std::string, Node> entries;
};

class Tree {
  public:
    Tree() { root_.directory = true; }
    Node root_;

    /// The directory that holds the last component, or null (and what Linux says then).
    Node* parent(const std::string& path, std::string& name, long& error) {
        Node* node = &root_;
        std::size_t at = 1;
        while (true) {
            std::size_t slash = path.find('/', at);
            if (!node->directory) return error = -L_ENOTDIR, nullptr;
            if (slash == std::string::npos) break;
            auto found = node->entries.find(path.substr(at, slash - at));
            if (found == node->entries.end()) return error = -L_ENOENT, nullptr;
            node = &found->second;
            at = slash + 1;
        }
        name = path.substr(at);
        return node;
    }
};

void compare(const Node& node, const std::string& path) {
    std::vector<std::string> names = namesIn(path.empty() ? "/" : path, 300);
    std::map<std::string, int> seen;
    for (const std::string& name : names)
        ++seen[name];
    if (path.empty())
        for (const char* system : {"dev", "proc", "tmp"})
            seen.erase(system);
    ASSERT_EQ(seen.size(), node.entries.size()) << path;
    for (const auto& [name, child] : node.entries) {
        ASSERT_EQ(seen[name], 1) << path << "/" << name;
        if (child.directory)
            compare(child, path + "/" + name);
        else
            ASSERT_EQ(contentOf(path + "/" + name), *child.content);
    }
}

TEST_F(Model, TreesOfNamesAgree) {
    uint64_t before = arena.freeBytes();
    Tree tree;
    std::mt19937 random(7);
    auto randomPath = [&] {
        std::string path;
        for (unsigned depth = 1 + random() % 3; depth; --depth)
            path += "/" + std::string(1, static_cast<char>('a' + random() % 5));
        return path;
    };
    for (int step = 0; step < 20000; ++step) {
        std::string path = randomPath(), other = randomPath(), name, otherName;
        long expected = 0, result = 0;
        Node* directory = tree.parent(path, name, expected);
        Node* node = directory && directory->entries.count(name) ? &directory->entries[name] : nullptr;
        switch (random() % 5) {
        case 0: {
            std::string text = std::to_string(step);
            long fd = result = openFile(path, L_O_CREAT | L_O_TRUNC | L_O_WRONLY);
            if (fd >= 0) {
                writeText(fd, text);
                call(kClose, fd);
                result = 0;
            }
            if (!directory) break;
            if (node && node->directory)
                expected = -L_EISDIR;
            else if (node)
                *node->content = text;
            else
                directory->entries[name].content = std::make_shared<std::string>(text);
            break;
        }
        case 1:
            result = makeDirectory(path);
            if (!directory) break;
            if (node)
                expected = -L_EEXIST;
            else
                directory->entries[name].directory = true;
            break;
        case 2: {
            bool wantDirectory = random() % 2;
            result = wantDirectory ? removeDirectory(path) : removeFile(path);
            if (!directory) break;
            if (!node)
                expected = -L_ENOENT;
            else if (wantDirectory && !node->directory)
                expected = -L_ENOTDIR;
            else if (!wantDirectory && node->directory)
                expected = -L_EISDIR;
            else if (node->directory && !node->entries.empty())
                expected = -L_ENOTEMPTY;
            else
                directory->entries.erase(name);
            break;
        }
        case 3: {
            result = linkFile(path, other);
            if (!directory) break;
            if (!node) {
                expected = -L_ENOENT;
                break;
            }
            Node* target = tree.parent(other, otherName, expected);
            if (!target) break;
            if (target->entries.count(otherName))
                expected = -L_EEXIST;
            else if (node->directory)
                expected = -L_EPERM;
            else
                target->entries[otherName] = Node(*node);
            break;
        }
        default: {
            result = renameFile(path, other);
            Node* target = directory ? tree.parent(other, otherName, expected) : nullptr;
            if (!directory || !target) break;
            Node* existing = target->entries.count(otherName) ? &target->entries[otherName] : nullptr;
            if (!node)
                expected = -L_ENOENT;
            else if (node->directory && path == other)
                expected = 0;
            else if (node->directory && other.compare(0, path.size() + 1, path + "/") == 0)
                expected = -L_EINVAL;
            else if (existing == node ||
                     (existing && !existing->directory && existing->content == node->content && !node->directory))
                expected = 0;
            else if (existing && node->directory && !existing->directory)
                expected = -L_ENOTDIR;
            else if (existing && !node->directory && existing->directory)
                expected = -L_EISDIR;
            else if (existing && node->directory && !existing->entries.empty())
                expected = -L_ENOTEMPTY;
            else {
                Node moved = std::move(*node);
                directory->entries.erase(name);
                target = tree.parent(other, otherName, expected); // may have moved itself
                target->entries[otherName] = std::move(moved);
            }
        }
        }
        ASSERT_EQ(result, expected) << "step " << step << " " << path << " " << other;
        if (step % 1000 == 0) compare(tree.root_, "");
    }
    compare(tree.root_, "");
    EXPECT_TRUE(arena.consistent());
    EXPECT_GT(arena.freeBytes() + (1u << 20), before);
}

} // namespace
