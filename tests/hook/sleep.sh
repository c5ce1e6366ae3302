# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2012,SC2016,SC2034,SC2086,SC2154
# The host does not fall asleep while the guest runs.

test_sleep() {
  fresh
  conf $a 'inhibit_sleep = yes'
  conf $b 'inhibit_sleep = yes'
  prepare $a
  is 'prepare does not inhibit' "$status/$(ls "$host/active")" 0/
  started $a
  is 'started inhibits' "$status/$err/$(ls "$host/active")" \
    "0//virt-tune-sleep-$a.service"
  has '... by systemd' "$(<"$host/calls")" \
    '*systemd-run --quiet --collect *systemd-inhibit --what=sleep *--mode=block*'
  hook $a reconnect begin
  is '... once' "$(grep -c systemd-run "$host/calls")" 1
  started $b
  release $a
  is 'each guest by itself' "$status/$(ls "$host/active")" \
    "0/virt-tune-sleep-$b.service"
  release $b
  is 'all is as before' "$(ls "$host/active")/$(notes)" /
  conf $a 'inhibit_sleep = no'
  started $a
  is 'no is no' "$(ls "$host/active")/$(notes)" /
  conf $a 'inhibit_sleep = yes'
  touch "$host/broken"
  started $a
  has 'a systemd that fails does not fail the guest' "$status/$err/$(log)" \
    '0//*sleep: skipped*'
  rm "$host/broken"
  hook $a reconnect begin
  is '... and a reconnect inhibits' "$(ls "$host/active")" \
    "virt-tune-sleep-$a.service"
  release $a
  touch "$host/broken"
  conf $a 'inhibit_sleep = yes' 'required = sleep'
  started $a
  is '... unless it is required' "$status/$err/$(notes)" \
    '1/virt-tune: systemd-run failed; the host may fall asleep while the guest runs/'
}
