// What a checkpoint says of the monitor's own state, as bytes. Specification: docs/checkpoint.md, "Monitor".
#pragma once

#include "machine/monitor.h"

#include <vector>

namespace dyad {

std::vector<std::byte> writeMonitorState(const MonitorState& state);
Result<MonitorState> readMonitorState(std::span<const std::byte> bytes);

} // namespace dyad
