#include "commands.h"
namespace dyad {
Action setupDoctor(CLI::App &) {
    return [] { return 0; };
}
} // namespace dyad
