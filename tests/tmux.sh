# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# Sourced by the tests after tap.sh: a real terminal, in tmux.
#   start WIDTH HEIGHT COMMAND  a shell that runs it, then says "code N"
#   press KEY...                as tmux spells them
#   await TEXT                  until the screen shows it, 10 s at most
#   screen                      what it shows
command -v tmux >/dev/null || plan_skip "tmux is not installed"
export TMPDIR=$scratch
servers=0
mux() { tmux -L "vt$$-$servers" -f /dev/null "$@"; }
trap 'mux kill-server 2>/dev/null; rm -rf "$scratch"' EXIT

start() {
  # Leaks are looked for elsewhere: the search may never end on a terminal that
  # is gone.
  local sanitizer=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
  mux kill-server 2>/dev/null
  servers=$((servers + 1)) # a new one: the old may still be ending
  mux new-session -d -x "$1" -y "$2" \
    "env LC_ALL=C.UTF-8 ASAN_OPTIONS=$sanitizer bash --norc --noprofile"
  mux send-keys "PS1='ready> '; clear" Enter
  await 'ready>'
  mux send-keys "$3; echo code \$?" Enter
}
press() {
  local key
  for key; do
    case $key in
    [aft]) mean "$key" ;;
    *) mux send-keys "$key" ;;
    esac
  done
}
mean() { # KEY that writes: it is not taken in one go with others
  settle
  mux send-keys "$1"
  settle
  [[ $(screen) != *"Too soon after"* ]] || mux send-keys "$1"
}
settle() { # until the screen stays as it is
  local before try
  for ((try = 0; try < 20; try++)); do
    before=$(screen)
    sleep 0.4
    [ "$before" != "$(screen)" ] || return 0
  done
}
screen() { mux capture-pane -p | sed 's/ *$//'; }
await() {
  local try
  for ((try = 0; try < 200; try++)); do
    [[ $(screen) == *"$1"* ]] && return
    sleep 0.05
  done
  echo "#   never saw '$1':"
  screen | sed 's/^/#   /'
  return 1
}
