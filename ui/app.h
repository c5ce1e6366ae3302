/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The screens' model: what is chosen, what is planned, what is shown. Takes
 * keys, paints canvases; knows no terminal.
 */
#ifndef UI_APP_H
#define UI_APP_H

#include "plan/history.h"
#include "plan/layout.h"
#include "session/audit.h"
#include "session/draft.h"
#include "ui/canvas.h"
#include "ui/key.h"
#include "ui/prompt.h"

/* Smaller than that says so; below the full size screens are compact. */
enum { APP_MIN_HEIGHT = 17, APP_MIN_WIDTH = 60 };
enum { APP_FULL_HEIGHT = 24, APP_FULL_WIDTH = 80 };

/* A list with a selection; `top` follows it. */
struct list {
    int selected, top, count;
};

struct app {
    struct session *session;
    bool is_ascii;
    int height, width; /* of the last canvas */
    enum step step;
    bool is_visited[STEP_COUNT];
    bool wants_repaint, has_left;
    char hint[256];

    struct domain_summary *domains; /* NULL: a file, or none could be listed */
    size_t domain_count;
    struct err domains_problem;

    struct history *history;  /* NULL: no domain is chosen */
    struct plan *kept;        /* the present plan without what is dropped */
    struct changeset *set;    /* of the present plan */
    struct arena *arena;      /* of what follows, remade with every edit */
    struct findings findings; /* of the plan as it is kept */
    struct layouts layouts;
    struct err layouts_problem;
    struct hook_nows hook_now; /* once it was shown */
    bool has_hook_now;

    struct list lists[STEP_COUNT];
    int core;                 /* selected in CPUs */
    const void *asked_device; /* its claims were just shown */
    enum device_filter {
        FILTER_ALL,
        FILTER_CAN, /* what can be given */
        FILTER_GUEST,
        FILTER_COUNT
    } device_filter;
    bool *is_group_folded; /* one of each IOMMU group, or NULL: none is */
    struct prompt prompt;
    void (*consent)(struct app *app); /* what to do with it, see consent.c */
    const struct save_kind *saving;   /* see save.c */
    char asked_file[256]; /* whether to replace that is asked, see save.c */
    struct layout_request request; /* what layouts are proposed for */

    struct preset_list *presets;  /* open over step 5, or NULL */
    struct disk_list *disks;      /* the same */
    struct record_list *records;  /* History, open over any step, or NULL */
    bool is_folded[OPTION_COUNT]; /* by the first option of a group */
    char find[64];                /* what was looked for, in any list */
    char *pager;                  /* text shown in full, or NULL */
    char *pager_title;
    int pager_top;
    bool shows_help;

    enum {
        APPLY_ASKS,
        APPLY_REFUSED,
        APPLY_FAILED,
        APPLY_DONE,
        APPLY_UNDONE
    } apply_state;
    struct apply_report report;
    char *applied; /* the plan of what this run applied last, or NULL; */
    unsigned applied_number; /* its record */
    unsigned written; /* records of this run: applied, undone, repaired */
    struct err apply_problem;
    char *undone; /* what came of an undo, in sentences; or NULL */

    struct audit *audit; /* of Check; NULL: not looked yet */
    bool wants_audit;    /* it shall look with the next tick */
    struct err audit_problem;

    struct record *open_record; /* to be asked about, or NULL */
    struct draft *draft;        /* the same */
    struct err ask_problem;
    char *saved; /* the draft as it was saved last, with its step; or NULL */
    struct err draft_problem; /* why it cannot be saved, once that was said */
};

struct finder;

/* What a screen is. Screens are told of no key that does nothing there. */
struct screen {
    const char *name;
    void (*enter)(struct app *app); /* NULL: nothing to do */
    void (*draw)(struct app *app, struct canvas *canvas);
    bool (*act)(struct app *app, enum action action); /* false: not mine */
    int (*length)(const struct app *app); /* of its list; NULL: none */
    const struct finder *finder; /* ui/find.h: what its rows have; or NULL */
};

extern const struct screen screen_domain, screen_host, screen_devices,
    screen_cpus, screen_options, screen_review, screen_apply, screen_check;

const struct screen *app_screen(enum step step);

/* Where keys go: the step, or the place that is open over it; and its name. */
unsigned app_place(const struct app *app);
const char *app_place_name(const struct app *app);

