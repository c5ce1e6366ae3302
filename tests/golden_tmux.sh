#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# golden_tmux.sh PROGRAM HOSTS - every golden script again, key by key in a real
# terminal: it shows what the canvas does.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/tmux.sh
. "$(dirname "$0")/tmux.sh"
program=$(realpath "$1") hosts=$(realpath "$2")
golden=$(cd "$(dirname "$0")" && pwd)/golden
cd "$scratch" || exit 1
# shellcheck source=tests/play.sh
. "$golden/../play.sh"

key() { # WORD of a script
  case $1 in
  BackTab) press BTab ;;
  Backspace) press BSpace ;;
  Esc) press Escape && sleep 0.3 ;; # else it would begin a sequence
  wait) looked ;;
  resize:*)
    height=${1#*x} width=${1#resize:}
    mux resize-window -x "${width%x*}" -y "$height"
    ;;
  [at]) press "$1" ;;
  ?) mux send-keys -l "$1" ;;
  *) press "$1" ;;
  esac
}
looked() { # nothing goes on any more: all keys are read, and Check has seen
  local try before=
  await "[8 Check]"
  for ((try = 0; try < 40; try++)); do
    sleep 0.5
    [ "$before" != "$(screen)" ] || [[ $before == *"Looking at the guest"* ]] ||
      return
    before=$(screen)
  done
}
shows() { # LINES of what the canvas showed, up to the last
  local wanted try shown
  wanted=$(sed -n "$1p" "$golden/$name.txt")
  for ((try = 0; try < 200; try++)); do
    shown=$(screen | as_golden)
    [ "$shown" = "$wanted" ] && return
    # While it looks it shows that for a moment only.
    [[ $wanted == *"Looking at the guest"* ]] && return
    sleep 0.05
  done
  diff <(echo "$wanted") <(echo "$shown") | sed 's/^/#   /' | head -20
  return 1
}

# Keys that a slow machine reads together are painted once, and a list may then
# stand a row higher: what differs is played again.
repeat() { # SCRIPT
  local size=80x24 height line=0 word words
  prepare "$1" || exit
  if [[ $options == *--size* ]]; then
    size=${options#*--size } size=${size%% *}
  fi
  height=${size#*x}
  start "${size%x*}" "$height" "clear; $program ${options/--size $size/} --root root"
  await "[" # anything of the screens
  read -rd '' -a words < <(grep -v '^#' "$1")
  for word in "${words[@]}"; do
    [ "$word" != tick ] || return 0 # a terminal's own come when they want
    if [ "$word" != dump ]; then
      key "$word"
    else
      shows "$((line + 1)),$((line += height))" || return
    fi
  done
}

for script in "$golden"/*.keys; do
  name=$(basename "$script" .keys)
  for try in 1 2 3; do
    differs=
    repeat "$script" && break
    differs=yes
    echo "#   try $try of $name"
  done
  ok "golden $name in a terminal" is "$differs" ""
  mux send-keys C-c
done
finish
