# A build through ccache links, and the second one comes from the cache.
source "$(dirname "$0")/../lib/harness.sh"
need ccache

export CCACHE_DIR=$PWD/cache CCACHE_COMPILERTYPE=clang CCACHE_NOHASHDIR=1
echo 'int f(void) { return 0; }' >f.c
echo 'int f(void); int main(void) { return f(); }' >main.c
for turn in 1 2; do
    rm -f ./*.o main
    must_quietly ccache dyad-cc -O2 -g -MMD -c f.c -o f.o
    must_quietly ccache dyad-cc -O2 -g -MMD -c main.c -o main.o
    must_quietly dyad-cc f.o main.o -o main
    must dyad run --machine process main
done
ccache --print-stats >stats
[ "$(awk '$1 == "direct_cache_hit" || $1 == "preprocessed_cache_hit" { n += $2 } END { print n }' stats)" = 2 ] ||
    fail "expected two hits: $(grep hit stats | tr '\n' ' ')"
