#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# remote.sh BUILD_DIR - another host over qemu+ssh://: a private libvirtd
# (libvirtd.sh) behind an ssh of our own that runs here what it should run
# there. Nothing of this machine's files may get into what is said of it, and
# nothing but the definition is written there.
# shellcheck source=tests/tap.sh
set -u
here=$(cd "$(dirname "$0")" && pwd)
[[ $# == 1 ]] || { echo "usage: $0 BUILD_DIR" >&2; exit 2; }
if [[ $(id -u) != 0 ]] && sudo -n true 2>/dev/null; then
  exec sudo -n "$0" "$1"
fi
[[ -n ${LIBVIRTD_TMP-} ]] ||
  exec "$here/libvirtd.sh" run "$here/${0##*/}" "$(realpath "$1")"
. "$here/tap.sh"
program=$1/virt-tune
uri=qemu+ssh://admin@far.example:2222/system
uuid=5f3c1f0a-8d5e-4c39-9d0b-0c4f6b1c8a09
mkdir "$scratch/bin"
cat >"$scratch/bin/ssh" <<END
#!/bin/sh
# ssh [OPTION...] [--] HOST COMMAND...
[ ! -e $scratch/cut ] || { echo 'no route to host' >&2; exit 255; }
echo "\$*" >>$scratch/ssh.log
echo \$\$ >$scratch/ssh.pid
while :; do
  case \$1 in -p | -e | -o | -l) shift 2 ;; --) shift; break ;; -*) shift ;;
    *) break ;; esac
done
shift
exec sh -c "\$*"
END
chmod 755 "$scratch/bin/ssh"
PATH=$scratch/bin:$PATH
virsh() { command virsh -q -c qemu:///system "$@"; }
xml() { virsh dumpxml --inactive "$uuid"; }
far() { run timeout 120 "$program" -c "$uri" "$@"; }
hooks() { find /etc/libvirt/hooks -type f; }

cat >"$scratch/far.xml" <<END
<domain type='qemu'>
  <name>far</name>
  <uuid>$uuid</uuid>
  <memory unit='MiB'>64</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <cpu mode='maximum'/>
  <devices><memballoon model='none'/></devices>
</domain>
END
virsh define "$scratch/far.xml" >/dev/null

far show host
ok "what only files tell is unknown" has "$out" \
  "unknown governor: could not look (another host)"
ok "... nor the kernel" has "$out" "Linux unknown"
ok "it says whose host it is" has "$out" \
  "The guests are on another host (far.example:2222)"
ok "ssh was asked for that host" has "$(<"$scratch/ssh.log")" "far.example"
far show cpus --json
far_cpus=$out
run "$program" show cpus --json
cpus() { grep -E '"(cpu|package|node|online)":' <<<"$1" | sort; }
ok "CPUs are told" has "$far_cpus" '"package"'
ok "... as by files" is "$(cpus "$far_cpus")" "$(cpus "$out")"
far show groups
ok "devices can be shown" [ "$status" = 0 ]

# What the program itself opens, but for what loading libraries opens.
opened() { # COMMAND...: its first process only
  rm -f "$scratch"/trace.*
  ASAN_OPTIONS=detect_leaks=0 strace -ff -o "$scratch/trace" -s 200 \
    -e trace=open,openat,openat2,readlink,readlinkat,execve "$@" \
    >/dev/null 2>&1
  for file in "$scratch"/trace.*; do
    grep -q 'execve("[^"]*/\(ssh\|sh\|virt-ssh-helper\)"' "$file" || cat "$file"
  done | grep -E '^[a-z0-9]+\(.*"/?(sys|proc|etc/libvirt/hooks)/.*= [0-9]' |
    grep -oE '"[^"]*"' | tr -d '"' | grep -E '^/?(sys|proc|etc)/' |
    grep -v '^/proc/self/' | sort -u
}
sanitizer='/proc/sys/vm/overcommit_memory|/sys/devices/system/cpu/possible'
if command -v strace >/dev/null; then
  opened virsh -c "$uri" uri >"$scratch/libraries"
  opened "$program" -c "$uri" preview far --layout keep >"$scratch/remote"
  opened "$program" -c qemu:///system preview far --layout keep \
    >"$scratch/local"
  ok "the test sees files: many are read of this machine" \
    test "$(grep -c ^sys "$scratch/local")" -gt 20
  ok "none for another host" is \
    "$(comm -23 "$scratch/remote" "$scratch/libraries" |
      grep -vxE "$sanitizer")" ""
else
  echo "# no strace: which files are opened was not looked at"
fi

printf '%s\n' dump 7 dump >"$scratch/keys.txt"
far far --script "$scratch/keys.txt"
ok "the screens name the host" has "$out" "$uri"
ok "... and that no hook gets there" has "$out" \
  "nothing: no hook is installed on far.example:2222"

before=$(xml)
far preview far --set host.isolate=on
ok "a hook is refused, and why" has "$err$out" "on another host: --root DIR"
far preview far
ok "the preview says that only the definition is written" has "$out" \
  "Only the definition is written on far.example:2222"