/* Borrows the session. `domain` is opened at once, unless it is NULL. */
struct app *app_new(struct session *session, const char *domain, bool is_ascii,
                    struct err *err);
void app_free(struct app *app); /* NULL is allowed */

/*
 * True if the key is one that writes to the system, or removes a draft, where
 * it is pressed now: one that has to be meant.
 */
bool app_key_writes(const struct app *app, int key);

/* Handles a key; false once the program shall end. */
bool app_key(struct app *app, int key);

/*
 * How many ms to wait for a key at most: then the key is INPUT_TICK, which lets
 * what takes long go on. -1: for ever.
 */
int app_wait(const struct app *app);

/* scr_check.c: the same for its measuring; and its end. */
int check_wait(const struct app *app);
void check_tick(struct app *app);
void check_forget(struct app *app);

/* Paints everything. The canvas may have any size. */
void app_draw(struct app *app, struct canvas *canvas);

/* True if there is room for the keys of the present step over the screen. */
bool frame_help_fits(const struct app *app);

/* The keys of the present step as lines, for small terminals; free it. */
char *frame_help(const struct app *app);

/* The present plan, or NULL if no domain is chosen. */
const struct plan *app_plan(const struct app *app);

/* The plan to edit; end with app_edited. */
struct plan *app_edit(struct app *app);

/* Ends an edit: remakes changes and verdicts. False if nothing changed. */
bool app_edited(struct app *app);

/* Puts a plan in place of the present one, as an edit; takes it over. */
void app_take_plan(struct app *app, struct plan *plan);

/* Makes anew what follows from plan and request. */
void app_derive(struct app *app);

/* Goes to a step, if a domain is chosen. */
void app_go(struct app *app, enum step step);

/*
 * Lets the steps before `step` that were not seen propose what fits: a step
 * builds on those before it, in whatever order they are seen.
 */
void app_propose_before(struct app *app, enum step step);

/* True if what was planned is kept, and will be offered at the next start. */
bool app_leaves_draft(const struct app *app);

/* open.c: opens a domain in place of the present one. */
bool app_open(struct app *app, const char *name, struct err *err);

/* Opens the present domain anew, as it is now; the plan goes. */
bool app_reopen(struct app *app, struct err *err);

/*
 * The same, but what was edited of the plan stays, as an edit of what is there
 * now. False with a sentence if it does not fit, or the domain cannot be read.
 */
bool app_reread(struct app *app, struct err *err);

/*
 * After an undo: the plan that record `number` had applied in this run is what
 * a redo brings, unless something is edited. Nothing else changes.
 */
void app_keep_applied(struct app *app, unsigned number);

/*
 * Reads the present domain again if somebody has changed it. The plan then is
 * an edit of what it is now; says so in the hint.
 */
void app_read_again(struct app *app);

/* Shows a text in full; takes it over, not its title. */
void app_page(struct app *app, const char *title, char *text);

/* One line at the bottom until the next key. */
void app_hint(struct app *app, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Moves the selection; true if the action is a movement. */
bool list_move(struct list *list, enum action action, int page);

/* Brings `top` in line with the selection for `height` visible rows. */
void list_scroll(struct list *list, int height);

/* First and last row of the body of a screen. */
enum { BODY_TOP = 3 };
int app_body_end(const struct canvas *canvas); /* one past the last row */

/* True if the canvas has less than the full width, or height. */
bool app_is_narrow(const struct canvas *canvas);
bool app_is_low(const struct canvas *canvas);

/* Helpers of several screens. */
enum role role_of_verdict(enum verdict verdict);
void draw_rule(struct canvas *canvas, int y, const char *title);
/* The rule above the pane: what says more about the selection of a list. */
void draw_pane_rule(struct canvas *canvas, int y, const char *title);
/*
 * "1-9 of 34" at the right edge, if not all of a list is in sight and there
 * is room right of column x. Gives the column where it begins.
 */
int draw_range(struct canvas *canvas, int y, int x, const struct list *list,
               int height);
void draw_marker(struct canvas *canvas, int y, bool is_selected);

/*
 * Runs a script of keys (words apart by blanks; "dump" prints the screen;
 * "resize:WxH"; "wait" until nothing goes on any more) on a canvas of the given
 * size, without a terminal.
 */
bool script_run(struct app *app, const char *path, const char *size,
                struct err *err);

#endif
