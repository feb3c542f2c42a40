// Doorbells through port 0 of a virtio console, without multiport. Specification: virtio 1.2, sections 2.7 (split
// queues), 4.2 (MMIO) and 5.3 (console); docs/abi.md, section 5.
#include "cpu.h"
#include "native.h"
#include "page_table.h"

namespace dyad::native {
namespace {

// 4.2.2, register offsets
enum Register : unsigned {
    kMagic = 0x000,
    kVersion = 0x004,
    kDeviceId = 0x008,
    kDeviceFeatures = 0x010,
    kDeviceFeaturesSelect = 0x014,
    kDriverFeatures = 0x020,
    kDriverFeaturesSelect = 0x024,
    kQueueSelect = 0x030,
    kQueueSizeMax = 0x034,
    kQueueSize = 0x038,
    kQueueReady = 0x044,
    kQueueNotify = 0x050,
    kInterruptStatus = 0x060,
    kInterruptAcknowledge = 0x064,
    kStatus = 0x070,
    kQueueDescriptors = 0x080,
    kQueueDriver = 0x090,
    kQueueDevice = 0x0a0,
};
constexpr uint32_t kMagicValue = 0x74726976, kModernVersion = 2, kConsoleId = 3;
// 2.1, device status
enum Status : uint32_t { kAcknowledge = 1, kDriver = 2, kDriverOk = 4, kFeaturesOk = 8 };
constexpr uint32_t kFeatureVersion1High = 1; // bit 32
enum { kReceive = 0, kTransmit = 1 };        // 5.3.2

// 2.7.5 to 2.7.8. Two entries are plenty: a doorbell is lost on purpose while an earlier one is under way.
constexpr unsigned kEntries = 2;
constexpr uint16_t kDescriptorWrite = 2, kNoInterrupt = 1;
struct Queue {
    struct Descriptor {
        uint64_t address;
        uint32_t size;
        uint16_t flags, next;
    } descriptors[kEntries];
    struct {
        uint16_t flags, index, ring[kEntries], usedEvent;
    } available;
    struct alignas(4) {
        volatile uint16_t flags, index;
        struct {
            uint32_t id, size;
        } ring[kEntries];
        uint16_t availableEvent;
    } used;
    uint16_t usedSeen;
    uint8_t buffer[kEntries][16];
};
alignas(64) Queue receiveQueue, transmitQueue;

uintptr_t device;
bool rung; // the interrupt handler took bytes that takeDoorbell() has not told of yet

uint32_t read(unsigned offset) { return readDevice(device + offset); }
void write(unsigned offset, uint32_t value) { writeDevice(device + offset, value); }

void writeAddress(unsigned offset, const volatile void* object) {
    uint64_t address = physicalAddress(reinterpret_cast<uintptr_t>(object));
    write(offset, static_cast<uint32_t>(address));
    write(offset + 4, address >> 32);
}

void startQueue(unsigned index, Queue& queue) {
    write(kQueueSelect, index);
    if (read(kQueueSizeMax) < kEntries) panic("virtio console: queue too small");
    write(kQueueSize, kEntries);
    writeAddress(kQueueDescriptors, &queue.descriptors);
    writeAddress(kQueueDriver, &queue.available);
    writeAddress(kQueueDevice, &queue.used);
    write(kQueueReady, 1);
}

void offer(Queue& queue, uint16_t descriptor) {
    queue.available.ring[queue.available.index % kEntries] = descriptor;
    deviceFence();
    __atomic_store_n(&queue.available.index, queue.available.index + 1, __ATOMIC_RELEASE);
    deviceFence();
}

/// Takes what the monitor sent and offers the room again: only then the next ring can interrupt.
bool takeBytes() {
    Queue& queue = receiveQueue;
    uint16_t end = __atomic_load_n(&queue.used.index, __ATOMIC_ACQUIRE);
    if (queue.usedSeen == end) return false;
    for (; queue.usedSeen != end; ++queue.usedSeen)
        offer(queue, queue.used.ring[queue.usedSeen % kEntries].id % kEntries);
    write(kQueueNotify, kReceive);
    return true;
}

} // namespace

void startDoorbell() {
    unsigned slot = 0;
    for (; slot < kVirtioSlots; ++slot) {
        device = kVirtioBase + slot * kVirtioStride;
        if (read(kMagic) == kMagicValue && read(kVersion) == kModernVersion && read(kDeviceId) == kConsoleId) break;
    }
    if (slot == kVirtioSlots) {
        device = 0;
        panic("no virtio console found; the machine needs one, with force-legacy=false");
    }
    // 3.1.1
    write(kStatus, 0);
    write(kStatus, kAcknowledge | kDriver);
    write(kDriverFeaturesSelect, 0);
    write(kDriverFeatures, 0);
    write(kDriverFeaturesSelect, 1);
    write(kDriverFeatures, kFeatureVersion1High);
    write(kStatus, kAcknowledge | kDriver | kFeaturesOk);
    if (!(read(kStatus) & kFeaturesOk)) panic("virtio console: features refused");
    for (unsigned i = 0; i < kEntries; ++i) {
        uint64_t address = physicalAddress(reinterpret_cast<uintptr_t>(&receiveQueue.buffer[i]));
        receiveQueue.descriptors[i] = {address, sizeof receiveQueue.buffer[i], kDescriptorWrite, 0};
    }
    transmitQueue.descriptors[0] = {physicalAddress(reinterpret_cast<uintptr_t>(&transmitQueue.buffer[0])), 1, 0, 0};
    transmitQueue.available.flags = kNoInterrupt;
    startQueue(kReceive, receiveQueue);
    startQueue(kTransmit, transmitQueue);
    write(kStatus, kAcknowledge | kDriver | kFeaturesOk | kDriverOk);
    for (uint16_t i = 0; i < kEntries; ++i)
        offer(receiveQueue, i);
    write(kQueueNotify, kReceive);
    enableDeviceInterrupt(slot);
}

void ringDoorbell() {
    if (!device) return; // a crash before startDoorbell(): the monitor sees the machine end
    InterruptsMasked masked;
    deviceFence();
    // A byte not yet taken from the queue reaches the monitor after what it is to find: no need for another.
    if (transmitQueue.used.index != transmitQueue.available.index) return;
    offer(transmitQueue, 0);
    write(kQueueNotify, kTransmit);
}

bool settleWithMonitor() {
    // An emulated device access: its lock is a fence on the host. On a real CPU the fence itself works.
    deviceFence();
    read(kStatus);
    return takeDoorbell();
}

bool takeDoorbell() {
    InterruptsMasked masked;
    bool before = rung;
    rung = false;
    return takeBytes() || before;
}

void acknowledgeDoorbell() {
    write(kInterruptAcknowledge, read(kInterruptStatus));
    if (takeBytes()) rung = true;
}

} // namespace dyad::native
