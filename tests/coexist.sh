#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# coexist.sh PROGRAM HOSTS - the hook is installed beside whatever hooks somebody
# has, and leaves: every other file, link and mode is as it was, both times.
# Where VIRT_TUNE_CORPUS names a collection with hooks/facts.tsv, its trees, too.
# shellcheck disable=SC2016 # much here is for other shells to expand
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$(realpath "$1") host=$(realpath "$2")/i7-12700k
data=$(cd "$(dirname "$0")/../data" && pwd)
cd "$scratch" || exit 1
hooks=root/etc/libvirt/hooks
ours='^(qemu.d/50-virt-tune|virt-tune|virt-tune/.*) '

# put PATH MODE TEXT: a file of somebody's beneath the hooks.
put() {
  mkdir -p "$(dirname "$hooks/$1")"
  printf '%b' "$3" >"$hooks/$1"
  chmod "$2" "$hooks/$1"
}

# Every file, directory and link: name, mode, and what is in it.
listing() {
  (cd $hooks 2>/dev/null && find . -mindepth 1 -printf '%P %M %l ' \
    \( -type f -exec sha256sum {} \; -o -printf '\n' \)) | sort
}

# beside TEXT: apply, look, undo, look.
beside() {
  local before
  before=$(listing)
  cp "$data/demo/win10.xml" w.xml
  run "$program" --sysroot "$host" --root root apply ./w.xml --yes
  ok "$1: apply" is "$status" 0
  ok "... the hook is there" cmp -s $hooks/qemu.d/50-virt-tune \
    "$data/50-virt-tune"
  # Its own directory may have come with it.
  ok "... and nothing else changed" is \
    "$(listing | grep -vE "$ours" | grep -vE '^qemu\.d d')" \
    "$(grep -vE '^qemu\.d d' <<<"$before")"
  run "$program" --sysroot "$host" --root root undo ./w.xml
  ok "... undo" is "$status" 0
  ok "... and all is as before" is "$(listing)" "$before"
  rm -rf root w.xml
}

dispatcher='#!/bin/bash\nfor f in "/etc/libvirt/hooks/qemu.d/$1/$2/$3"/*; do\n'
mkdir -p $hooks
beside 'no hooks'
put qemu 755 "$dispatcher  \"\$f\" \"\$@\"\ndone\n"
put qemu.d/win10/prepare/begin/start.sh 755 '#!/bin/bash\nvirsh list\n'
put qemu.d/win10/release/end/revert.sh 644 'echo\n'
put kvm.conf 644 'VIRSH_GPU_VIDEO=pci_0000_01_00_0\n'
beside 'the tree of VFIO-Tools'
put qemu 755 '#!/usr/bin/python2\nimport os\n'
beside 'a dispatcher in Python'
put qemu 755 '#!/bin/sh\r\nexit 0\r\n'
put network 755 '#!/bin/sh\n'
put lxc 755 '#!/bin/sh\n'
put daemon 644 ''
beside 'CRLF, and hooks of other daemons'
put qemu 644 'not executable, and without a first line that says more'
beside 'a hook that never runs'
mkdir -p $hooks root/usr/share/hooks
ln -s ../../../usr/share/hooks/qemu $hooks/qemu
ln -s /nowhere $hooks/network
put qemu.d/10-mine 755 '#!/bin/sh\n'
put qemu.d/50-virt-tune.bak 755 '#!/bin/sh\n'
put qemu.d/99-last 600 '\xff\x00'
mkdir -p "$hooks/qemu.d/a name with \"blanks\"/started/begin"
beside 'links, others in qemu.d, odd names'

facts=${VIRT_TUNE_CORPUS:-}/hooks/facts.tsv
for archive in $(tail -n +2 "$facts" 2>/dev/null | cut -f1 | sort -u); do
  while IFS=$'\t' read -r of path mode _ sha shebang eol _; do
    [ "$of" = "$archive" ] || continue
    end='\n'
    [ "$eol" != crlf ] || end='\r\n'
    put "$path" "${mode: -3}" "${shebang/#-/}$end$sha$end"
  done <"$facts"
  beside "$archive"
done
finish
