# Lua's own test suite. Neither upstream's archive nor Debian's source package of Lua 5.4 holds it, and no other Debian source
# package was found that does, so it cannot be fetched by checksum as the programs are.
source "$(dirname "$0")/../lib/harness.sh"
skip "the official test suite of Lua 5.4 is in no Debian source package that we know; scripts of our own run in lua"
