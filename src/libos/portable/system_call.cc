// The system call entry: the calls' records, checks of pointers, the log of --strace, and what happens when a call ends:
// signals.
#include "system_call.h"

#include "file.h"
#include "log.h"
#include "migration.h"
#include "monitor.h"
#include "signals.h"

namespace libos {

namespace {

template <class T> struct Argument {
    static bool valid(long) { return true; }
    static T convert(long value) { return static_cast<T>(value); }
};
template <class T> constexpr size_t kPointeeSize = sizeof(T);
template <> constexpr size_t kPointeeSize<void> = 1;
template <> constexpr size_t kPointeeSize<const void> = 1;
template <> constexpr size_t kPointeeSize<const SelectMask> = 16;
template <class T> struct Argument<T*> {
    static bool valid(long value) {
        return !value || validBuffer(reinterpret_cast<const void*>(value), kPointeeSize<T>);
    }
    static T* convert(long value) { return reinterpret_cast<T*>(value); }
};

template <int... I> struct Indices {};
template <int N, int... I> struct MakeIndices : MakeIndices<N - 1, N - 1, I...> {};
template <int... I> struct MakeIndices<0, I...> {
    using Type = Indices<I...>;
};

/// Makes a function of six longs from a typed one.
template <auto F> struct Adapt;
template <class... A, long (*F)(A...)> struct Adapt<F> {
    static long call(const long* arguments) { return call(arguments, typename MakeIndices<sizeof...(A)>::Type()); }
    template <int... I> static long call([[maybe_unused]] const long* arguments, Indices<I...>) {
        if ((!Argument<A>::valid(arguments[I]) || ...)) return -L_EFAULT;
        return F(Argument<A>::convert(arguments[I])...);
    }
};

uint64_t logged[8]; ///< numbers below 512 that were reported as absent; the last bit stands for all others
bool tracing() { return machine.control->flags & DYAD_FLAG_STRACE; }

Line& operator<<(Line& line, const SystemCall& call) {
    if (call.name) return line << call.name;
    return line << "system call " << call.number;
}

/// Small values as decimal numbers, the others, most likely addresses, in hexadecimal.
void number(Line& line, long value) {
    if (value > -4096 && value < 65536)
        line << value;
    else
        line.hex(static_cast<uint64_t>(value));
}

/// Logs a call for --strace; one that does not return has no result.
[[gnu::cold]] void trace(const SystemCall& call, const long* arguments, const long* result) {
    Line line;
    line << call;
    for (int i = 0; i < 6; ++i) {
        line << (i ? ", " : "(");
        number(line, arguments[i]);
    }
    line << ")";
    if (result) {
        line << " = ";
        number(line, *result);
    }
    line.log();
}

} // namespace

void logAbsent(const SystemCall& call, const char* reason) {
    uint64_t bit = call.number >= 0 && call.number < 511 ? static_cast<uint64_t>(call.number) : 511;
    if (logged[bit / 64] >> (bit % 64) & 1) return;
    logged[bit / 64] |= 1ull << (bit % 64);
    Line line;
    line << (call.name ? "unsupported " : "unknown ");
    if (call.name)
        line << "system call " << call.name << " (" << call.number << ")";
    else
        line << call;
    if (reason) line << ": " << reason;
    line.log();
}

} // namespace libos

using namespace libos;

#define SYSTEM_CALL(number, name, function) const SystemCall __dyad_call_##name = {&Adapt<function>::call, #name, number};
#define ABSENT_CALL(number, name) const SystemCall __dyad_call_##name = {nullptr, #name, number};
#include "libos/system_calls.def"

long __dyad_call(const SystemCall* call, long a, long b, long c, long d, long e, long f) {
    InsideLibos inside;
    const long arguments[6] = {a, b, c, d, e, f};
    if (tracing() && (call == &__dyad_call_exit || call == &__dyad_call_exit_group)) trace(*call, arguments, nullptr);
    while (true) {
        long result = -L_ENOSYS;
        if (call->call)
            result = call->call(arguments);
        else
            logAbsent(*call, nullptr);
        fireTimers();
        bool restart = true;
        if (signalWaiting() || signals.restoreMask) restart = deliverSignals();
        if (result == -L_ERESTART) {
            if (restart) continue;
            result = -L_EINTR;
        }
        if (tracing()) trace(*call, arguments, &result);
        return result;
    }
}