far apply far --yes
ok "a plan is applied" [ "$status" = 0 ]
ok "... as a record" has "$out" "Applied as record 0001."
ok "... and stored over there" has "$(xml)" "<vcpupin "
ok "no hook is written" is "$(hooks)" ""
far apply far --yes
ok "again: nothing to do" has "$out" "nothing to do"
far history far
ok "its journal knows the host" has "$out" "0001"
run "$program" -c qemu:///system history far
ok "... and a domain of the same UUID here has its own" has "$out" \
  "changed nothing"
run "$program" history
ok "all of them are listed, each with its URI" has "$out" "$uri"
virsh start far >/dev/null
far check far --seconds 1
ok "a running guest: could not look" has "$out" \
  "unknown The running guest: could not look (another host)"
ok "... so it is no proof" [ "$status" = 3 ]
virsh destroy far >/dev/null
far undo far --yes
ok "undo" [ "$status" = 0 ]
ok "... gives the definition back" is "$(xml)" "$before"
far capture -o "$scratch/far.tar"
ok "no capture of this machine in its name" has "$err" "run virt-tune capture"
ok "... at all" test ! -e "$scratch/far.tar"

# With --root: files here, and the commands that bring them there.
root="$scratch/a dir"
mkdir "$root"
far --root "$root" preview far --set host.isolate=on
ok "with --root the preview has the commands" has "$out" "ssh -p 2222 admin@far"
far --root "$root" apply far --yes --set host.isolate=on
ok "with --root: applied" [ "$status" = 0 ]
ok "... the hook's files are beneath it" test -x \
  "$root/etc/libvirt/hooks/qemu.d/50-virt-tune" -a -f \
  "$root/etc/libvirt/hooks/virt-tune/$uuid.conf"
ok "... and not on the host" is "$(hooks)" ""
chown -R 65534 "$root/etc"
bash -c "$(sed -n '/^  tar /,/ tar -C/p' <<<"$out")" >/dev/null 2>&1
ok "the command copies them, as it stands" is "$(hooks | sort)" \
  "/etc/libvirt/hooks/qemu.d/50-virt-tune
/etc/libvirt/hooks/virt-tune/$uuid.conf"
ok "... and they are root's" is \
  "$(find /etc/libvirt/hooks ! -user root)" ""
ok "... the script can be run" test -x /etc/libvirt/hooks/qemu.d/50-virt-tune
far --root "$root" undo far --yes
ok "undo names what to remove there" has "$out" \
  "rm -f /etc/libvirt/hooks/"
bash -c "$(grep ' rm -f' <<<"$out")"
ok "... and the command does" is "$(hooks)" ""
ok "... the definition is back" is "$(xml)" "$before"

# The link: never there, and lost between reading and applying.
touch "$scratch/cut"
far list
ok "no way there is a sentence" has "$err" "cannot be reached at $uri"
ok "... with what to try" has "$err" "virsh -c"
rm "$scratch/cut"
at_question() { # COMMAND...: runs it while an apply waits for its answer
  rm -f "$scratch/keys"
  mkfifo "$scratch/keys"
  script -qec "$program -c $uri apply far" /dev/null <"$scratch/keys" \
    >"$scratch/typed" 2>&1 &
  exec 3>"$scratch/keys"
  for ((n = 0; n < 300; n++)); do
    ! grep -qs 'Apply?' "$scratch/typed" || break
    sleep 0.1
  done
  "$@"
  sleep 1
  echo y >&3
  wait $!
  status=$? err=$(<"$scratch/typed")
  exec 3>&-
}
signal_tree() { # SIGNAL PID: it, and what it started
  local child
  for child in $(pgrep -P "$2"); do signal_tree "$1" "$child"; done
  kill "-$1" "$2"
}
cut() {
  touch "$scratch/cut"
  signal_tree TERM "$(<"$scratch/ssh.pid")"
}
freeze() {
  frozen=$(<"$scratch/ssh.pid")
  signal_tree STOP "$frozen"
}
at_question cut
ok "a lost link: it fails" [ "$status" = 1 ]
ok "... and says so" grep -q 'virt-tune: .*\.' "$scratch/typed"
ok "... and nothing is changed" is "$(xml)" "$before"
rm "$scratch/cut"
SECONDS=0
at_question freeze
ok "a link that is silent is opened anew" [ "$status" = 0 ]
ok "... and what was asked is done" has "$(xml)" "<vcpupin "
ok "... within a minute" [ "$SECONDS" -lt 60 ]
signal_tree CONT "$frozen" 2>/dev/null

# What was cut off there is no business of this machine's domains.
state=$(find "/var/lib/virt-tune/$uuid@"*/ -name state | sort | tail -1)
printf begun >"$state"
run "$program" -c qemu:///system repair --take-back
ok "repair here names the other host" has "$out" "a record of another host"
ok "... and leaves it" is "$(<"$state")" begun
far repair --take-back
ok "repair there" [ "$status" = 0 ]
ok "... takes it back" is "$(xml)" "$before"
finish
