# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by the tests after tap.sh; they set $program, $hosts and $golden.
#   prepare SCRIPT             what it is to be played on, in $scratch; the
#                              program's arguments in $options
#   play SCRIPT [COMMAND...]   prints the screens of a script of keys; the
#                              program is run by the command
#   as_golden                  replaces what is another at each time and place
# A script is a file of keys. Its first lines may be "#sh COMMAND", run before
# with $HOSTS, $GOLDEN and $PROGRAM, and "#options ...": the words HOSTS and
# GOLDEN are those directories.
prepare() {
  options=$(sed -n 's/^#options //p' "$1")
  options=${options//HOSTS/$hosts}
  options=${options//GOLDEN/$golden}
  # A short, fixed path beneath which is written: paths are shown and wrapped.
  rm -rf "$scratch/root" "$scratch/host"
  mkdir "$scratch/root"
  (cd "$scratch" && HOSTS=$hosts GOLDEN=$golden PROGRAM=$program \
    sh -euc "$(sed -n 's/^#sh //p' "$1")" </dev/null)
}
as_golden() {
  sed -e "s|$hosts|HOSTS|g" -e "s|$golden|GOLDEN|g" \
    -Ee 's/20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z/YYYY-MM-DDThh:mm:ssZ/g'
}
play() {
  local script=$1 options
  shift
  prepare "$script" || return
  # shellcheck disable=SC2086 # words
  (cd "$scratch" && "$@" "$program" $options --root root --script "$script" 2>&1) |
    as_golden
}
