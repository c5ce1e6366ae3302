#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A real libvirtd with the QEMU driver that shares nothing with this machine's
# own: it has mount, process and network namespaces of its own, in which the
# directories that libvirt and virt-tune write are new and empty.  All of it,
# with every guest, ends when the command ends.
#   libvirtd.sh run COMMAND...   run COMMAND in there, exit with its status
#   libvirtd.sh restart          in there: restart the daemon; guests go on
#   libvirtd.sh start            in there: start it again after its end
# In there, $LIBVIRTD_TMP is a directory for scratch files.  What stays shared
# is the kernel: CPUs, memory and its pool of huge pages.
# Needs root, libvirtd, virsh and QEMU; exits 77 where that is not to be had.
set -eu

dirs='/etc/libvirt /var/lib/libvirt /var/cache/libvirt /var/log/libvirt
  /var/lib/virt-tune'
made=
pid_file=/run/libvirt/libvirtd.pid

skip() {
  echo "libvirtd.sh: $1" >&2
  exit 77
}

check() {
  [ "$(id -u)" = 0 ] || skip 'only root can run a libvirtd of its own.'
  for tool in libvirtd virsh unshare qemu-system-x86_64; do
    command -v "$tool" >/dev/null || skip "there is no $tool here."
  done
  unshare --mount --net --pid --fork true 2>/dev/null ||
    skip 'new namespaces are not permitted here.'
}

# A fresh tmpfs over each directory: nothing of it is ever on the disk, and
# nothing is left if this is killed, but for an empty directory.
cover() {
  mount --make-rprivate /
  # With all of /run, so that no daemon of this machine can be talked to.
  mount -t tmpfs -o mode=755 tmpfs /run
  mount -t tmpfs -o mode=755 tmpfs "$LIBVIRTD_TMP"
  for dir in $dirs; do
    [ -d "$dir" ] || { mkdir -p "$dir" && made="$dir $made"; }
    mount -t tmpfs -o mode=755 tmpfs "$dir"
  done
  mkdir -p /etc/libvirt/hooks /run/libvirt "$LIBVIRTD_TMP/hugepages"
  mount -t hugetlbfs none "$LIBVIRTD_TMP/hugepages" ||
    skip 'the kernel has no huge pages.'
}

uncover() {
  cd /
  for dir in "$LIBVIRTD_TMP" $made; do
    umount -l "$dir" || true
    rmdir "$dir"
  done
}

# Debian's daemon does not start without this user, whatever its settings say.
add_user() {
  ! id libvirt-qemu >/dev/null 2>&1 || return 0
  { cat /etc/passwd; echo 'libvirt-qemu:x:64055:64055::/:/bin/false'; } \
    >"$LIBVIRTD_TMP/passwd"
  { cat /etc/group; echo 'libvirt-qemu:x:64055:'; } >"$LIBVIRTD_TMP/group"
  mount --bind "$LIBVIRTD_TMP/passwd" /etc/passwd
  mount --bind "$LIBVIRTD_TMP/group" /etc/group
}

configure() {
  cat >/etc/libvirt/qemu.conf <<END
user = "root"
group = "root"
security_driver = "none"
cgroup_controllers = [ ]
stdio_handler = "file"
hugetlbfs_mount = "$LIBVIRTD_TMP/hugepages"
END
  cat >/etc/libvirt/libvirtd.conf <<END
auth_unix_ro = "none"
auth_unix_rw = "none"
log_outputs = "2:file:/var/log/libvirt/libvirtd.log"
END
}

start() {
  libvirtd --daemon --pid-file "$pid_file" </dev/null &&
    timeout 60 virsh -q -c qemu:///system uri >/dev/null && return
  tail /var/log/libvirt/libvirtd.log >&2
  echo 'libvirtd.sh: the daemon did not start.' >&2
  return 1
}

restart() {
  if [ -z "${LIBVIRTD_TMP-}" ] || [ ! -s "$pid_file" ]; then
    echo 'libvirtd.sh: restart is for commands of "run".' >&2
    exit 2
  fi
  pid=$(cat "$pid_file")
  kill "$pid"
  while [ -d "/proc/$pid" ]; do sleep 0.1; done
  start
}

# The first process in there: with its end the kernel ends all others.
inside() {
  trap uncover EXIT
  cover
  add_user
  configure
  start
  status=0
  "$@" || status=$?
  exit "$status"
}

action=${1-}
[ $# = 0 ] || shift
case $action in
  run)
    check
    LIBVIRTD_TMP=$(mktemp -d)
    export LIBVIRTD_TMP
    # shellcheck disable=SC2093 # the case ends here
    exec unshare --mount --net --pid --fork --kill-child --mount-proc \
      "$0" inside "$@"
    ;;
  inside | restart | start) "$action" "$@" ;;
  *)
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
    exit 2
    ;;
esac
