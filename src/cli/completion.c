/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the tables, gives completions for shells. Names of domains are outside
 * text: each script asks for them as lines, and never lets its shell expand
 * one.
 */
#include "cli/cli.h"
#include "cli/docs.h"

#include <string.h>

static void add_command_names(struct str *str)
{
    struct cli_row row;

    for (size_t i = 0; cli_command_row(i, &row); i++)
        str_addf(str, "%s%s", i > 0 ? " " : "", row.name);
}

/* The options that go with a command, "" for the screens. */
static void add_option_names(struct str *str, const char *command)
{
    struct cli_row row;

    for (size_t i = 0; cli_option_row(i, &row); i++)
        if (cli_takes(command, i))
            str_addf(str, "--%s ", row.name);
}

/* Text between single quotes. */
static void add_quoted(struct str *str, const char *text)
{
    for (; *text; text++)
        if (*text == '\'')
            str_add(str, "'\\''");
        else
            str_add_bytes(str, text, 1);
}

/* "  --color) list='auto always never' ;;" and so on, for bash and zsh. */
static void add_values(struct str *str)
{
    struct cli_row row;

    for (size_t i = 0; cli_option_row(i, &row); i++) {
        const char *values = docs_option(row.name)->values;

        if (!row.has_argument)
            continue;
        str_add(str, "    ");
        if (row.letter)
            str_addf(str, "-%c | ", row.letter);
        str_addf(str, "--%s) ", row.name);
        str_addf(str, *values == '@' ? "kind=%s ;;\n" : "list='%s' ;;\n",
                 *values == '@' ? values + 1 : values);
    }
}

/* Options of each command: "    plan) list='--json ...' ;;" */
static void add_options(struct str *str)
{
    struct cli_row row;

    for (size_t i = 0; cli_command_row(i, &row); i++) {
        str_addf(str, "    %s) list='", row.name);
        add_option_names(str, row.name);
        str_add(str, "' ;;\n");
    }
    str_add(str, "    *) list='");
    add_option_names(str, "");
    str_add(str, "' ;;\n");
}

/* Whether a DOMAIN is the first word behind a command. */
static bool takes_domain(const struct cli_row *command)
{
    return *command->arguments == 'D' || *command->arguments == '[';
}

/* What may come behind the words that are there; more is a usage error. */
static void add_places(struct str *str)
{
    struct cli_row row;

    str_add(str,
            "  [ \"$kind\" != any ] || case $count/$command/$subject in\n"
            "    0/*) list='");
    add_command_names(str);
    str_add(str,
            "' ;;\n"
            "    1/show/*) kind='' list='host groups cpus' ;;\n"
            "    2/show/cpus");
    for (size_t i = 0; cli_command_row(i, &row); i++)
        if (takes_domain(&row))
            str_addf(str, " | 1/%s/", row.name);
    str_add(str,
            ") ;;\n"
            "    *) kind='' ;;\n"
            "  esac\n");
}

/* What finds the command and the connection among the words; for both. */
static const char common_head[] =
    "  local word command='' subject='' skip='' kind='' list='' count=0\n"
    "  local -a with=()\n";
static const char common_loop[] =
    "    if [ -n \"$skip\" ]; then\n"
    "      case $skip in\n"
    "      -c | --connect) with+=(--connect \"$word\") ;;\n"
    "      esac\n"
    "      skip=''\n"
    "      continue\n"
    "    fi\n"
    "    case $word in\n"
    "    --demo | --connect=*) with+=(\"$word\") ;;\n";

static void add_loop(struct str *str)
{
    struct cli_row row;

    str_add(str, common_loop);
    for (size_t i = 0; cli_option_row(i, &row); i++)
        if (row.has_argument && row.letter)
            str_addf(str, "    -%c | --%s) skip=$word ;;\n", row.letter,
                     row.name);
        else if (row.has_argument)
            str_addf(str, "    --%s) skip=$word ;;\n", row.name);
    str_add(str,
            "    -*) ;;\n"
            "    *)\n"
            "      count=$((count + 1))\n"
            "      [ $count != 1 ] || command=$word\n"
            "      [ $count != 2 ] || subject=$word\n"
            "      ;;\n"
            "    esac\n"
            "  done\n"
            "  case $previous in\n");
    add_values(str);
    str_add(str,
            "    *) kind=any ;;\n"
            "  esac\n"
            "  [ \"$kind\" != any ] || case $current in -*) kind=options ;;"
            " esac\n"
            "  if [ \"$kind\" = options ]; then\n"
            "    case $command in\n");
    add_options(str);
    str_add(str,
            "    esac\n"
            "  fi\n");
    add_places(str);
}

