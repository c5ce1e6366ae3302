#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The hook script against a made-up host: files for /sys, /proc and /run, a
# systemctl that keeps properties in files, and a kernel that answers writes as
# the real one does.  Every part, a file of tests/hook, runs in each shell that
# is here and may be somebody's /bin/sh.  Needs no root and changes nothing
# outside of a temporary directory.  Prints TAP.
#   hook_test.sh [SCRIPT [SHELL PART]]
# shellcheck disable=SC2016 # much here is for other shells to expand
set -u

here=$(cd "$(dirname "$0")" && pwd)
script=${1:-$here/../data/50-virt-tune}
[[ -f $script ]] || { echo "Bail out! There is no script $script."; exit 1; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

if [[ $# -lt 2 ]]; then
  # The slow ones first.
  for part in killed all orders script nodes display pages isolate interrupts \
    frequency devices commands sleep; do
    for shell in dash bash 'busybox sh'; do
      command -v "${shell%% *}" >/dev/null || continue
      printf '%s\0%s\0%s\0' "$script" "$shell" $part
    done
  done | xargs -0 -n 3 -P "$(nproc)" sh -c \
    '"$0" "$2" "$3" "$4" >"$1/$4 $3" || touch "$1/failed"' "$0" "$dir"
  cat "$dir"/*\ * | awk '/^1\.\./ { next }
    /^(not )?ok / { sub(/ok [0-9]+/, "ok " ++n) }
    { print }
    END { print "1.." n }'
  [[ ! -e $dir/failed ]]
  exit
fi

host=$dir/host bin=$dir/bin copy=$dir/hook
# For the made-up tools.  Not "host": the script has a variable of that name.
export TEST_DIR=$dir TEST_HOST=$host
vars=("TEST_DIR=$dir" "TEST_HOST=$host")
pool=$host/sys/kernel/mm/hugepages/hugepages-2048kB
# shellcheck disable=SC2034 # for the parts
a=aaaaaaaa-1111-2222-3333-444444444444
# shellcheck disable=SC2034
b=bbbbbbbb-1111-2222-3333-444444444444
tests=0 failed=0
shell=$2
read -ra run <<<"$shell"
# shellcheck source=tests/hook/host.sh
. "$here/hook/host.sh"
make_tools
# shellcheck disable=SC1090 # one of tests/hook
. "$here/hook/$3.sh"
for test in $(declare -F | sed -n 's/^declare -f \(test_.*\)/\1/p'); do
  "$test"
done
echo "1..$tests"
[[ $failed == 0 ]]
