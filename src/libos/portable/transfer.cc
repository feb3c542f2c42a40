// Copying whole trees of files in (--fs) and out (--fs-out): FILE_* frames of include/dyad/abi.h. The sender keeps
// directories before what is in them and a hard link after the name it refers to.
#include "transfer.h"

#include "log.h"
#include "mappings.h"
#include "monitor.h"
#include "paths.h"

namespace libos {

namespace {

struct ImportState {
    Inode* file;      ///< the regular file that DATA frames go to
    uint64_t written; ///< bytes of it so far
} import;

[[noreturn]] void failImport(const char* message) { __dyad_crash(DYAD_CRASH_PANIC, 0, message); }

void setAttributes(Inode* inode, const dyad_file_info& information) {
    inode->mode = (inode->mode & L_S_IFMT) | (information.mode & 07777);
    inode->modified = inode->changed = inode->accessed = information.mtime_ns;
}

/// Terminated copy of a path in a frame, on the caller's buffer.
const char* terminated(char (&buffer)[L_PATH_MAX], const char* bytes, uint64_t size) {
    if (size >= sizeof buffer) failImport("a path among the files of --fs is longer than 4095 bytes");
    memcpy(buffer, bytes, size);
    buffer[size] = 0;
    return buffer;
}

Lookup find(const char* path) {
    Lookup found;
    if (resolveWithout(L_AT_FDCWD, path, false, found) < 0) failImport("a file of --fs came before its directory");
    return found;
}

void importNode(uint32_t type, const dyad_file_info& information, const char* path, const char* target,
                uint64_t targetSize) {
    char buffer[L_PATH_MAX];
    if (!*path) return setAttributes(fileSystem.root, information);
    Lookup found = find(path);
    Inode* made = found.inode;
    // Its time came with its own frame; what is put into it now does not change it.
    Inode* directory = found.directory;
    int64_t modified = directory ? directory->modified : 0;
    long error = 0;
    switch (type) {
    case DYAD_FRAME_FILE_DIRECTORY:
        if (!made) error = makeNode(found, InodeKind::Directory, L_S_IFDIR, made);
        break;
    case DYAD_FRAME_FILE_REGULAR:
        if (!made) error = makeNode(found, InodeKind::Regular, L_S_IFREG, made);
        import = {made, 0};
        // A hole must stay one, so that only what is sent takes memory.
        if (!error && information.size > FileData::kLimit) error = -L_EFBIG;
        break;
    case DYAD_FRAME_FILE_SYMLINK:
        if (!made) error = makeNode(found, InodeKind::Symlink, L_S_IFLNK, made);
        if (!error && !setTarget(made, target, targetSize)) error = -L_ENOSPC;
        break;
    default: { // DYAD_FRAME_FILE_LINK
        Lookup original = find(terminated(buffer, target, targetSize));
        if (!original.inode || !found.directory) failImport("a hard link of --fs came before its file");
        error = addEntry(found.directory, found.name, found.nameSize, original.inode);
        break;
    }
    }
    if (error) failImport("the files of --fs do not fit into memory: give the machine more with --mem");
    if (type != DYAD_FRAME_FILE_LINK) setAttributes(made, information);
    if (directory) directory->modified = modified;
}

} // namespace

void importFrame(uint32_t type, const char* payload, uint32_t size) {
    if (type == DYAD_FRAME_FILES_END) {
        int32_t error = 0;
        if (size >= sizeof error) memcpy(&error, payload, sizeof error);
        if (error) (Line() << "copying the files of --fs ended early with error " << error).log();
        monitor.filesEnded = true;
        return;
    }
    if (type == DYAD_FRAME_FILE_DATA) {
        if (!import.file) failImport("file data without a file");
        int64_t modified = import.file->modified;
        if (import.file->data.write(payload, size, import.written) != static_cast<long>(size))
            failImport("the files of --fs do not fit into memory: give the machine more with --mem");
        import.written += size;
        import.file->modified = modified;
        return;
    }
    dyad_file_info information;
    if (size < sizeof information) failImport("a file frame is too short");
    memcpy(&information, payload, sizeof information);
    if (information.path_size > size - sizeof information) failImport("a path is longer than its frame");
    char path[L_PATH_MAX];
    terminated(path, payload + sizeof information, information.path_size);
    const char* target = payload + sizeof information + information.path_size;
    importNode(type, information, path, target, size - sizeof information - information.path_size);
}

namespace {

void sendNode(uint32_t type, const Inode* inode, const Entry* entry, uint64_t size, const char* target,
              size_t targetSize) {
    // Header, path and target in one piece: frames have room for much more.
    struct {
        dyad_file_info information;
        char text[2 * L_PATH_MAX];
    } frame;
    size_t pathSize = entry ? pathOf(entry, frame.text, L_PATH_MAX) : 0;
    if (entry && !pathSize) return (Line() << "a file whose path is longer than 4096 bytes is not copied out").log();
    if (pathSize) memmove(frame.text, frame.text + 1, --pathSize); // no leading slash
    frame.information = {inode->mode, static_cast<uint32_t>(pathSize), size, inode->modified};
    if (targetSize) memcpy(frame.text + pathSize, target, targetSize);
    transmit(type, &frame.information, sizeof frame.information, frame.text, pathSize + targetSize);
}

void sendData(Inode* inode) {
    size_t most = smaller<size_t>(frameRoom(), 16384);
    auto* buffer = static_cast<char*>(allocate(most));
    if (!buffer) return;
    for (uint64_t at = 0; at < inode->data.size;) {
        size_t part = inode->data.read(buffer, most, at);
        transmit(DYAD_FRAME_FILE_DATA, buffer, part, nullptr, 0);
        at += part;
    }
    release(buffer, most);
}

bool hasOwnContent(const Inode* directory) {
    for (Entry* entry = entryFrom(directory, 0); entry; entry = entryFrom(directory, entry->cookie + 1))
        if (!entry->inode->synthetic || (entry->inode->kind == InodeKind::Directory && hasOwnContent(entry->inode)))
            return true;
    return false;
}

void sendEntry(Entry* entry) {
    Inode* inode = entry->inode;
    switch (inode->kind) {
    case InodeKind::Regular:
        if (inode->exported) {
            char target[L_PATH_MAX];
            size_t size = pathOf(inode->exported, target, sizeof target);
            return sendNode(DYAD_FRAME_FILE_LINK, inode, entry, size - 1, target + 1, size - 1);
        }
        inode->exported = entry;
        if (inode->sharedMappings) writeBackMappings(inode, 0, UINT64_MAX);
        sendNode(DYAD_FRAME_FILE_REGULAR, inode, entry, inode->data.size, nullptr, 0);
        return sendData(inode);
    case InodeKind::Symlink:
        if (inode->synthetic) return;
        return sendNode(DYAD_FRAME_FILE_SYMLINK, inode, entry, inode->targetSize, inode->target, inode->targetSize);
    case InodeKind::Directory:
        if (inode->synthetic && !hasOwnContent(inode)) return;
        return sendNode(DYAD_FRAME_FILE_DIRECTORY, inode, entry, 0, nullptr, 0);
    default:
        return; // devices are the libOS's own
    }
}

/// The next entry in depth-first order, without recursion: directories may be nested deeply.
Entry* nextEntry(Entry* entry, const Inode* root) {
    if (entry->inode->kind == InodeKind::Directory)
        if (Entry* child = entryFrom(entry->inode, 0)) return child;
    while (true) {
        if (Entry* sibling = entryFrom(entry->directory, entry->cookie + 1)) return sibling;
        if (entry->directory == root) return nullptr;
        entry = entry->directory->entry;
    }
}

} // namespace

void exportFiles() {
    Inode* root = fileSystem.root;
    sendNode(DYAD_FRAME_FILE_DIRECTORY, root, nullptr, 0, nullptr, 0);
    for (Entry* entry = entryFrom(root, 0); entry; entry = nextEntry(entry, root))
        sendEntry(entry);
    const int32_t end[2] = {0, 0};
    transmit(DYAD_FRAME_FILES_END, end, sizeof end, nullptr, 0);
}

} // namespace libos
