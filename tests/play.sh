# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# Sourced by the tests after tap.sh; they set $program, $hosts and $golden.
#   play SCRIPT [COMMAND...]   prints the screens of a script of keys; the
#                              program is run by the command
# A script is a file of keys. Its first lines may be "#sh COMMAND", run before,
# and "#options ...": the words HOSTS and GOLDEN are those directories.
play() {
  local script=$1 options
  shift
  options=$(sed -n 's/^#options //p' "$script")
  # A short, fixed path beneath which is written: paths are shown and wrapped.
  rm -rf "$scratch/root" "$scratch/host"
  mkdir "$scratch/root"
  options=${options//HOSTS/$hosts}
  # shellcheck disable=SC2086 # words
  (cd "$scratch" &&
    HOSTS=$hosts sh -euc "$(sed -n 's/^#sh //p' "$script")" </dev/null &&
    "$@" "$program" ${options//GOLDEN/$golden} --root root --script "$script" 2>&1) |
    sed -e "s|$hosts|HOSTS|g" -e "s|$golden|GOLDEN|g" \
      -Ee 's/20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z/YYYY-MM-DDThh:mm:ssZ/g'
}
