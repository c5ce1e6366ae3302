#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# terminal.sh PROGRAM HOSTS - the same keys in a real terminal (tmux) show the
# same text as on the canvas; the terminal is as before, whatever happens.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/tmux.sh
. "$(dirname "$0")/tmux.sh"
program=$(realpath "$1")
canvas() { # KEYS...: what a script of them shows
  echo "$* dump" >"$scratch/keys"
  "$program" --demo --script "$scratch/keys" win10 2>&1
}
same() { same_text "$(canvas "$@")"; } # KEYS...
same_text() { # WANTED: compares canvas and terminal
  local want=$1 try
  for ((try = 0; try < 100; try++)); do
    [ "$(screen)" = "$want" ] && return
    sleep 0.05
  done
  diff <(echo "$want") <(screen) | sed 's/^/#   /' | head -20
  return 1
}

start 80 24 "$program --demo win10"
ok "Host" same
keys=()
hit() { press "$1"; keys+=("$2"); } # as tmux and as a script spell it
hit Enter Enter
ok "Devices" same "${keys[@]}"
hit Enter Enter
ok "CPUs" same "${keys[@]}"
hit Tab Tab
hit Right Right
ok "CPUs, another layout, another core" same "${keys[@]}"
hit BTab BackTab
hit Enter Enter
ok "Options" same "${keys[@]}"
hit Down Down
hit Enter Enter
ok "Review" same "${keys[@]}"
hit '?' '?'
ok "Help" same "${keys[@]}"
hit q q
hit Down Down
ok "Review, next change" same "${keys[@]}"
mux resize-window -x 60 -y 10
ok "too small says so" await "needs 60x17"
mux resize-window -x 80 -y 24
ok "and back again nothing is lost" same "${keys[@]}"
mux send-keys C-z
ok "Ctrl-Z suspends" await Stopped
mux send-keys 'fg; echo code $?' Enter
ok "fg brings all back" same "${keys[@]}"
at_cursor() { # the text of the row that the terminal's cursor is in
  mux capture-pane -p | sed -n "$(($(mux display -p '#{cursor_y}') + 1))p"
}
ok "the cursor is on the selection" has "$(at_cursor)" " > [x]"
mux send-keys Escape
ok "Esc goes back" await "[5 Options]"
mux send-keys 1
await "[1 Domain]"
mux send-keys q
ok "q leaves with 0" await "code 0"
ok "the screen is as before" lacks "$(screen)" "[1 Domain]"

cp "$(dirname "$0")/../data/demo/win10.xml" "$scratch/edited.xml"
start 80 24 "$program --demo --root $scratch/root $scratch/edited.xml"
await "[2 Host]"
mux send-keys p 7
await "Apply 10 changes"
echo '<!-- by hand -->' >>"$scratch/edited.xml"
cp "$scratch/edited.xml" "$scratch/by-hand.xml"
press a
ok "an edit by someone else stops apply" await "changed by someone else"
ok "and no hook is written" test ! -e "$scratch/root/etc"
ok "and stays" cmp -s "$scratch/edited.xml" "$scratch/by-hand.xml"
mux send-keys r
ok "r reads it again, and the plan is kept" await "Read again: your plan"
mux send-keys C-z
await Stopped
echo '<!-- meanwhile -->' >>"$scratch/edited.xml"
mux send-keys 'fg; echo code $?' Enter
ok "after Ctrl-Z an edit meanwhile is told" await "was changed meanwhile"
mux send-keys r u
ok "u shows it without the plan" await "There is nothing to apply"
press U a
ok "U brings it back, to be applied" await "Applied, read back"
ok "the edits by hand are still there" is \
  "$(grep -c -e 'by hand' -e meanwhile "$scratch/edited.xml")" 2
mux send-keys u
await "is undone (record"
press 6 p 7 a
await "Record 0003"
sed -i "s/vcpu='3' cpuset='7'/vcpu='3' cpuset='19'/" "$scratch/edited.xml"
mux send-keys 2 H
ok "History says what was edited meanwhile" await "u asks what shall become"
mux send-keys u
ok "... and asks" await "cpuset='19'/>"
press a
ok "... before anything is written" await "Nothing is said of this one"
mux send-keys Space
await "keep "
press a
ok "... then it is undone" await "Kept: <vcpupin vcpu='3'"
ok "... but for that edit" is "$(grep vcpupin "$scratch/edited.xml" | xargs)" \
  "<vcpupin vcpu=3 cpuset=19/>"
mux send-keys C-c
await "code"

# The connection drops, the host is booted anew: the draft, and what is another.
cp -r "$2/i7-12700k" "$scratch/booted"
cp "$(dirname "$0")/../data/demo/win10.xml" "$scratch/dropped.xml"
dropped="$program --sysroot $scratch/booted --root $scratch/root2 $scratch/dropped.xml"
start 80 24 "$dropped"
await "[2 Host]"
mux send-keys p 4
await "[4 CPUs]"
kill -HUP "$(pgrep -n -f -- "^$dropped")"
await "code 129"
sed -i 's/$/ isolcpus=4-15/' "$scratch/booted/proc/cmdline"
start 80 24 "$dropped"
ok "a draft is offered after a hang-up and a reboot" await "A draft of win10"
ok "... with what changed meanwhile" await "with these, too: isolcpus=4-15"
mux send-keys Enter
ok "... at its step" await "[4 CPUs]"
mux send-keys C-c
ok "... and ^C says that it stays" await "kept as a draft: the next start"
await "code"
start 80 24 "$dropped"
await "A draft of win10"
mux send-keys Enter
await "[4 CPUs]"
mux send-keys 1
await "[1 Domain]"
mux send-keys q
ok "so does q" await "kept as a draft: the next start"
await "code 0"

