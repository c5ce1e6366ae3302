# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2012,SC2016,SC2034,SC2086,SC2154
# The script itself: other domains and operations, names, bad data, the lock, the
# log.

test_file() {
  is 'the script is executable' "$(stat -c %A "$script" | cut -c 4)" x
  is 'its first line' "$(head -n 1 "$script")" '#!/bin/sh'
}

test_quiet() {
  local op
  fresh
  # Nothing but cat can be run here, so nothing else was.
  make_copy "$dir/bare"
  conf $a 'guest_cpus = 4-7'
  for op in 'stopped end' 'start begin' 'migrate begin' 'restore begin' \
    'attach begin' 'prepare end' 'release begin' 'new-one begin' ' '; do
    hook $a "${op% *}" "${op#* }"
    is "operation '$op' is left alone" \
      "$status/$out/$err/$(ls "$host/run")" 0///systemd
  done
  for op in 'prepare begin' 'started begin' 'reconnect begin' 'release end'; do
    hook $b "${op% *}" "${op#* }"
    is "$op of a domain without a data file is left alone" \
      "$status/$out/$err/$(ls "$host/run")" 0///systemd
  done
  make_copy "$bin"
  printf 'Uid:\t%s\t%s\n' 0 1000 >"$host/proc/self/status"
  started $a
  is 'an ordinary user changes nothing' \
    "$status/$out/$err/$(ls "$host/run")/$(<"$host/calls")" 0///systemd/
  release $a
  is 'a release of what was never prepared' "$status/$out/$err/$(cpus)" 0/////
  is 'it calls systemctl for nothing' "$(<"$host/calls")" ''
}

test_stdin() {
  fresh
  conf $a 'guest_cpus = 4-7'
  # More than a pipe holds: a writer that is not read to the end gets SIGPIPE.
  { xml $a; head -c 300000 /dev/zero | tr '\0' 'x'; } |
    env -i "${vars[@]}" "${run[@]}" "$copy" vm restore begin -
  is 'all of stdin is read (ignored operation)' "${PIPESTATUS[*]}" '0 0'
  { xml $b; head -c 300000 /dev/zero | tr '\0' 'x'; } |
    env -i "${vars[@]}" "${run[@]}" "$copy" vm prepare begin -
  is 'all of stdin is read (no data file)' "${PIPESTATUS[*]}" '0 0'
  { xml $a; head -c 300000 /dev/zero | tr '\0' 'x'; } |
    env -i "${vars[@]}" "${run[@]}" "$copy" vm started begin -
  is 'all of stdin is read (data file)' "${PIPESTATUS[*]}" '0 0'
  local bad
  for bad in '' ../../conf "$a/../$a" "${a%?}" "${a}4" "${a^^}" \
    aaaaaaaa-1111-2222-3333-44444444444g -------------------------------------
  do
    fresh
    conf $a 'guest_cpus = 4-7'
    mkdir -p "$host/conf/..conf"
    hook "$bad" started begin
    is "'$bad' is no UUID" "$status/$err/$(cpus)" '0////'
  done
  fresh
  env -i "${run[@]}" "$copy" vm started begin - </dev/null >/dev/null 2>&1
  is 'no XML at all' $? 0
  env -i "${run[@]}" "$copy" vm started begin - <&- >/dev/null 2>&1
  is 'no stdin at all' $? 0
  env -i "${run[@]}" "$copy" </dev/null >/dev/null 2>&1
  is 'no arguments at all' $? 0
}

test_names() {
  local name all
  for name in '$(touch pwned); rm -rf "/"' '-x' '`touch pwned`' '%s%n\n' \
    $'two\nlines \e[31m\x80' "it's" '*' '-n -e'; do
    fresh
    conf $a 'guest_cpus = 4-7' 'hugepages_kib = 2048' 'hugepages_node_any = 8'
    prepare $a
    all=$status$err
    started $a
    all+=$status$err/$(cpus)/$(nr)
    release $a
    is "a domain of name $(printf %q "$name")" \
      "$all/$status$err/$(nr)" '00/0-3 8-15/0-3 8-15/0-3 8-15/8/0/0'
    is '... makes whole, printable lines' \
      "$(log | LC_ALL=C grep -cvE "^[-0-9]+ [:0-9]+ $a \"[ -~]*\" [a-z]+: ")" 0
  done
  name='a $(b) "c"' && prepare $a && release $a
  has 'the name is in the log, but for its quotes' "$(log)" \
    '* "a $(b) ?c?" hugepages: *'
  is 'nothing was executed' \
    "$(find / "$dir" -maxdepth 2 -name pwned 2>/dev/null)" ''
}

