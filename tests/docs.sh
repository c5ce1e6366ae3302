#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# docs.sh PROGRAM DOCS HOSTS - the manual and the completions, which are made from the
# program's tables: complete, clean, and run by the shells they are for.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$(realpath "$1") docs=$(realpath "$2") hosts=$(realpath "$3")
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

# Each key that --json prints is in the manual, with its type, and the other way
# round; ungrouped devices are as those of groups.
json_keys() { # JSON on standard input: "KEY TYPE", dots between objects
  awk 'match($0, /^ *"[a-z0-9_]+": /) {
    depth = match($0, /"/); split($0, part, "\""); value = $0
    sub(/^ *"[a-z0-9_]+": /, "", value)
    key = part[2]
    for (i in name) if (i + 0 >= depth) delete name[i]
    best = 0
    for (i in name) if (i + 0 > best) best = i + 0
    name[depth] = best ? name[best] "." key : key
    first = substr(value, 1, 1)
    print name[depth], first == "\"" ? "string" : first == "[" ? "array" : \
      first == "{" ? "object" : first == "n" ? "null" : \
      first ~ /[tf]/ ? "boolean" : "number"
  }' | sed 's/^ungrouped\./groups.devices./' | sort -u
}
described() { # COMMAND: its lines of the manual, "KEY TYPE", one for each type
  awk -v command="$1" '/^\.SH/ { is_in = 0 }
    /^\.SH JSON/ { is_json = 1 }
    is_json && /^\.SS/ { is_in = $0 == ".SS every command" ||
      $0 == ".SS " command }
    is_in && /^\\fB/ { gsub(/\\f./, ""); print }' <<<"$man" |
    sed 's/^\([^ ]*\) \(.*\) or \(.*\)/\1 \2\n\1 \3/' | sort -u
}
ok "a key is told from its text" is "$(json_keys <<'EOF'
{
  "version": 1,
  "of": [
    {
      "text": "a \"b\": c",
      "in": [
        "list"
      ]
    }
  ],
  "none": null
}
EOF
)" "none null
of array
of.in array
of.text string
version number"
root=$scratch/json mine=$scratch/mine.xml
cp "$(dirname "$program")/share/virt-tune/demo/win10.xml" "$mine"
"$program" --sysroot "$hosts/i7-12700k" --root "$root" apply "$mine" --yes \
  >/dev/null
"$program" --sysroot "$hosts/i7-12700k" --root "$root" undo "$mine" >/dev/null
prints() { # COMMAND ARGUMENT...: what of it is not documented; keys to its file
  local command=$1
  shift
  "$program" "$@" --json >json.out 2>/dev/null
  ok "$command --json has its version" grep -qx '  "version": 1,\?' json.out
  json_keys <json.out >keys
  cat keys >>"keys.$command"
  ok "each key of $* is in the manual" is \
    "$(comm -23 keys <(described "$command"))" ""
}
prints list list --demo
for host in i7-12700k i5-6500-noiommu epyc-7763-2s offline; do
  for what in host groups cpus "cpus ./mine.xml"; do
    # shellcheck disable=SC2086 # two words
    prints "show ${what%% *}" --sysroot "$hosts/$host" show $what
  done
  prints preview --sysroot "$hosts/$host" preview ./mine.xml \
    --layout keep
  prints check --sysroot "$hosts/$host" check ./mine.xml --seconds 0
done
cp -r "$hosts/i7-12700k" no-pci
chmod -R u+w no-pci
rm -rf no-pci/sys/bus/pci
prints "show groups" --sysroot no-pci show groups
for domain in win10 win11-old debian-build; do
  prints preview --demo preview $domain
  prints check --demo check $domain --seconds 0
  prints "show cpus" --demo show cpus $domain
