# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2012,SC2016,SC2034,SC2086,SC2154
# The user's own commands.

# command WHICH LINE...: a command of the user's.
command_is() {
  local file=$host/conf/$a.$1
  shift
  printf '%s\n' '#!/bin/sh' "$@" >"$file"
  chmod 755 "$file"
}

test_commands() {
  fresh
  conf $a 'commands = yes'
  prepare $a
  release $a
  is 'none is none' "$status/$err/$(notes)" 0//
  command_is before 'echo "$# $1 $2" >"$TEST_HOST/said"; echo hello'
  command_is after 'echo "$# $1 $2" >>"$TEST_HOST/said"; exit 3'
  name='a $(b) "c"' prepare $a
  is 'the first runs before the guest' "$status/$err/$(<"$host/said")" \
    '0//2 a $(b) "c" before'
  has '... with its word in the log' "$(log)" '*before ended with 0: hello*'
  started $a
  rm "$host/conf/$a.conf"
  release $a
  is 'the other one after it, data file or not' "$status/$(<"$host/said")" \
    $'0/2 a $(b) "c" before\n2 win10 after'
  has '... and its failure is in the log' "$(log)" '*after ended with 3*'
  release $a
  is '... once' "$(wc -l <"$host/said")/$(notes)" 2/
  conf $b 'guest_cpus = 4-7'
  prepare $b
  is 'other guests have none' "$(wc -l <"$host/said")" 2
  command_is after 'echo "[$1]" >"$TEST_HOST/blanks"'
  conf $a 'commands = yes'
  name=' vm  ' prepare $a
  name=' vm  ' release $a
  is 'blanks of a name are its own' "$(<"$host/blanks")" '[ vm  ]'
  # /run is full: a file can be made there, but holds nothing.
  sed -i 's#^write() {#& case $1 in ended/*) : >"$1"; return 1 ;; esac;#' "$copy"
  prepare $a
  release $a
  is '... also where it cannot be noted' "$status/$(<"$host/blanks")" '0/[win10]'
  make_copy "$bin"
}

# ended PID SECONDS: fails if it has not ended by then; it has then.
ended() {
  local n
  for ((n = 0; n < $2 * 10; n++)); do
    kill -0 "$1" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL "$(<"$dir/pid")"
  return 1
}

test_commands_fail() {
  fresh
  conf $a 'commands = yes' 'hugepages_kib = 2048' 'hugepages_node_any = 8'
  command_is before 'echo no >&2; exit 7'
  command_is after 'echo after >>"$TEST_HOST/said"'
  prepare $a
  is 'one that fails does not fail the guest' "$status/$err" 0/
  release $a
  conf $a 'commands = yes' 'hugepages_kib = 2048' 'hugepages_node_any = 8' \
    'required = commands'
  rm "$host/said"
  prepare $a
  is '... unless it is required' "$status/$err" "1/virt-tune: Your command \
failed: $a.before ended with 7: no."
  is '... and then all is undone at once' "$(nr)/$(<"$host/said")/$(notes)" \
    0/after/
  # What it leaves running has neither our lock nor libvirt's pipe.
  command_is before 'sleep 20 & echo $! >"$TEST_HOST/child"'
  prepare $a
  release $a
  is 'a child of it holds nobody up' "$status/$(($(date +%s) - $(stat -c %Y \
    "$host/child") < 5))" 0/1
  kill "$(<"$host/child")"
  # One that does not want to end ends nevertheless.
  command_is before 'trap "" TERM; while :; do sleep 1; done'
  sed -i 's/^  timeout -k 5 60/  timeout -k 1 1/;s/^  timeout 60/  timeout 1/' \
    "$copy"
  prepare $a &
  ended $! 8
  is 'a command that ignores the end of its time' "$?" 0
  make_copy "$bin"
  release $a
  local row
  for row in '775 others than root may write ' '757 others than root may write ' \
    '644 is not executable'; do
    chmod "${row%% *}" "$host/conf/$a.before"
    prepare $a
    has "mode ${row%% *} is not run" "$status/$err" "1/*${row#* }*"
  done
  chmod 755 "$host/conf/$a.before"
  sed -i 's/^owner=.*/owner=12345/' "$copy"
  prepare $a
  has "another owner's is not run" "$status/$err" '1/*does not belong to root*'
}
