#!/bin/sh
# Fetches files of one Debian package and checks them against pinned SHA-256 sums.
#
#   fetch-debian.sh KIND PACKAGE VERSION ARCH DESTINATION FILE=SHA256...
#
#   KIND         source or binary
#   ARCH         Debian architecture of a binary package (amd64, arm64), - for a source package
#   DESTINATION  folder for the files; made if missing
#   FILE=SHA256  each file wanted, by the name the archive gives it (an epoch's colon reads %3a in a binary's name)
#
# Does nothing, and needs no network, if every file is there with the right sum. Otherwise it runs apt-get with a private
# configuration: package sources of this machine (deb-src added), but indexes, cache and package status of its own below
# $DYAD_APT_STATE (default: DESTINATION/.apt). The machine's own apt state is neither read nor changed, and no
# privileges are needed. Files appear in DESTINATION whole or not at all.
set -eu

fail() {
    echo "fetch-debian: $*" >&2
    exit 1
}

[ $# -ge 6 ] || { sed -n '2,13s/^# \{0,1\}//p' "$0" >&2; exit 2; }
kind=$1 package=$2 version=$3 arch=$4 destination=$5
shift 5
case $kind in
source) arch=source type=deb-src ;;
binary) type=deb ;;
*) fail "expected source or binary, found '$kind'" ;;
esac
for file in "$@"; do
    case $file in
    */* | =* | *=) fail "expected FILE=SHA256, found '$file'" ;;
    *=*) ;;
    *) fail "expected FILE=SHA256, found '$file'" ;;
    esac
done

matches() { # path sum
    [ -f "$1" ] && [ "$(sha256sum <"$1" | cut -d' ' -f1)" = "$2" ]
}

complete() { # folder FILE=SHA256...
    folder=$1
    shift
    for file in "$@"; do
        matches "$folder/${file%%=*}" "${file#*=}" || return 1
    done
}

mkdir -p "$destination"
destination=$(cd "$destination" && pwd)
complete "$destination" "$@" && exit 0

command -v apt-get >/dev/null || fail "apt-get is not installed; put ${1%%=*} into $destination yourself"
state=${DYAD_APT_STATE:-$destination/.apt}/$arch
mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/sources"
state=$(cd "$state" && pwd)

# Parallel builds fetch several packages at once; apt wants its indexes to itself.
exec 9>"$state/lock"
flock 9
complete "$destination" "$@" && exit 0

# The machine's sources with the one type this run needs, so that only one kind of index is downloaded.
rm -f "$state"/sources/*
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ -f "$list" ] || continue
    sed -n "s/^[[:space:]]*deb\(-src\)\{0,1\}[[:space:]]/$type /p" "$list" | sort -u >"$state/sources/$(basename "$list" .list).list"
done
for list in /etc/apt/sources.list.d/*.sources; do
    [ -f "$list" ] || continue
    sed "s/^[Tt]ypes:.*/Types: $type/; /^[Aa]rchitectures:/d" "$list" >"$state/sources/$(basename "$list")"
done

: >"$state/status"
host=$(dpkg --print-architecture)
[ "$kind" = binary ] || arch=$host
cat >"$state/apt.conf" <<CONF
APT::Architecture "$arch";
#clear APT::Architectures;
APT::Architectures { "$arch"; };
APT::Sandbox::User "root";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Acquire::Languages "none";
Acquire::Retries "3";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$state/sources";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$state";
Dir::State::lists "$state/lists";
Dir::State::status "$state/status";
Dir::Cache "$state/cache";
CONF

work=$state/download.$$
mkdir "$work"
trap 'rm -rf "$work"' EXIT
cd "$work"

download() {
    if [ "$kind" = binary ]; then
        apt-get -qq -c "$state/apt.conf" download "$package:$arch=$version"
        return
    fi
    # Only the upstream archive wanted: do not ask for the rest.
    only=--tar-only
    for file in "$@"; do
        case $file in
        *.orig*.tar.*) ;;
        *) only= ;;
        esac
    done
    apt-get -qq -c "$state/apt.conf" source --download-only $only "$package=$version"
}

# Indexes from an earlier run usually still serve; fetch them anew when they do not.
if ! download "$@" >log 2>&1; then
    apt-get -qq -c "$state/apt.conf" update >log 2>&1 && download "$@" >log 2>&1 || {
        cat log >&2
        fail "cannot fetch $kind package $package $version from this machine's apt sources"
    }
fi

for file in "$@"; do
    name=${file%%=*}
    [ -f "$name" ] || fail "expected $name in $kind package $package $version, found: $(ls)"
    matches "$name" "${file#*=}" ||
        fail "$name: expected SHA-256 ${file#*=}, found $(sha256sum <"$name" | cut -d' ' -f1)"
done
for file in "$@"; do
    mv -f "$work/${file%%=*}" "$destination/"
done
