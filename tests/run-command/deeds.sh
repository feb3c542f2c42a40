# Sourced by the tests of this folder: builds the program "deeds" (deeds.c).
must_quietly dyad-cc -O1 -g "$(dirname "${BASH_SOURCE[0]}")/deeds.c" -o deeds

# process [OPTIONS] deeds ARGUMENTS: on the host's own process machine, the fastest.
process() { dyad run --machine process "$@"; }
