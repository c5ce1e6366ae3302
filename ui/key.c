/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of actions. A key that is not in it does nothing. */
#include "ui/key.h"

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"

#include <string.h>
#include <threads.h>

#define ON(step) (1U << STEP_##step)
#define EVERYWHERE ((1U << STEP_COUNT) - 1)
#define ALL_PLACES ((1U << PLACE_COUNT) - 1)
/* What is open over the options. */
#define OVER(place) (1U << PLACE_##place)
#define PLANNING (ON(HOST) | ON(DEVICES) | ON(CPUS) | ON(OPTIONS) | ON(REVIEW))
#define LISTS                                                         \
    (ON(DOMAIN) | ON(HOST) | ON(DEVICES) | ON(OPTIONS) | ON(REVIEW) | \
     ON(CHECK) | OVER(DISKS))

static struct action_row rows[] = {
    {ACTION_UP,
     {INPUT_UP, 'k'},
     LISTS | ON(CPUS) | OVER(PRESETS),
     "Up k",
     NULL,
     N_("up")},
    {ACTION_DOWN,
     {INPUT_DOWN, 'j'},
     LISTS | ON(CPUS) | OVER(PRESETS),
     "Down j",
     NULL,
     N_("down")},
    {ACTION_LEFT, {INPUT_LEFT, 'h'}, ON(CPUS), "Left h", NULL, "core before"},
    {ACTION_RIGHT, {INPUT_RIGHT, 'l'}, ON(CPUS), "Right l", NULL, "next core"},
    {ACTION_PAGE_UP, {INPUT_PAGE_UP}, LISTS, N_("PgUp"), NULL, "a page up"},
    {ACTION_PAGE_DOWN,
     {INPUT_PAGE_DOWN},
     LISTS,
     N_("PgDn"),
     NULL,
     "a page down"},
    {ACTION_HOME,
     {INPUT_HOME},
     LISTS | OVER(PRESETS),
     N_("Home"),
     NULL,
     N_("first")},
    {ACTION_END,
     {INPUT_END},
     LISTS | OVER(PRESETS),
     N_("End"),
     NULL,
     N_("last")},
    {ACTION_ENTER,
     {INPUT_ENTER, '\n'},
     OVER(PRESETS),
     "Enter",
     "take it",
     "this preset into the plan"},
    {ACTION_PAGE_UP,
     {INPUT_PAGE_UP},
     OVER(PRESETS),
     N_("PgUp"),
     NULL,
     "the lines before"},
    {ACTION_PAGE_DOWN,
     {INPUT_PAGE_DOWN},
     OVER(PRESETS),
     N_("PgDn"),
     "more lines",
     "the lines after"},
    {ACTION_PRESET, {'p'}, OVER(PRESETS), "p", NULL, "back to the options"},
    {ACTION_TOGGLE,
     {' '},
     ON(DEVICES),
     N_("Space"),
     "give or keep",
     "device to the guest, or back to the host"},
    {ACTION_TOGGLE,
     {' '},
     ON(CPUS),
     N_("Space"),
     N_("guest"),
     "core to the guest, or back to the host"},
    {ACTION_TOGGLE,
     {' '},
     ON(OPTIONS) | OVER(DISKS),
     N_("Space"),
     N_("change"),
     "on, off, or as the domain has it"},
    {ACTION_TOGGLE,
     {' '},
     ON(REVIEW),
     N_("Space"),
     N_("keep/drop"),
     "keep or drop this change"},
    {ACTION_FIND,
     {'/'},
     ON(DEVICES),
     "/",
     N_("find"),
     "find a device by a word"},
    {ACTION_FIND_NEXT, {'n'}, ON(DEVICES), "n", NULL, "the next one"},
    {ACTION_FIND_PREVIOUS, {'N'}, ON(DEVICES), "N", NULL, "the one before"},
    {ACTION_FILTER,
     {'f'},
     ON(DEVICES),
     "f",
     N_("filter"),
     "all, what can be given, what is given"},
    {ACTION_FOLD, {'o'}, ON(DEVICES), "o", NULL, "fold the group, or open it"},
    {ACTION_BOOT,
     {'b'},
     ON(DEVICES),
     "b",
     NULL,
     "place in the boot order: 1, 2, 3, none"},
    {ACTION_ROM, {'r'}, ON(DEVICES), "r", NULL, "ROM: on, off, or a file"},
    {ACTION_EMULATOR, {'e'}, ON(CPUS), "e", "em", "emulator runs here"},
    {ACTION_IOTHREAD, {'i'}, ON(CPUS), "i", "io", "disk I/O thread runs here"},
    {ACTION_SPLIT, {'t'}, ON(CPUS), "t", NULL, "one thread only, or all"},
    {ACTION_NEXT_LAYOUT,
     {INPUT_TAB},
     ON(CPUS),
     "Tab",
     N_("layout"),
     "take the next proposed layout"},
    {ACTION_PREVIOUS_LAYOUT,
     {INPUT_BACK_TAB},
     ON(CPUS),
     "S-Tab",
     NULL,
     "take the one before"},
    {ACTION_MORE,
     {'+', '='},
     ON(CPUS),
     "+ -",
     N_("vCPUs"),
     "more vCPUs; - fewer"},
    {ACTION_LESS, {'-'}, ON(CPUS), "-", NULL, "fewer vCPUs"},
    {ACTION_UNDO,
     {'u'},
     PLANNING | OVER(DISKS),
     "u U",
     N_("undo/redo"),
     "undo an edit; U redoes"},
    {ACTION_REDO,
     {'U'},
     PLANNING | ON(APPLY) | OVER(DISKS),
     "U",
     NULL,
     "redo an edit"},
    {ACTION_ENTER,
     {INPUT_ENTER, '\n'},
     PLANNING,
     "Enter",
     N_("next"),
     "next step"},
    {ACTION_OWN,
     {'d'},
     ON(CPUS) | ON(OPTIONS) | OVER(DISKS),
     "d",
     N_("domain's own"),
     "as the domain has it"},
    {ACTION_GUEST,
     {'g'},
     ON(OPTIONS),
     "g",
     NULL,
     "the kind of guest: Windows, Linux, other"},
    {ACTION_PRESET,
     {'p'},
     ON(OPTIONS),
     "p",
     N_("presets"),
     "sets of options, and what they change"},
    {ACTION_DISKS, {'e'}, ON(OPTIONS), "e", NULL, "each disk by itself"},
    {ACTION_DISKS, {'e'}, OVER(DISKS), "e", NULL, "back to the options"},
    {ACTION_ENTER,
     {INPUT_ENTER, '\n'},
     OVER(DISKS),
     "Enter",
     "done",
     "back to the options"},
    {ACTION_FIND, {'/'}, ON(OPTIONS), "/", NULL, "find by any word"},
    {ACTION_FIND_NEXT, {'n'}, ON(OPTIONS), "n N", NULL, "next found; N before"},
    {ACTION_FIND_PREVIOUS, {'N'}, ON(OPTIONS), "N", NULL, "found before"},
    {ACTION_FOLD, {'o'}, ON(OPTIONS), "o", NULL, "fold or open the group"},
    {ACTION_PROPOSE,
     {'p'},
     PLANNING & ~ON(OPTIONS) & ~ON(DEVICES),
     "p",
     "propose all",
     "take every proposal, all steps"},
    {ACTION_PROPOSE,
     {'p'},
     ON(DEVICES),
     "p",
     NULL,
     "take every proposal, all steps"},
    {ACTION_VIEW,
     {'v'},
     ON(HOST) | ON(CHECK),
     "v",
     "in full",
     "this check's whole text"},
    {ACTION_CURE,
     {'g'},
     ON(HOST) | ON(CHECK),
     "g",
     N_("go to it"),
     "to the option or step that changes it"},
    {ACTION_VIEW,
     {'v'},
     ON(DEVICES) | ON(OPTIONS) | OVER(DISKS),
     "v",
     NULL,
     "the whole text about it"},
    {ACTION_VIEW,
     {'v'},
     ON(REVIEW),
     "v",
     "whole diff",
     "warnings, and the whole difference"},
    {ACTION_VIEW,
     {'v'},
     ON(APPLY),
     "v",
     "stored XML",
     "the definition as it is stored now"},
    {ACTION_APPLY, {'a'}, ON(APPLY), "a", N_("apply"), "write it"},
    {ACTION_HISTORY,
     {'h'},
     ON(APPLY),
     "h",
     N_("history"),
     "what was done, and when"},
    {ACTION_READ_AGAIN,
     {'r'},
     ON(DOMAIN),
     "r",
     "read again",
     "read the domains again"},
    {ACTION_READ_AGAIN,
     {'r'},
     ON(REVIEW) | ON(APPLY),
     "r",
     NULL,
     "read the domain again, and keep the plan"},
    {ACTION_READ_AGAIN,
     {'r'},
     ON(CHECK),
     "r",
     N_("again"),
     "look and measure again"},
    {ACTION_ENTER,
     {INPUT_ENTER, '\n'},
     ON(DOMAIN),
     "Enter",
     N_("choose"),
     "choose this domain"},
    {ACTION_ENTER,
     {INPUT_ENTER, '\n'},
     ON(APPLY),
     "Enter",
     "to Review",
     "cancel, back to Review"},
    {ACTION_SAVE,
     {'s'},
     PLANNING | OVER(DISKS),
     "s",
     NULL,
     "save the plan in a file"},
    {ACTION_SAVE,
     {'w'},
     ON(CHECK),
     "w",
     "save report",
     "save a report, without names"},
    {ACTION_UNDO,
     {'u'},
     ON(APPLY),
     "u",
     N_("undo"),
     "take the apply, or before it an edit, back"},
    {ACTION_STEP, {'1'}, ALL_PLACES, "1 - 8", NULL, "go to a step"},
    {ACTION_REPAINT, {INPUT_REPAINT}, ALL_PLACES, "^L", NULL, "paint again"},
    {ACTION_HELP, {'?', INPUT_F1}, ALL_PLACES, "?", N_("help"), "this help"},
    {ACTION_BACK,
     {'q', INPUT_ESCAPE},
     EVERYWHERE & ~ON(DOMAIN),
     "q",
     N_("back"),
     "a step back"},
    {ACTION_BACK,
     {'q', INPUT_ESCAPE},
     OVER(PRESETS) | OVER(DISKS),
     "q",
     N_("back"),
     "back to the options"},
    {ACTION_LEAVE,
     {'q', INPUT_ESCAPE},
     ON(DOMAIN),
     "q",
     N_("quit"),
     N_("leave")},
    {ACTION_NONE, {0}, 0, NULL, NULL, NULL},
};