static void add_bash(struct str *str)
{
    str_add(str,
            "# bash completion of virt-tune; generated\n"
            "_virt_tune() {\n");
    str_add(str, common_head);
    str_add(str,
            "  local current=${COMP_WORDS[COMP_CWORD]} name\n"
            "  local previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
            "  local -a typed=()\n"
            "  # bash takes \"=\" and \":\" for words of their own\n"
            "  local earlier=${COMP_WORDS[COMP_CWORD - 2]-}\n"
            "  case $earlier,$previous,$current in\n"
            "  --set,*,=) current=$previous= previous=--set ;;\n"
            "  *,*,=) current='' ;;\n"
            "  -*,=,*) previous=$earlier ;;\n"
            "  *,=,*) current=$earlier=$current previous=--set ;;\n"
            "  esac\n"
            "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
            "    case ${#typed[@]},${typed[*]: -1},$word in\n"
            "    0,*) typed=(\"$word\") ;;\n"
            "    *[=:],* | *,[=:]*) typed[-1]+=$word ;;\n"
            "    *) typed+=(\"$word\") ;;\n"
            "    esac\n"
            "  done\n"
            "  for word in \"${typed[@]}\"; do\n");
    add_loop(str);
    str_add(
        str,
        "  COMPREPLY=()\n"
        "  case $kind in\n"
        "  files) mapfile -t COMPREPLY < <(compgen -f -- \"$current\") ;;\n"
        "  directories) mapfile -t COMPREPLY < <(compgen -d -- \"$current\") "
        ";;\n"
        "  keys) list=$(virt-tune complete keys 2>/dev/null) ;;\n"
        "  any)\n"
        "    while IFS= read -r name; do\n"
        "      [[ $name != \"$current\"* ]] || "
        "COMPREPLY+=(\"$(printf %q \"$name\")\")\n"
        "    done < <(timeout 3 virt-tune complete domains \"${with[@]}\" "
        "2>/dev/null)\n"
        "    while IFS= read -r name; do COMPREPLY+=(\"$name\"); done "
        "< <(compgen -f -X '!*.xml' -- \"$current\"; "
        "compgen -d -- \"$current\")\n"
        "    ;;\n"
        "  esac\n"
        "  for word in $list; do\n"
        "    [[ $word != \"$current\"* ]] || COMPREPLY+=(\"$word\")\n"
        "  done\n"
        "  if [ \"$kind\" = keys ] && [[ $current == *=* ]]; then "
        "COMPREPLY=(\"${COMPREPLY[@]#*=}\"); fi\n"
        "}\n"
        "complete -o filenames -o noquote -F _virt_tune virt-tune\n");
}

static void add_zsh(struct str *str)
{
    str_add(str,
            "#compdef virt-tune\n"
            "# zsh completion of virt-tune; generated\n"
            "_virt-tune() {\n"
            "  local current=$words[CURRENT] previous=$words[CURRENT-1]\n"
            "  local -a before=(\"${(@)words[2,CURRENT-1]}\") names\n");
    str_add(str, common_head);
    str_add(str, "  for word in \"${before[@]}\"; do\n");
    add_loop(str);
    str_add(str,
            "  case $kind in\n"
            "  files) _files ;;\n"
            "  directories) _files -/ ;;\n"
            "  keys) names=(\"${(@f)$(virt-tune complete keys "
            "2>/dev/null)}\") ;;\n"
            "  any)\n"
            "    names=(\"${(@f)$(timeout 3 virt-tune complete domains "
            "\"${with[@]}\" 2>/dev/null)}\")\n"
            "    _files -g '*.xml'\n"
            "    ;;\n"
            "  esac\n"
            "  [[ -z $names ]] || compadd -a names\n"
            "  [[ -z $list ]] || compadd -- ${=list}\n"
            "}\n"
            "_virt-tune \"$@\"\n");
}

/* Words but options and what belongs to them; what they leave to be said. */
static const char fish_wants[] =
    "        case '-*'\n"
    "        case '*'\n"
    "            echo $word\n"
    "        end\n"
    "    end\n"
    "end\n"
    "function __virt_tune_wants\n"
    "    set -l words (__virt_tune_words)\n"
    "    set -l place (count $words)\"/$words[1]/$words[2]\"\n"
    "    switch $argv[1]\n"
    "        case command\n"
    "            test (count $words) = 0\n"
    "        case subject\n"
    "            string match -q -- '1/show/*' $place\n"
    "        case domain\n"
    "            contains -- $place 0// 2/show/cpus";
