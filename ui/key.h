/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys and actions: one table from which dispatch, footer and help come.
 */
#ifndef UI_KEY_H
#define UI_KEY_H

#include <stdbool.h>
#include <stddef.h>

/* Keys: a Unicode character, or one of these. */
enum {
    INPUT_UP = 0x110000,
    INPUT_DOWN,
    INPUT_LEFT,
    INPUT_RIGHT,
    INPUT_PAGE_UP,
    INPUT_PAGE_DOWN,
    INPUT_HOME,
    INPUT_END,
    INPUT_BACK_TAB,
    INPUT_F1,
    INPUT_BACKSPACE,
    INPUT_RESIZE,
    INPUT_CONTINUE, /* no key: the program was stopped and goes on */
    INPUT_TICK,     /* no key: time has passed, see app_wait */
    INPUT_GONE,     /* the terminal is gone, or a signal says stop */
    INPUT_ESCAPE = 27,
    INPUT_ENTER = 13,
    INPUT_TAB = 9,
    INPUT_REPAINT = 12,
};

enum step {
    STEP_DOMAIN,
    STEP_HOST,
    STEP_DEVICES,
    STEP_CPUS,
    STEP_OPTIONS,
    STEP_REVIEW,
    STEP_APPLY,
    STEP_CHECK,
    STEP_COUNT,
};

/* Where keys are looked up: a step, or what is open over one. */
enum {
    PLACE_PRESETS = STEP_COUNT,
    PLACE_DISKS,
    PLACE_HISTORY,
    PLACE_UNDO,      /* the question of an undo, */
    PLACE_CONFLICTS, /* and one about what was edited since */
    PLACE_COUNT
};

enum action {
    ACTION_NONE,
    ACTION_UP,
    ACTION_DOWN,
    ACTION_LEFT,
    ACTION_RIGHT,
    ACTION_PAGE_UP,
    ACTION_PAGE_DOWN,
    ACTION_HOME,
    ACTION_END,
    ACTION_ENTER,
    ACTION_TOGGLE,
    ACTION_EMULATOR,
    ACTION_IOTHREAD,
    ACTION_SPLIT,
    ACTION_NEXT_LAYOUT,
    ACTION_PREVIOUS_LAYOUT,
    ACTION_MORE,
    ACTION_LESS,
    ACTION_OWN,
    ACTION_GUEST,
    ACTION_PRESET,
    ACTION_DISKS,
    ACTION_FIND,
    ACTION_FIND_NEXT,
    ACTION_FIND_PREVIOUS,
    ACTION_FOLD,
    ACTION_PROPOSE,
    ACTION_FILTER,
    ACTION_BOOT,
    ACTION_ROM,
    ACTION_VIEW,
    ACTION_CURE,
    ACTION_APPLY,
    ACTION_KEEP_ALL,
    ACTION_BACK_ALL,
    ACTION_HISTORY,
    ACTION_READ_AGAIN,
    ACTION_SAVE,
    ACTION_UNDO,
    ACTION_REDO,
    ACTION_STEP,
    ACTION_SIGNAL,
    ACTION_REPAINT,
    ACTION_HELP,
    ACTION_BACK,
    ACTION_LEAVE,
    ACTION_COUNT,
};

struct action_row {
    enum action action;
    int keys[4];
    unsigned steps;    /* bits of steps and places where it does something */
    const char *name;  /* of the keys, in footer and help */
    const char *label; /* in the footer; NULL: not there */
    const char *help;
    const char *also; /* a key that help names with it, or NULL */
    bool is_second;   /* a row before it names its key: not in help */
};

/*
 * The rows in order, ended by one of ACTION_NONE. A row without a key is one of
 * the terminal's own, that comes as a signal.
 */
const struct action_row *key_rows(void);

/* The action of a key in a step or place, or ACTION_NONE. */
enum action key_action(int key, unsigned place);

/* The first row of a key in whatever step, or NULL: it is none of ours. */
const struct action_row *key_elsewhere(int key);

/*
 * Reads a key's name as a script spells it: "Enter", "Down", "x". False if
 * there is no such key.
 */
bool key_parse(const char *name, int *key);

#endif
