// The program's side of migration: what dyad/dyad.h offers, and what is done when a move ends (docs/abi.md, section 8).
#pragma once

#include "base.h"

#include "../native.h"

namespace libos {

struct MigrationState {
    bool asked;              ///< MIGRATE is unanswered
    int32_t error;           ///< the last answer
    bool insideLibos;        ///< the libOS's state may be in pieces: no function of the program can be called
    bool running;            ///< functions of dyad_on_arrival are
    uint32_t arrivals, told; ///< moves, and how many of them those functions were told of
};
extern MigrationState migration;

/// Forgets everything: a fresh start.
void initialiseMigration();
/// From MIGRATED: 0 or the errno why the program stays where it is.
void migrationAnswered(int32_t error);

/// Lives while the libOS does something for the program. What arrived meanwhile is told when it ends.
class InsideLibos {
  public:
    InsideLibos() { migration.insideLibos = true; }
    ~InsideLibos();
    InsideLibos(const InsideLibos&) = delete;
};

/// Lives while the libOS calls a function of the program, a signal's handler, which may never return.
class OutsideLibos {
  public:
    OutsideLibos() : before_(migration.insideLibos) { migration.insideLibos = false; }
    ~OutsideLibos() { migration.insideLibos = before_; }
    OutsideLibos(const OutsideLibos&) = delete;

  private:
    bool before_;
};

} // namespace libos
