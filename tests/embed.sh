#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# embed.sh PROGRAM HOSTS [full] - the real QEMU driver, without a daemon and as
# an ordinary user (qemu:///embed): what it stores is what was previewed. With
# "full" only the options of a domain that has all of them are switched off.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$(realpath "$1") hosts=$(realpath "$2")
here=$(cd "$(dirname "$0")" && pwd)
command -v qemu-system-x86_64 >/dev/null || plan_skip "QEMU is not installed"
command -v virsh >/dev/null || plan_skip "virsh is not installed"

# The embedded driver wants an ordinary user: root becomes nobody.
if [ "$(id -u)" = 0 ]; then
  command -v setpriv >/dev/null || plan_skip "setpriv is not installed"
  cp "$program" "$scratch/virt-tune"
  cp "$here/embed_as_user.sh" "$here/embed_options.sh" \
    "$here/embed_full.sh" "$here/embed_both.sh" "$here/tap.sh" \
    "$here/../data/demo/win10.xml" \
    "$scratch"
  cp -a "$here/../data/presets" "$scratch"
  cp -a "$hosts/i7-12700k" "$scratch/host"
  cp -a "$hosts/xeon-4214-2s" "$scratch/nodes"
  chown -R 65534:65534 "$scratch"
  setpriv --reuid=65534 --regid=65534 --clear-groups \
    bash "$scratch/embed_as_user.sh" "$scratch/virt-tune" "$scratch/host" \
    "$scratch/win10.xml" "$scratch/nodes" "${3-}"
  exit
fi
exec bash "$here/embed_as_user.sh" "$program" "$hosts/i7-12700k" \
  "$here/../data/demo/win10.xml" "$hosts/xeon-4214-2s" "${3-}"
