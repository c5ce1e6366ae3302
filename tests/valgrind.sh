#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# valgrind.sh PROGRAM HOSTS - the release build under memcheck: no error and
# no definite leak of ours.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$1 hosts=$(realpath "$2")
command -v valgrind >/dev/null || plan_skip "valgrind is not installed"
[ -x "$program" ] || plan_skip "there is no release build"
domain=$(dirname "$0")/../data/demo/win10.xml
cp "$domain" "$scratch/win10.xml"

check() {
  valgrind -q --error-exitcode=99 --leak-check=full \
    --errors-for-leak-kinds=definite --show-leak-kinds=definite "$program" "$@" \
    >"$scratch/out" 2>"$scratch/err" || {
    sed 's/^/#   /' "$scratch/err" | head -40
    false
  }
}

host=$hosts/i7-12700k
echo "Enter Enter Enter Tab Space Right e Enter Space Enter v q Enter a dump u" \
  >"$scratch/keys"
ok "show groups" check --sysroot "$host" show groups
ok "show cpus" check --sysroot "$host" show cpus
ok "preview" check --sysroot "$host" preview "$scratch/win10.xml" --format json
ok "list of the demo" check --demo list
ok "the screens, apply and undo" check --demo --script "$scratch/keys"
ok "apply a file" check --sysroot "$host" --root "$scratch/root" apply \
  "$scratch/win10.xml" --yes
ok "undo it" check --sysroot "$host" --root "$scratch/root" undo \
  "$scratch/win10.xml"
finish
