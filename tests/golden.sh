#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# golden.sh PROGRAM HOSTS - the screens, as text, compared with tests/golden.
# GOLDEN_UPDATE=1 writes them anew; look at the difference before you commit.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$(realpath "$1") hosts=$(realpath "$2")
golden=$(cd "$(dirname "$0")" && pwd)/golden

# shellcheck source=tests/play.sh
. "$(dirname "$0")/play.sh"

for script in "$golden"/*.keys; do
  name=$(basename "$script" .keys)
  play "$script" >"$scratch/$name.txt"
  if [ -n "${GOLDEN_UPDATE-}" ]; then
    cp "$scratch/$name.txt" "$golden/$name.txt"
  fi
  ok "golden $name" diff -u "$golden/$name.txt" "$scratch/$name.txt"
  ok "golden $name has room in 80 columns" \
    test "$(grep -v ^virt-tune: "$scratch/$name.txt" | wc -L)" -le 120
done
finish
