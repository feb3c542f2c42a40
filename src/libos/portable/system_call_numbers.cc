// System calls by number, for callers that know it only when they run: the C library's syscall(), and setuid() and its relatives.
// In a file, and an object, of its own: this table keeps every call in the program.
#include "system_call.h"

namespace libos {

namespace {

constexpr long kNumbers = 448;
struct Table {
    const SystemCall* calls[kNumbers] = {};
};

constexpr Table makeTable() {
    Table table;
#define SYSTEM_CALL(number, name, function) table.calls[number] = &__dyad_call_##name;
#define ABSENT_CALL(number, name) table.calls[number] = &__dyad_call_##name;
#include "libos/system_calls.def"
    return table;
}
constexpr Table kTable = makeTable();

} // namespace

} // namespace libos

using namespace libos;

long __dyad_syscall(long number, long a, long b, long c, long d, long e, long f) {
    if (number >= 0 && number < kNumbers && kTable.calls[number])
        return __dyad_call(kTable.calls[number], a, b, c, d, e, f);
    const SystemCall unknown = {nullptr, nullptr, number};
    return __dyad_call(&unknown, a, b, c, d, e, f);
}