static const char fish_rest[] =
    "\n"
    "    end\n"
    "end\n"
    "# of the command, or of the screens\n"
    "function __virt_tune_takes\n"
    "    set -l words (__virt_tune_words)\n"
    "    set -l command $words[1]\n"
    "    contains -- \"$command\" $__virt_tune_commands; or set command ''\n"
    "    contains -- \"$command\" $argv\n"
    "end\n"
    "function __virt_tune_domains\n"
    "    set -l with\n"
    "    set -l words (commandline -opc)\n"
    "    contains -- --demo $words; and set -a with --demo\n"
    "    set -l at (contains -i -- --connect $words; "
    "or contains -i -- -c $words)\n"
    "    and set -a with --connect $words[(math $at + 1)]\n"
    "    timeout 3 virt-tune complete domains $with 2>/dev/null\n"
    "end\n"
    "function __virt_tune_files\n"
    "    __fish_complete_path (commandline -ct) | "
    "string match -r '^[^\\t]*(?:\\.xml|/)(?=\\t|$)'\n"
    "end\n"
    "complete -c virt-tune -f\n"
    "complete -c virt-tune -n '__virt_tune_wants domain' "
    "-a '(__virt_tune_domains)' -d domain\n"
    "complete -c virt-tune -n '__virt_tune_wants domain' "
    "-a '(__virt_tune_files)'\n"
    "complete -c virt-tune -n '__virt_tune_wants subject' "
    "-a 'host groups cpus'\n";

static void add_fish_functions(struct str *str)
{
    struct cli_row row;

    str_add(str,
            "# fish completion of virt-tune; generated\n"
            "set -g __virt_tune_commands ");
    add_command_names(str);
    str_add(str,
            "\n"
            "function __virt_tune_words\n"
            "    set -l skip 0\n"
            "    set -l words (commandline -opc)\n"
            "    for word in $words[2..-1]\n"
            "        if test $skip = 1\n"
            "            set skip 0\n"
            "            continue\n"
            "        end\n"
            "        switch $word\n"
            "        case");
    for (size_t i = 0; cli_option_row(i, &row); i++)
        if (row.has_argument && row.letter)
            str_addf(str, " -%c --%s", row.letter, row.name);
        else if (row.has_argument)
            str_addf(str, " --%s", row.name);
    str_add(str, "\n            set skip 1\n");
    str_add(str, fish_wants);
    for (size_t i = 0; cli_command_row(i, &row); i++)
        if (takes_domain(&row))
            str_addf(str, " 1/%s/", row.name);
    str_add(str, fish_rest);
}

/* " -n '__virt_tune_takes plan apply'"; nothing if all take it. */
static void add_fish_takers(struct str *str, size_t option)
{
    struct str list CLEANUP(str_free) = STR_INIT;
    struct cli_row row;
    bool takes_all = cli_takes("", option);

    if (takes_all)
        str_add(&list, " \"\"");
    for (size_t i = 0; cli_command_row(i, &row); i++) {
        bool is_taken = cli_takes(row.name, option);

        takes_all &= is_taken;
        if (is_taken)
            str_addf(&list, " %s", row.name);
    }
    if (!takes_all)
        str_addf(str, " -n '__virt_tune_takes%s'", str_text(&list));
}

static void add_fish(struct str *str)
{
    struct cli_row command, option;

    add_fish_functions(str);
    for (size_t i = 0; cli_command_row(i, &command); i++) {
        str_addf(str,
                 "complete -c virt-tune -n '__virt_tune_wants command' -a %s "
                 "-d '",
                 command.name);
        add_quoted(str, command.text);
        str_add(str, "'\n");
    }
    for (size_t i = 0; cli_option_row(i, &option); i++) {
        const struct docs_option *known = docs_option(option.name);

        str_addf(str, "complete -c virt-tune -l %s", option.name);
        add_fish_takers(str, i);
        if (option.letter)
            str_addf(str, " -s %c", option.letter);
        if (option.has_argument && strcmp(known->values, "@keys") == 0)
            str_add(str, " -x -a '(virt-tune complete keys)'");
        else if (option.has_argument && *known->values == '@')
            str_add(str, " -r -F");
        else if (option.has_argument)
            str_addf(str, " -x -a '%s'", known->values);
        str_add(str, " -d '");
        add_quoted(str, known->text);
        str_add(str, "'\n");
    }
}

bool docs_add_completion(struct str *str, const char *shell)
{
    if (strcmp(shell, "bash") == 0)
        add_bash(str);
    else if (strcmp(shell, "zsh") == 0)
        add_zsh(str);
    else if (strcmp(shell, "fish") == 0)
        add_fish(str);
    else
        return false;
    return true;
}
