/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the tables, gives the manual and the words that shells complete. A
 * table without a row here shows: the test of commands looks for it.
 */
#include "cli/docs.h"
#include "cli/cli.h"

#include "base/text.h"
#include "ui/app.h"

#include <stdio.h>
#include <string.h>

static const struct docs_option options_known[] = {
    {"connect", "URI", "qemu:///system qemu:///session",
     "the libvirt to talk to; qemu:///system unless LIBVIRT_DEFAULT_URI says "
     "otherwise"},
    {"output", "FILE", "@files", "write the plan, report or capture there"},
    {"help", NULL, "", "the commands, and with a command the keys of --set"},
    {"sysroot", "DIR", "@directories", "read the host beneath DIR"},
    {"root", "DIR", "@directories",
     "write hooks, journal and drafts beneath DIR"},
    {"json", NULL, "",
     "output for programs, see JSON; later versions only add keys"},
    {"read-only", NULL, "", "a promise: nothing is written"},
    {"color", "WHEN", "auto always never",
     "colours; auto has none if NO_COLOR is set"},
    {"ascii", NULL, "", "no characters beyond ASCII"},
    {"demo", NULL, "", "a made-up host and libvirt's in-memory driver"},
    {"script", "FILE", "@files", "play keys from a file and dump screens"},
    {"size", "WIDTHxHEIGHT", "80x24 60x17 120x40",
     "the size of the script's screen"},
    {"vcpus", "N", "", "another number of vCPUs"},
    {"layout", "N", "1 2 3 4 keep settle",
     "the Nth proposed layout; keep leaves the domain's own pins alone, settle "
     "moves only those that have to"},
    {"threads", "1|all", "1 all", "one thread of each core, or all"},
    {"policy", "NAME", "dedicated one-thread shared keep",
     "whole cores, one thread of each, or vCPUs that wander over these cores"},
    {"prefer", "WHAT", "cache clock",
     "where a bigger L3 and a faster clock "
     "differ"},
    {"isolated", NULL, "", "just the CPUs isolated at boot"},
    {"host-cpus", "LIST", "", "CPUs that must stay with the host, as 0-1,8"},
    {"give", "ADDRESS", "",
     "a PCI device to the guest, with all functions of its card; or "
     "usb:VENDOR:PRODUCT, a USB device"},
    {"take", "ADDRESS", "", "a device back to the host"},
    {"boot", "ADDRESS=N", "",
     "a given device's place in the boot order, or off"},
    {"rom", "ADDRESS=VALUE", "",
     "a given device's ROM: on, off, default, or the path of a file"},
    {"despite-claims", NULL, "", "give even what the host needs"},
    {"preset", "NAME", "windows-gaming linux lowest-latency gentle",
     "a set of options in place of the proposal, or the path of such a file"},
    {"guest", "KIND", "windows linux other",
     "what runs in it, where the domain's metadata does not say"},
    {"set", "KEY=VALUE", "@keys",
     "switch an option, see OPTIONS OF A PLAN; or disk.TARGET=/dev/disk/by-id/"
     "NAME: a disk becomes a whole physical one, of which nothing is copied; "
     "or disk.TARGET.cache, .io, .discard, .queues: of that disk alone"},
    {"plan", "FILE", "@files", "a plan file in place of the proposal"},
    {"format", "NAME", "text diff xml json", "how the preview is printed"},
    {"dry-run", NULL, "", "do everything but write"},
    {"yes", NULL, "", "do not ask"},
    {"live", NULL, "", "move the threads of the running guest, too"},
    {"finish", NULL, "", "bring what was cut off to its end"},
    {"take-back", NULL, "", "take what was cut off back"},
    {"keep-edits", NULL, "",
     "undo: what was edited since where it was changed stays as it is"},
    {"drop-edits", NULL, "", "undo: that goes back to what was before, too"},
    {"ask", NULL, "",
     "ask line by line, for who cannot use a full screen; < goes back"},
    {"seconds", "N", "5 10 60",
     "how long check measures a running guest, 10 unless it is told; 0 not at "
     "all"},
    {"with-names", NULL, "", "leave the names in a report or capture"},
    {"version", NULL, "", "print the version"},
};

const struct docs_option *docs_option(const char *name)
{
    static const struct docs_option unknown = {"", "VALUE", "", ""};

    for (size_t i = 0; i < ARRAY_SIZE(options_known); i++)
        if (strcmp(options_known[i].name, name) == 0)
            return &options_known[i];
    return &unknown;
}

bool docs_print(const char *what, struct err *err)
{
    struct str text CLEANUP(str_free) = STR_INIT;

    text_stay_english(); /* whoever builds it */
    if (strcmp(what, "man") == 0)
        docs_add_manual(&text);
    else if (!docs_add_completion(&text, what))
        return err_set(err, ERR_USAGE,
                       "document takes man, bash, zsh or fish.");
    fputs(str_text(&text), stdout);
    return cli_flush(err);
}

/* A name with control characters is none that a shell should be given. */
static void print_domains(const struct options *options)
{
    struct err err = {0};
    struct session *session = session_open(&options->session, &err);
    size_t count = 0;
    struct domain_summary *domains =
        session && session_connect(session, &err)
            ? domain_list(session->conn, &count, &err)
            : NULL;

    for (size_t i = 0; i < count; i++) {
        char *printable CLEANUP(mem_free) = str_printable(domains[i].name);

        if (strcmp(printable, domains[i].name) == 0)
            puts(domains[i].name);
    }
    if (domains)
        domain_list_free(domains, count);
    session_close(session);
}

/* What --set takes of an option, where it can be named. */
static void print_values(const struct option_row *row)
{
    printf("%s=keep\n%s=on\n", row->key, row->key);
    if (!row->has_no_off)
        printf("%s=off\n", row->key);
    if (row->type == OPTION_TYPE_PAGE_SIZE)
        printf("%s=2M\n%s=1G\n", row->key, row->key);
    for (size_t i = 0; row->type == OPTION_TYPE_CHOICE && row->words[i]; i++)
        printf("%s=%s\n", row->key, row->words[i]);
}

bool docs_complete(const struct options *options, const char *what,
                   struct err *err)
{
    if (strcmp(what, "domains") == 0)
        print_domains(options);
    for (size_t i = 0; strcmp(what, "keys") == 0 && i < OPTION_COUNT; i++)
        print_values(option_get((enum option_id)i));
    return cli_flush(err);
}