modes() { mux send-keys "stty -g >$scratch/$1; echo saved $1" Enter && await "saved $1"; }
for signal in TERM HUP INT SEGV ABRT; do
  start 80 24 "true"
  modes before
  mux send-keys "clear; $program --demo win10" Enter
  await "[2 Host]"
  pid=$(pgrep -n -f -- "^$program --demo win10")
  kill "-$signal" "$pid"
  await 'ready>'
  modes after
  ok "after SIG$signal the terminal is as before" \
    cmp -s "$scratch/before" "$scratch/after"
done

# Ctrl-Z and fg at every place: the shell has its terminal, the screen comes back.
still() { # what is shown once it does not change; without hint and blank lines
  local shown='' before=none
  while [ "$shown" != "$before" ]; do
    before=$shown
    sleep 0.3
    shown=$(screen | sed 23d)
  done
  echo "$shown"
}
comes_back() { # TEXT
  local try
  for ((try = 0; try < 100; try++)); do
    [ "$(screen | sed 23d)" = "$1" ] && return
    sleep 0.05
  done
  diff <(echo "$1") <(screen | sed 23d)
}
start 80 24 "true"
modes before
mux send-keys "clear; $program --demo win10" Enter
await "[2 Host]"
for place in 2 3 4 5 6 7 8 1 "5 p" "5 e" "4 ?" "6 v" "5 /"; do
  read -ra keys <<<"$place"
  for key in "${keys[@]}"; do mux send-keys "$key"; done
  shown=$(still)
  mux send-keys C-z
  await Stopped
  rm -f "$scratch/stopped"
  mux send-keys "stty -g >$scratch/stopped; clear; fg" Enter
  ok "Ctrl-Z at $place, and fg: the screen is as it was" comes_back "$shown"
  ok "... and the terminal was" cmp -s "$scratch/before" "$scratch/stopped"
  [ "${#place}" = 1 ] || mux send-keys Escape
done
mux send-keys C-c
ok "C-c leaves then" await 'ready>'

# A guest that seems to run: while it is measured every key is answered.
cp -r "$2/i7-12700k" "$scratch/host"
task=$scratch/host/proc/4242
mkdir -p "$task/task/4242" "$task/task/4243"
printf '%s\0' qemu -uuid 8f1d6a52-3c0e-4b7a-9d15-2e6f0c4b8a91 >"$task/cmdline"
echo "1 (q) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 2 0 777 0$(printf ' 0%.0s' {1..18})" \
  | tee "$task/stat" "$task/task/4242/stat" >"$task/task/4243/stat"
echo 'Cpus_allowed_list: 0-19' | tee "$task/task/4242/status" \
  >"$task/task/4243/status"
echo qemu >"$task/task/4242/comm"
echo 'CPU 0/KVM' >"$task/task/4243/comm"
echo 1 1 1 >"$task/task/4243/schedstat"
start 80 24 "$program --demo --sysroot $scratch/host $scratch/edited.xml"
await "[2 Host]"
mux send-keys 8
ok "Check measures" await "Measuring waits: 0 of 10 s"
ok "and shows it" await "Measuring waits: 2 of 10 s"
mux send-keys 2
SECONDS=0
ok "and lets other screens be seen" await "[2 Host]"
ok "at once" test "$SECONDS" -lt 2
mux send-keys 8
ok "it went on" await "Measuring waits: "
mux send-keys Escape
ok "Esc stops it" await "Measuring was stopped"
mux send-keys C-c
ok "and C-c leaves" await "code 130"

start 40 10 "$program --demo win10"
ok "40x10: a sentence" await "needs 60x17"
mux resize-window -x 60 -y 17
ok "60x17: the screens" await "[2 Host]"
compact() { # SCREEN: shows on the terminal what it shows on the canvas
  mux send-keys "$1"
  echo "1 2 $visited $1 dump" >"$scratch/keys"
  visited+=" $1"
  same_text "$("$program" --demo --size 60x17 --script "$scratch/keys" win10)"
}
visited= # in 7 stand paths that differ
for screen in 3 4 5 6; do
  ok "60x17: screen $screen as on the canvas" compact "$screen"
done
start 80 24 "TERM=dumb $program --demo win10"
ok "TERM=dumb: code 2" await "code 2"
ok "with a sentence" has "$(screen | tr '\n' ' ')" "cannot move its cursor"
start 80 24 "TERM=nonsense $program --demo win10"
ok "an unknown TERM: code 2" await "code 2"
start 80 24 "TERM=vt100 $program --demo win10"
ok "vt100" await "[2 Host]"
start 80 24 "env LC_ALL=C $program --demo win10"
await "[2 Host]"
mux send-keys 4
ok "LANG=C draws in ASCII" await "+ P0 -+"
mux send-keys C-c
finish
