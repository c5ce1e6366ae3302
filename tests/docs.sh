#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# docs.sh PROGRAM DOCS - the manual and the completions, which are made from the
# program's tables: complete, clean, and run by the shells they are for.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$(realpath "$1") docs=$(realpath "$2")
export ASAN_OPTIONS=detect_leaks=0
PATH=$(dirname "$program"):$PATH
cd "$scratch" || exit 1

for doc in man bash zsh fish; do
  ok "$doc is of this program" cmp -s "$docs/$doc" <("$program" document "$doc")
done

man=$(sed 's/\\-/-/g' "$docs/man")
mapfile -t options < <("$program" document fish |
  sed -n 's/^complete -c virt-tune -l \([a-z-]*\) .*/\1/p')
ok "there are options" test "${#options[@]}" -gt 20
for option in "${options[@]}"; do
  ok "--$option is in the manual, with a text" \
    grep -q . <(grep -A1 -- "--$option\\\\fR" <<<"$man" | tail -n +2 | grep -v '^\.$')
done
for key in $("$program" complete keys | sed 's/=.*//' | sort -u); do
  ok "$key is in the manual" has "$man" "$key"
done
if command -v mandoc >/dev/null; then
  ok "mandoc finds no fault" is \
    "$(mandoc -T lint -W warning "$docs/man" 2>&1 | grep -v 'missing date')" ""
fi
if command -v groff >/dev/null; then
  ok "groff warns of nothing" is \
    "$(groff -man -ww -Tascii "$docs/man" 2>&1 >/dev/null)" ""
fi

bash_words() { # WORD...: what bash offers for the last of them
  # shellcheck disable=SC2016 # the inner shell's
  bash --norc -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
    _virt_tune; printf "%s\n" "${COMPREPLY[@]}"' "$docs/bash" "$@"
}
ok "bash: commands" is "$(bash_words virt-tune pre)" preview
ok "bash: domains" is "$(bash_words virt-tune plan --demo win1 | xargs)" \
  "win10 win11-old"
ok "bash: options of a command" has "$(bash_words virt-tune apply --d)" --dry-run
ok "bash: and no others" lacks "$(bash_words virt-tune history --)" --dry-run
ok "bash: values" is "$(bash_words virt-tune preview --format x)" xml
ok "bash: keys" has "$(bash_words virt-tune plan --set hugep)" hugepages=1G
ok "bash: behind =" is "$(bash_words virt-tune plan --set hugepages = 1)" 1G
ok "bash: show" is "$(bash_words virt-tune show g)" groups

# A domain's name is outside text: no shell may run what is in it.
mkdir evil
cat >evil/virt-tune <<'EOF'
#!/bin/sh
[ "$2" != domains ] || printf '%s\n' 'a$(touch ran)b' 'a`touch ran`' 'a b;touch ran'
EOF
chmod +x evil/virt-tune
offered=$(PATH=$scratch/evil:$PATH bash_words virt-tune plan a)
ok "bash: names are quoted" is "$(head -1 <<<"$offered")" 'a\$\(touch\ ran\)b'
ok "bash: nothing in a name is run" test ! -e ran

if command -v fish >/dev/null; then
  export HOME=$scratch XDG_CONFIG_HOME=$scratch
  fish_words() { fish --no-config -c "source $docs/fish; complete -C '$1'"; }
  ok "fish: commands" has "$(fish_words 'virt-tune pre')" preview
  ok "fish: domains" has "$(fish_words 'virt-tune plan --demo win1')" win11-old
  ok "fish: values" has "$(fish_words 'virt-tune preview --format x')" xml
  ok "fish: keys" has "$(fish_words 'virt-tune plan --set hugep')" hugepages=1G
  PATH=$scratch/evil:$PATH fish_words 'virt-tune plan a' >/dev/null
  ok "fish: nothing in a name is run" test ! -e ran
fi

if command -v zsh >/dev/null && command -v tmux >/dev/null; then
  mkdir functions
  cp "$docs/zsh" functions/_virt-tune
  mux() { TMUX_TMPDIR=$scratch tmux -L zsh -f /dev/null "$@"; }
  trap 'mux kill-server 2>/dev/null; rm -rf "$scratch"' EXIT
  await() { # TEXT: until the screen shows it, 20 s at most
    local try
    for ((try = 0; try < 400; try++)); do
      [[ $(mux capture-pane -p) != *"$1"* ]] || return 0
      sleep 0.05
    done
    mux capture-pane -p | sed 's/^/#   /'
    return 1
  }
  mux new-session -d -x 100 -y 30 "env PATH='$PATH' zsh -f"
  mux send-keys "PS1='ready> '; fpath=($scratch/functions \$fpath); autoload -U compinit; compinit -u -D; clear" Enter
  await 'ready>'
  zsh_tab() { # TEXT WANTED
    mux send-keys C-u "$1" Tab
    await "$2"
  }
  ok "zsh: commands" zsh_tab 'virt-tune prev' 'virt-tune preview'
  ok "zsh: domains" zsh_tab 'virt-tune plan --demo deb' debian-build
  ok "zsh: values" zsh_tab 'virt-tune preview --format x' '--format xml'
  ok "zsh: keys" zsh_tab 'virt-tune plan --set host.iso' host.isolate=
  mux send-keys C-u "PATH=$scratch/evil:\$PATH; rehash; clear" Enter
  mux send-keys "virt-tune plan a" Tab Tab
  ok "zsh: names are offered" await 'touch\ ran'
  ok "zsh: nothing in a name is run" test ! -e ran
fi
finish
