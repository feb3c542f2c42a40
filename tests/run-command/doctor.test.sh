# doctor names each obstacle with its remedy: QEMU missing, too old or broken; KVM missing, forbidden, or useless.
source "$(dirname "$0")/../lib/harness.sh"

dyad=$(command -v dyad)
export XDG_CACHE_HOME=$PWD/cache
run "$dyad" doctor --json
python3 - <<'PY'
import json
found = json.load(open(".out"))
assert found["version"] == 1
names = [check["name"] for check in found["checks"]]
for name in ("kvm", "qemu-system-x86_64", "qemu-system-aarch64", "shared memory files", "seccomp"):
    assert name in names, names
for check in found["checks"]:
    assert check["state"] in ("ok", "absent", "missing") and check["found"], check
assert found["ok"] == all(found["machines"].values())
PY

fake() { # TEXT: a qemu-system-x86_64 that answers so
    mkdir -p fake
    printf '#!/bin/sh\necho "%s"\n' "$1" >fake/qemu-system-x86_64
    chmod +x fake/qemu-system-x86_64
    run env PATH="$PWD/fake:/usr/bin:/bin" "$dyad" doctor
}
fake "QEMU emulator version 5.2.0 (Debian 1:5.2)"
expect_stdout_match '!! +qemu-system-x86_64 +.*/fake/qemu-system-x86_64 is version 5.2.0'
expect_stdout_match ' +-> install version 7 or later, or use --machine process'
fake "nonsense"
expect_stdout_match '!! +qemu-system-x86_64 +.* does not say which version it is'
fake "QEMU emulator version 9.1.0"
expect_stdout_match 'ok +qemu-system-x86_64 +version 9.1.0, .*/fake/qemu-system-x86_64'
rm -r fake
run env PATH=/nonexistent "$dyad" doctor
expect_stdout_match '!! +qemu-system-x86_64 +qemu-system-x86_64 not found'
expect_stdout_match ' +-> install the package qemu-system-x86, or use --machine process'

# KVM: with a /dev of our own, where namespaces are allowed.
with_device() { # COMMANDS: what is done to /dev/kvm first
    run unshare -rm sh -c "mount -t tmpfs tmpfs /dev/shm && mkdir /dev/shm/dev && $1; exec '$dyad' doctor"
}
if unshare -rm true 2>/dev/null && [ -e /dev/kvm ]; then
    with_device "mount --bind /dev/null /dev/kvm"
    expect_stdout_match '-- +kvm +.*'
    reject_stderr_match '.'
fi
if [ ! -e /dev/kvm ]; then
    run "$dyad" doctor
    expect_stdout_match '-- +kvm +there is no /dev/kvm'
    expect_stdout_match ' +-> load the kernel module kvm_intel or kvm_amd, .*'
elif ! grep -qE '\b(vmx|svm)\b' /proc/cpuinfo && [ -w /dev/kvm ]; then
    run "$dyad" doctor
    expect_stdout_match '-- +kvm +the CPU shows neither vmx nor svm, .*'
    run "$dyad" run --accel kvm --machine qemu absent
    expect_status 125
fi