test_malformed() {
  local value
  for value in '' 4-7x '4-7 # four' 7-4 4,,5  ,4 '4,' - 4- -4 4--7 0x4 4-7-9 \
    4-99999999 "\$(id)" 99999 $'4-7\r'; do
    fresh
    conf $a "guest_cpus = $value"
    started $a
    is "guest_cpus = $(printf %q "$value") is skipped" \
      "$status/$err/$(cpus)/$(notes)" '0/////'
    [[ -z $value ]] ||
      has '... with a line in the log' "$(log)" '*isolate: skipped*'
  done
  for value in 0 -1 08 1e3 '8 8' 8.5 '$((8))' 12345678901234567890 8: 'a[$(id)]'
  do
    fresh
    conf $a 'hugepages_kib = 2048' "hugepages_node_any = $value"
    prepare $a
    is "hugepages_node_any = $value is skipped" "$status/$err/$(nr)" 0//0
    conf $a "hugepages_kib = $value" 'hugepages_node_any = 8'
    prepare $a
    is "hugepages_kib = $value is skipped" "$status/$err/$(nr)" 0//0
    is '... with lines in the log' "$(log | grep -c 'hugepages: skipped')" 2
  done
  fresh
  conf $a 'hugepages_kib = 2048'
  prepare $a
  is 'a size alone is skipped' "$status/$(nr)/$(log | grep -c skipped)" 0/0/1
  fresh
  printf 'guest_cpus=4-7\nversion = 2\n' >"$host/conf/$a.conf"
  started $a
  is 'another version is skipped' "$status/$(cpus)" 0///
  has '... with a line in the log' "$(log)" "*conf: */conf/$a.conf is no data file of version 1*"
  printf '%s\n' '#guest_cpus = 0-3' '' 'some words' '= 5' 'later_key = $(id)' \
    'guest_cpus =	 4-7  ' '  version=1' 'guest_cpus2 = 0' \
    'PATH = /nowhere' >"$host/conf/$a.conf"
  started $a
  is 'blanks, comments and unknown keys' "$status/$err/$(cpus)" \
    '0//0-3 8-15/0-3 8-15/0-3 8-15'
  printf 'version = 1\nguest_cpus = 5' >"$host/conf/$b.conf"
  started $b
  is 'a last line without its end' \
    "$status/$(<"$host/run/virt-tune/isolate/$b")" 0/5
  fresh
  head -c 100000 /dev/urandom >"$host/conf/$a.conf"
  prepare $a
  started $a
  is 'a data file of noise' "$status/$(cpus)/$(nr)" 0////0
}

test_removed() {
  fresh
  conf $a 'guest_cpus = 4-7' 'hugepages_kib = 2048' 'hugepages_node_any = 32'
  prepare $a
  started $a
  rm "$host/conf/$a.conf"
  release $a
  is 'release without the data file' "$status/$(cpus)/$(nr)/$(notes)" \
    0////0/
  conf $a 'guest_cpus = 4-7' 'hugepages_kib = 2048' 'hugepages_node_any = 32'
  prepare $a
  started $a
  conf $a 'guest_cpus = 9' 'hugepages_kib = 2048' 'hugepages_node_any = 3'
  release $a
  is 'release after the data file changed' "$status/$(cpus)/$(nr)/$(notes)" \
    0////0/
  # The host's libvirt died, and with it the release of the guest before.
  prepare $a
  started $a
  prepare $a
  is 'a new start clears the remains of an old one' "$(cpus)/$(nr)" ///3
}

