# dyad-c++ compiles freestanding C++20: templates, virtual calls, static construction, new with our own operator.
source "$(dirname "$0")/../lib/harness.sh"

cat >a.cc <<'CC'
extern "C" int printf(const char *, ...);
struct Shape {
    virtual int area() const = 0;
};
template <int Side> struct Square : Shape {
    int area() const override { return Side * Side; }
};
struct Counter {
    int value;
    constexpr Counter(int start) : value(start) {}
    int operator()() { return ++value; }
};
static Square<3> square;
static int computed = printf("constructed %d\n", square.area());
int main() {
    auto lambda = [counter = Counter(computed)]() mutable { return counter(); };
    const Shape *shape = &square;
    printf("%d %d\n", shape->area(), lambda());
    return 0;
}
CC
must_quietly dyad-c++ -std=c++20 -O2 -fno-exceptions -fno-rtti a.cc -o a
must dyad check a
for isa in x86_64 aarch64; do
    must dyad run --machine process --isa $isa a
    expect_stdout "$(printf 'constructed 9\n9 15')"
done
