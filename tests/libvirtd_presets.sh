# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# Sourced by libvirtd_test.sh: a guest starts with each preset, emulated and,
# where there is KVM, by that. What a guest cannot have here is told as skipped,
# with the reason.

# preset_domain NAME KIND: a guest for which a preset has something to change.
preset_domain() {
  cat <<END
<domain type='$2'>
  <name>$1</name>
  <memory unit='MiB'>64</memory>
  <vcpu>2</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <features><acpi/><apic/></features>
  <cpu mode='maximum'/>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <source file='$images/disk.raw'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <memballoon model='virtio'/>
  </devices>
</domain>
END
}

skipped() { # TEXT REASON
  ((++tests))
  echo "ok $tests - $1 # SKIP $2"
}

# left_out NAME: what the program says it left out of a preset, and the hints
# that it proposes where nothing of the emulator is known, and here does not.
left_out() {
  local title reason key hints='^(hyperv|clock)[a-z_.]*'
  while IFS=: read -r title reason; do
    [[ $reason ]] && skipped "preset $1: $title" "${reason# }"
  done < <(tail -n +2 "$tmp/left-out")
  while read -r key; do
    skipped "preset $1: $key" "it is not offered to guests of type $kind here."
  done < <(comm -13 <(grep -oE "$hints" "$tmp/preset.plan" | sort) \
    <(grep -oE "$hints" "$tmp/file.plan" | sort))
}

given() { # TEXT REGEX NAME: among the arguments of its QEMU
  runs "$1" grep -qzE -- "$2" "/proc/$(qemu_pid "$(v domuuid "$3")")/cmdline"
}

# preset_starts PRESET GUEST: and what the running guest has is what was shown.
preset_starts() {
  local file=$here/../data/presets/$1.preset before live key value
  preset_domain "$1" "$kind" >"$tmp/preset.xml"
  v define "$tmp/preset.xml" >/dev/null
  before=$(v dumpxml --inactive "$1")
  "$program" -c $uri plan "$1" --layout keep --preset "$file" --guest "$2" \
    -o "$tmp/preset.plan" >/dev/null 2>"$tmp/left-out"
  "$program" plan "$tmp/preset.xml" --layout keep --preset "$file" \
    --guest "$2" -o "$tmp/file.plan" >/dev/null 2>&1
  left_out "$1"
  runs "preset $1 is applied" "$program" -c $uri apply "$1" \
    --plan "$tmp/preset.plan" --yes
  has '... and changes something' "$(v dumpxml --inactive "$1")" "*<timer*"
  runs "preset $1: the guest starts" v start "$1"
  is '... and runs' "$(v domstate "$1")" running
  live=$(v dumpxml "$1")
  while read -r key value; do
    case $key=$value in
      memory.memballoon=off) has '... without a balloon' "$live" \
        "*<memballoon model='none'/>*" ;;
      hugepages=2M) is '... on huge pages' \
        "$(awk '/^(Private|Shared)_Hugetlb/ { kib += $2 } END { print kib }' \
          "/proc/$(qemu_pid "$(v domuuid "$1")")/smaps")" 65536 ;;
      clock.hpet=off) given '... without HPET' 'hpet=off|-no-hpet' "$1" ;;
      clock.hypervclock=on)
        given '... with the Hyper-V clock' hv-time=on "$1" ;;
      cpu.invtsc=on) given '... with an invariant TSC' invtsc=on "$1" ;;
      disks.io=native) given '... with native I/O' '"aio":"native"' "$1" ;;
    esac
  done < <(sed 's/ = / /' "$tmp/preset.plan")
  runs '... and is destroyed' v destroy "$1"
  runs '... and undone' "$program" -c $uri undo "$1"
  is '... to the former definition' "$(v dumpxml --inactive "$1")" "$before"
  is '... and the pool is as before' "$(<"$pool")" "$nr_before"
  v undefine "$1" >/dev/null
}

all_presets() {
  local kind
  images=$(mktemp -d /var/tmp/virt-tune-test.XXXXXX) # not on tmpfs: O_DIRECT
  truncate -s 8M "$images/disk.raw"
  # A hook that the daemon knows, so that the pages are there at the start.
  mkdir -p "${hook%/*}"
  install -m 755 "$here/../data/50-virt-tune" $hook
  runs 'the daemon sees the hook' "$here/libvirtd.sh" restart
  for kind in qemu kvm; do
    if [[ $kind == kvm && ! -w /dev/kvm ]]; then
      skipped "a guest of type $kind starts with each preset" \
        'there is no /dev/kvm, so neither host-passthrough nor the hints run.'
      continue
    fi
    preset_starts windows-gaming windows
    preset_starts linux linux
    preset_starts lowest-latency windows
    preset_starts gentle windows
  done
  rm -rf "$images" $hook
}
