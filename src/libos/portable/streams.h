// Standard input, output and error: streams to the monitor.
#pragma once

#include "file.h"

namespace libos {

/// Opens descriptors 0, 1 and 2 as the monitor describes them. Returns false if there is no memory.
bool initialiseStreams();
/// After a move: makes the streams what the monitor says they are now.
void refreshStreams();
/// The inode of /dev/tty, or null if no stream is a terminal.
bool haveTerminal();
long readStream(File* file, char* to, size_t size, bool mayBlock);
long writeStream(const File* file, const char* from, size_t size);
int pollStream(const File* file, bool askMonitor);
/// Asks the monitor to tell when standard input becomes readable.
void expectInput();
/// Waits for everything written to be out; returns 0 or the first error not yet told.
long syncStream(const File* file);
/// The same for whichever stream was closed last.
long closeOutput();
/// Bytes that a read would return at once.
uint32_t bufferedInput();

} // namespace libos
