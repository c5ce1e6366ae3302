#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# capture.sh PROGRAM HOSTS - a capture, unpacked, shows what the host showed,
# and tells nobody whose it is: of the secrets that are planted in a host, at
# the places where they stand on real ones, none is in it.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$(realpath "$1") hosts=$(realpath "$2")
data=$(cd "$(dirname "$0")/../data" && pwd)
cd "$scratch" || exit 1
vt() { run "$program" "$@"; }

# capture NAME ROOT WORDS...: makes NAME.tar and the directory NAME of it.
capture() {
  local name=$1 root=$2
  shift 2
  rm -rf "$name" "$name.tar" && mkdir "$name"
  vt --sysroot "$root" capture -o "$name.tar" "$@"
  ok "$name: captured" is "$status" 0
  ok "$name: tar reads it" tar -xf "$name.tar" -C "$name"
}
same() { # TEXT ROOT COPY WORDS...
  local text=$1 root=$2 copy=$3
  shift 3
  vt --sysroot "$root" "$@"
  cp out first && cp err first.err
  vt --sysroot "$copy" "$@"
  ok "$text: $1 ${2##*/} is the same" cmp first out
  [ -s first ] || ok "$text: $1 says something" false
}

for host in i7-12700k xeon-4214-2s ryzen-7950x3d i5-6500-noiommu; do
  capture "$host" "$hosts/$host"
  same "$host" "$hosts/$host" "$host" show groups
  same "$host" "$hosts/$host" "$host" show cpus
  same "$host" "$hosts/$host" "$host" show host
  same "$host" "$hosts/$host" "$host" check "$data/demo/win10.xml" --seconds 0
done

# Secrets, where real hosts have them.
cp -a "$hosts/i7-12700k" host
sed 's/<name>win10/<name>zebraguest/; s|/var/lib/libvirt|/home/zebrauser|
  s|</devices>|<interface type="user"><mac address="52:54:00:7e:b2:a1"/></interface>&|
  ' "$data/demo/win10.xml" >zebra.xml
uuid=$(sed -n 's/.*<uuid>\(.*\)<.uuid>.*/\1/p' zebra.xml)
mkdir -p host/etc host/proc/sys/kernel host/proc/self host/proc/77/fd
echo zebrahost.zebranet.example >host/etc/hostname
echo zebrahost >host/proc/sys/kernel/hostname
{ # she is the last of many
  for ((i = 0; i < 400; i++)); do echo "u$i:x:$((2000 + i)):2000::/:/bin/sh"; done
  echo 'zebrauser:x:1000:1000:Zebra Person:/home/zebrauser:/bin/sh'
} >host/etc/passwd
echo "root=UUID=7eb2a17e-b2a1-4eb2-87eb-b2a17eb2a17e ip=10.77.66.55 \
zebra.host=zebrahost quiet" >host/proc/cmdline
printf 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n' \
  >host/proc/net/route
printf 'enx7eb2a17eb2a1\t00000000\t37424D0A\t0003\t0\t0\t100\t00000000\n' \
  >>host/proc/net/route
echo '40 1 0:40 / /home/zebrauser rw - nfs 10.77.66.55:/zebrauser rw' \
  >>host/proc/self/mountinfo
printf 'SSH_CONNECTION=10.77.66.55 4444 10.77.66.54 22\0' \
  >host/proc/self/environ
pci=$(find host/sys/devices -path '*/0000:00:1f.3' -type d | head -1)
echo SERIAL-7EB2A1 >"$pci/serial"
printf 'HID_UNIQ=7e:b2:a1:7e:b2:a1\n' >"$pci/uevent"
mkdir -p "$pci/net/enx7eb2a17eb2a1" host/sys/class/net
echo 7e:b2:a1:7e:b2:a1 >"$pci/net/enx7eb2a17eb2a1/address"
ln -s "../../${pci#host/sys/}/net/enx7eb2a17eb2a1" \
  host/sys/class/net/enx7eb2a17eb2a1