static void translate_rows(void)
{
    for (struct action_row *row = rows; row->action; row++) {
        row->name = text_of(row->name);
        row->label = text_of(row->label);
        row->help = text_of(row->help);
    }
}

const struct action_row *key_rows(void)
{
    static once_flag once = ONCE_FLAG_INIT;

    call_once(&once, translate_rows);
    return rows;
}

enum action key_action(int key, unsigned place)
{
    if (key >= '1' && key <= '0' + STEP_COUNT)
        return ACTION_STEP;
    for (const struct action_row *row = key_rows(); row->action; row++)
        for (size_t i = 0; (row->steps & 1U << place) && i < 4; i++)
            if (row->keys[i] == key && key != 0)
                return row->action;
    return ACTION_NONE;
}

const struct action_row *key_elsewhere(int key)
{
    for (const struct action_row *row = key_rows(); row->action; row++)
        for (size_t i = 0; i < ARRAY_SIZE(row->keys) && key != 0; i++)
            if (row->keys[i] == key && row->steps & EVERYWHERE)
                return row;
    return NULL;
}

bool key_parse(const char *name, int *key)
{
    static const struct {
        const char *name;
        int key;
    } names[] = {
        {"Up", INPUT_UP},
        {"Down", INPUT_DOWN},
        {"Left", INPUT_LEFT},
        {"Right", INPUT_RIGHT},
        {"PageUp", INPUT_PAGE_UP},
        {"PageDown", INPUT_PAGE_DOWN},
        {"Home", INPUT_HOME},
        {"End", INPUT_END},
        {"Enter", INPUT_ENTER},
        {"Esc", INPUT_ESCAPE},
        {"Tab", INPUT_TAB},
        {"BackTab", INPUT_BACK_TAB},
        {"Space", ' '},
        {"F1", INPUT_F1},
        {"Backspace", INPUT_BACKSPACE},
        {"C-l", INPUT_REPAINT},
        {"tick", INPUT_TICK},
    };
    unsigned character = 0;
    size_t length;

    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (strcmp(names[i].name, name) == 0) {
            *key = names[i].key;
            return true;
        }
    length = str_utf8(name, &character);
    if (length == 0 || name[length] != '\0')
        return false;
    *key = (int)character;
    return true;
}
