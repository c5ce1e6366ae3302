/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line: options, the table of commands, and their output.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "plan/layout.h"
#include "session/session.h"

#include <stdio.h>

enum { SET_MAX = 64 };

struct options {
    struct session_options session;
    bool is_json, is_dry_run, is_confirmed, is_ascii;
    bool wants_finish, wants_take_back; /* of repair */
    enum choice edits;  /* of undo: what was edited since, at the same place */
    bool asks;          /* plan: line by line */
    bool is_live;       /* apply: move running threads too */
    const char *color;  /* "auto", "always", "never" */
    const char *format; /* of preview */
    const char *script; /* a file of keys for the screens, or NULL */
    const char *size;   /* of the script's screen: "80x24" */
    const char *plan;   /* a plan file, or NULL */
    const char *output; /* a file, or NULL: standard output */
    const char *preset; /* a name or a path, or NULL */
    enum guest_kind guest; /* GUEST_UNKNOWN: as the domain says */
    const char *layout;    /* "keep", "settle", a proposal's number, or NULL */
    struct layout_request request; /* vcpus 0: as the domain has */
    bool has_request;              /* something but the count is asked for */
    const char *sets[SET_MAX];
    size_t set_count;
    struct {
        const char *address;
        bool is_given;
    } devices[SET_MAX]; /* --give and --take, in their order */
    size_t device_count;
    unsigned seconds; /* of check: how long waiting is measured; 0: not */
    bool with_names;  /* in a report or capture */
    struct {
        const char *text; /* ADDRESS=VALUE */
        bool is_rom;
    } tells[SET_MAX]; /* --boot and --rom */
    size_t tell_count;
    bool despite_claims; /* even what the host needs may go */
};

/*
 * Reads arguments, runs a command, prints what failed on standard error.
 * Gives the exit code (see enum err_code).
 */
int cli_main(int count, char **arguments);

/* The rows of the command line's tables, for what is generated from them. */
struct cli_row {
    const char *name, *arguments, *text; /* the last two: of commands */
    char letter;                         /* of an option, or 0 */
    bool has_argument;
};

/* False behind the last. */
bool cli_command_row(size_t index, struct cli_row *row);
bool cli_option_row(size_t index, struct cli_row *row);

/* True if an option goes with a command; "": with the screens. */
bool cli_takes(const char *command, size_t option);

/* "virt-tune document man", or a shell: what is installed beside it. */
bool docs_print(const char *what, struct err *err);

/* "virt-tune complete domains" or "keys": words for the completions. */
bool docs_complete(const struct options *options, const char *what,
                   struct err *err);

/*
 * Takes what --boot ("01:00.0=1") and --rom ("01:00.0=off") say of a device.
 * False with a sentence if there is no such device or value (ERR_USAGE), or the
 * device cannot be booted from or does not go to the guest (ERR_REFUSED).
 */
bool cli_tell(struct plan *plan, const char *text, bool is_rom,
              struct err *err);

/*
 * Gives a USB device, "046d:c31c", or takes it back. False with a sentence: it
 * is not there, several are, or the host needs it (ERR_REFUSED).
 */
bool cli_usb(struct plan *plan, const char *text, bool is_given,
             bool despite_claims, struct err *err);

/* Does --give, --take, --boot and --rom; false with a sentence. */
bool cli_devices(const struct options *options, struct plan *plan,
                 struct err *err);

/*
 * Does each --set; false with a sentence. What follows from one is said on
 * standard error, and two of which one would undo the other are refused.
 */
bool cli_sets(struct plan *plan, const struct options *options,
              struct err *err);

/* One such, of a disk: "vda.cache=none"; false with a sentence. */
bool cli_set_disk(struct plan *plan, const char *text, struct err *err);

/* The commands. `words` are the arguments after the command's name. */
bool command_list(const struct options *options, char **words, struct err *err);
bool command_show(const struct options *options, char **words, struct err *err);
bool command_plan(const struct options *options, char **words, struct err *err);
bool command_preview(const struct options *options, char **words,
                     struct err *err);
bool command_apply(const struct options *options, char **words,
                   struct err *err);
bool command_undo(const struct options *options, char **words, struct err *err);
bool command_history(const struct options *options, char **words,
                     struct err *err);
bool command_repair(const struct options *options, char **words,
                    struct err *err);
bool command_check(const struct options *options, char **words,
                   struct err *err);
bool command_capture(const struct options *options, char **words,
                     struct err *err);
bool command_screens(const struct options *options, char **words,
                     struct err *err);

/*
 * The plan that the options ask for: of a file, or the proposal for the
 * loaded domain with --vcpus, --layout and --set worked in. NULL on failure.
 */
struct plan *cli_plan(const struct session *session,
                      const struct options *options, struct err *err);

/* The record that `words[1]` names; 0 if there is no such word. */
bool cli_record_number(char **words, unsigned *number, struct err *err);

/* How files that are written beneath --root get to another host. */
void print_copying(const struct session *session,
                   const struct file_change *files, size_t count);

/* How much of a domain could be better: rules that are not content. */
size_t cli_complaints(const struct host *host, const struct domain *domain);

/* What a plan changes, and how it is judged; the preview as options ask. */
void print_changes(const struct session *session, const struct changeset *set);
void print_plan_findings(const struct plan *plan);
bool print_preview(const struct session *session, const struct options *options,
                   const struct plan *plan, const struct changeset *set);

/* Asks on the terminal; gives the answer's first character, 0 if none came. */
char cli_answer(const char *question);

/* Writes to standard output; a failure there is one sentence. */
bool cli_flush(struct err *err);

/* Prints findings as aligned text; `findings` may be empty. */
void print_findings(FILE *out, const struct findings *findings);

/* Prints every key of --set with its values and its title. */
void print_option_keys(void);

/* Prints text with control characters made harmless. */
void print_printable(FILE *out, const char *text);

#endif