head -c 256 /dev/zero >"$pci/config.new"
# A Device Serial Number: capability 3, version 1, nothing after it.
printf '\003\000\001\000SERIAL7E' >>"$pci/config.new"
dd if="$pci/config" of="$pci/config.new" conv=notrunc bs=256 count=1 2>/dev/null
mv "$pci/config.new" "$pci/config"
mkdir -p host/etc/modprobe.d
echo 'options x mac=7e:b2:a1:7e:b2:a1 # by zebrauser@zebrahost' \
  >host/etc/modprobe.d/zebra.conf
mkdir -p host/dev/disk/by-id \
  host/sys/fs/btrfs/7eb2a17e-b2a1-4eb2-87eb-b2a17eb2a17e/devices
: >host/dev/disk/by-id/nvme-Zebra_SERIAL-7EB2A1
echo zebraprogram >host/proc/77/comm
ln -s /dev/dri/card0 host/proc/77/fd/3
ln -s /home/zebrauser/secret host/proc/77/fd/4
printf 'zebraprogram\0--password=zebra\0' >host/proc/77/cmdline

# What disks are members of, as udev and ZFS know it.
cp -a "$hosts/i7-12700k" member
number=$(<member/sys/class/block/nvme1n1/dev)
mkdir -p member/run/udev/data member/proc/fs/jbd2/nvme1n1 \
  member/proc/spl/kstat/zfs/tank
same "no member" "$hosts/i7-12700k" i7-12700k show groups
printf 'S:disk/by-id/x-SERIAL-7EB2A1\nE:ID_SERIAL=SERIAL-7EB2A1\n%s\n%s\n' \
  E:ID_FS_TYPE=LVM2_member E:ID_FS_LABEL=zebranet \
  >"member/run/udev/data/b$number"
capture lvm member
same "a volume group" member lvm show groups
ok "a journal elsewhere is there" has "$(<out)" "the journal of a file system"
rm -r member/proc/fs/jbd2
capture lvm member
same "a volume group, unused" member lvm show groups
ok "it is said" has "$(<out)" "an LVM volume group that is not in use"
ok "and nothing else of the disk" lacks "$(cat lvm/run/udev/data/*)" SERIAL
ok "nor its label" lacks "$(cat lvm/run/udev/data/*)" zebranet
echo 1 >member/proc/spl/kstat/zfs/tank/txgs
printf 'E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=tank\n' \
  >"member/run/udev/data/b$number"
capture zfs member
same "a ZFS pool" member zfs show groups
ok "it is said" has "$(<out)" "the ZFS pool tank"

leaks() { # DIRECTORY: what of the secrets is in names or bytes
  { find "$1" -printf '%P %l\n' && find "$1" -type f -exec cat {} +; } |
    grep -aoiE \
      "zebra(host|user|net|guest)|7eb2a1|7e:b2:a1|10\.77\.66|37424D0A|SERIAL7E|password|$uuid" |
    sort -u | tr '\n' ' '
}
capture clean host ./zebra.xml
ok "nothing of it tells whose it is" is "$(leaks clean)" ""
ok "the domain is in it" grep -q '<domain' clean/domain.xml
vt --sysroot clean check clean/domain.xml --seconds 0
ok "and can be read" has "$out" "The stored definition"
vt --sysroot clean show groups
ok "who has a device open is in it" has "$out" zebraprogram
capture named host ./zebra.xml --with-names
ok "with --with-names all of that is there" \
  has "$(leaks named)" "10.77.66 37424D0A"
for secret in zebrahost zebraguest 7e:b2:a1 SERIAL7E "$uuid"; do
  ok "as $secret" has "$(leaks named)" "$secret"
done

vt --sysroot host capture -o clean.tar
ok "a file that is there is not written over" is "$status" 1
vt --sysroot host capture
ok "it wants a file" is "$status" 2
vt --sysroot host --read-only capture -o no.tar
ok "a read-only session writes none" is "$status" 3
ok "nor a part of one" test ! -e no.tar
finish