done
prints "show cpus" --demo show cpus win10 --layout 1
prints preview --demo preview win10 --set disk.vda.io=native
prints history --sysroot "$hosts/i7-12700k" --root "$root" history ./mine.xml
prints history --sysroot "$hosts/i7-12700k" --root "$root" history
for command in list "show host" "show groups" "show cpus" preview check history
do
  # What a running guest is measured for is looked at where one runs.
  ok "$command prints each key of the manual" is "$(comm -13 \
    <(cut -d' ' -f1 "keys.$command" | sort -u) \
    <(described "$command" | cut -d' ' -f1 | sort -u) | grep -v '^vcpus\.' |
    grep -v '^findings')" ""
done
run "$program" --demo show cpus win10 --layout 2 --json
ok "show cpus --json tells who runs where" is "$(grep -A3 '"vcpu": 5' \
  <<<"$out" | grep -o '"cpus": "[0-9]*"')" '"cpus": "14"'
ok "... as it was planned" has "$out" '"emulatorpin": "16-17"'
run "$program" --demo list --json
ok "list --json counts what could be better" is \
  "$(grep -o '"to_improve": [0-9]*' <<<"$out" | grep -o '[0-9]*' | xargs)" \
  "$("$program" --demo list | grep -o '[0-9]* to improve' | cut -d' ' -f1 |
    xargs)"
ok "... and tells of a saved state" has "$out" '"saved": false'
for command in plan apply undo repair capture; do
  run "$program" --demo $command win10 --json
  ok "$command has no JSON" is "$status $out" "2 "
  ok "... and says so" has "$err" "--json and its like do not go with $command"
done

mkdir -p places/further
touch places/me.xml places/other.txt
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
ok "bash: values of a choice" is \
  "$(bash_words virt-tune plan --set cpu.mode = | sort | xargs)" \
  "host-model host-passthrough keep maximum on"
ok "bash: an option's behind =" is "$(bash_words virt-tune list --color = al)" \
  always
ok "bash: of a disk's" has "$(bash_words virt-tune plan --set disks.cache = | \
  xargs)" "none"
ok "bash: a file, or a directory on the way to one" is \
  "$(cd places && bash_words virt-tune plan '' | sort | xargs)" "further me.xml"
ok "bash: what is offered is no usage error" is "$(
  for words in "list " "show " "show host " "show cpus win10 " "plan win10 " \
    "apply --set disks.cache = none win10 " "undo win10 " "history win10 1 " \
    "apply --give usb : 1 : 2 win10 " "win10 " "check --seconds=5 win10 "; do
    # shellcheck disable=SC2086 # several words
    (cd places && bash_words virt-tune --demo $words '' | xargs)
  done | grep -v '^$')" "host groups cpus"
ok "bash: a domain behind options" is \
  "$(bash_words virt-tune apply --demo --give usb : 1 : 2 deb)" debian-build
ok "bash: behind show cpus" is "$(bash_words virt-tune show cpus --demo deb)" \
  debian-build
ok "bash: --json where it goes" is "$(bash_words virt-tune list --js)" --json
ok "bash: ... and nowhere else" is "$(bash_words virt-tune apply --js)" ""

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
  ok "fish: a file, or a directory on the way to one" is \
    "$(cd places && fish_words 'virt-tune plan ' | sort | xargs)" \
    "further/ me.xml"
  ok "fish: what is offered is no usage error" is "$(
    for words in "list" "show" "show host" "show cpus win10" "plan win10" \
      "apply --set disks.cache=none win10" "undo win10" "history win10 1" \
      "win10" "check --seconds=5 win10"; do
      (cd places && fish_words "virt-tune --demo $words " | xargs)
    done | grep -v '^$')" "cpus groups host"
  ok "fish: a domain behind options" has \
    "$(fish_words 'virt-tune apply --demo --give usb:1:2 deb')" debian-build
  ok "fish: --json where it goes" has "$(fish_words 'virt-tune list --js')" \
    --json
  ok "fish: ... and nowhere else" is "$(fish_words 'virt-tune apply --js')" ""
  ok "fish: values of a choice" has \
    "$(fish_words 'virt-tune plan --set cpu.mode=')" cpu.mode=host-passthrough
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