test_lock() {
  fresh
  conf $a 'guest_cpus = 4-7' 'hugepages_kib = 2048' 'hugepages_node_any = 8'
  prepare $a && release $a
  (
    flock -x 9
    touch "$dir/held"
    exec sleep 60
  ) 9>>"$host/run/virt-tune/lock" &
  until [[ -e $dir/held ]]; do sleep 0.1; done
  rm "$dir/held"
  prepare $a
  is 'a lock that is held for long fails the start' "$status/$(nr)" 1/0
  has '... with a sentence' "$err" 'virt-tune: *locked in 1 seconds; try again.'
  started $a
  is '... but nothing that runs' "$status/$err/$(cpus)" 0////
  conf $a 'guest_cpus = 4-7'
  prepare $a
  is '... nor one that needs nothing before' "$status/$err" 0/
  sed -i 's/lock_seconds \* 10/lock_seconds * 2/' "$copy"
  release $a
  has '... and a release tells how long it waited' "$status/$(log)" \
    '0/*release: nothing done: *locked in 2 seconds;*'
  make_copy "$bin"
  kill -KILL $!
  wait $! 2>/dev/null
  # No notes can be made there: one sentence, at once.
  conf $a 'guest_cpus = 4-7' 'hugepages_kib = 2048' 'hugepages_node_any = 8'
  rm -rf "$host/run/virt-tune"
  : >"$host/run/virt-tune"
  prepare $a
  is 'a place for notes that cannot be made' "$status/$err" \
    "1/virt-tune: $host/run/virt-tune cannot be written; see if /run is full or\
 read-only."
  started $a
  is '... fails nothing that runs' "$status/$err" 0/
  has '... and the log says it' "$(log)" \
    '*started: nothing done: */run/virt-tune cannot be written;*'
  rm "$host/run/virt-tune"
  # Eight starts at once.
  conf $a 'guest_cpus = 4-7' 'hugepages_kib = 2048' 'hugepages_node_any = 8'
  local n pids=()
  make_copy "$bin"
  sed -i 's/^lock_seconds=1$/lock_seconds=30/' "$copy"
  for n in 1 2 3 4 5 6 7 8; do
    conf "${a%?}$n" 'guest_cpus = 4-7' 'hugepages_kib = 2048' \
      'hugepages_node_any = 8'
    (prepare "${a%?}$n" && exit "$status") &
    pids+=($!)
  done
  wait "${pids[@]}"
  is 'eight starts at once get pages for eight' "$(nr)" 64
  for n in 1 2 3 4 5 6 7 8; do release "${a%?}$n"; done
  is '... and give them all back' "$(nr)/$(notes)" 0/
}

# libvirt died while a release waited for the lock; the guest was started anew,
# and has its turn first.
test_late_release() {
  local late lock
  fresh
  conf $a 'guest_cpus = 4-7' 'hugepages_kib = 2048' 'hugepages_node_any = 8'
  sed -i 's/^lock_seconds=1$/lock_seconds=30/' "$copy"
  prepare $a
  started $a
  # One who waits as flock does, but for longer than the others.
  lock=$bin/flock
  mv "$lock" "$lock.real"
  printf '#!/bin/sh\n[ "$1" != -n ] || exit 1\n%s\n' \
    'until [ -f "$TEST_HOST/turn" ]; do sleep 0.1; done' >"$lock"
  chmod +x "$lock"
  release $a &
  late=$!
  until [[ -f $host/run/virt-tune/ended/$a ]]; do sleep 0.1; done
  sleep 0.5
  mv "$lock.real" "$lock"
  prepare $a
  started $a
  touch "$host/turn"
  wait "$late"
  is 'a release that comes late leaves the guest that runs again what it has' \
    "$(cpus)/$(nr)" '0-3 8-15/0-3 8-15/0-3 8-15/8'
  release $a
  is '... which its own gives back' "$(cpus)/$(nr)/$(notes)" ///0/
}

# libvirt died while a start waited for the lock: nobody would end it.
test_orphan() {
  local late op
  for op in prepare started; do
    fresh
    conf $a 'guest_cpus = 4-7' 'hugepages_kib = 2048' 'hugepages_node_any = 8'
    printf 'PPid:\t42\nUid:\t0\t0\n' >"$host/proc/self/status"
    sed -i 's/^lock_seconds=1$/lock_seconds=30/' "$copy"
    mkdir -p "$host/run/virt-tune"
    (
      flock -x 9
      touch "$dir/held"
      until [[ -f $host/turn ]]; do sleep 0.1; done
    ) 9>>"$host/run/virt-tune/lock" &
    until [[ -e $dir/held ]]; do sleep 0.1; done
    rm "$dir/held"
    hook $a $op begin &
    late=$!
    sleep 1
    printf 'PPid:\t1\nUid:\t0\t0\n' >"$host/proc/self/status"
    touch "$host/turn"
    wait $late
    is "$op for a libvirt that died meanwhile does nothing" \
      "$(cpus)/$(nr)/$(notes)" ///0/
  done
}

test_log() {
  fresh
  conf $a 'guest_cpus = 4-7'
  rmdir "$host/log"
  started $a
  is 'the other log' "$status/$err/$(grep -c isolate "$host/log_else")" 0//3
  head -c 1000001 /dev/zero >"$host/log_else"
  release $a
  is 'a log that has grown starts anew' \
    "$(find "$host"/log_else* -size +900k -printf '%f ')" 'log_else.1 '
  started $a
  release $a
  rm "$host/log_else"
  mkdir "$host/log_else"
  started $a
  is 'a log that cannot be written fails nothing' "$status/$err" 0/
}
