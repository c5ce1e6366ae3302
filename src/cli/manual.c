/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the tables of commands, options and keys, gives virt-tune(1). */
#include "cli/cli.h"
#include "cli/docs.h"

#include "ui/app.h"

#include <string.h>

/* Text as roff takes it: nothing in it is a command. */
static void add(struct str *str, const char *text)
{
    bool is_start = str->length == 0 || str->text[str->length - 1] == '\n';

    for (; *text; text++) {
        if (is_start && (*text == '.' || *text == '\''))
            str_add(str, "\\&");
        if (*text == '\\')
            str_add(str, "\\e");
        else if (*text == '-')
            str_add(str, "\\-");
        else
            str_add_bytes(str, text, 1);
        is_start = *text == '\n';
    }
}

static void add_paragraph(struct str *str, const char *text)
{
    str_add(str, ".PP\n");
    add(str, text);
    str_add(str, "\n");
}

/* A term in bold, what is to be put in its place in italics, and its text. */
static void add_item(struct str *str, const char *bold, const char *italic,
                     const char *text)
{
    str_add(str, ".TP\n\\fB");
    add(str, bold);
    str_add(str, "\\fR");
    if (italic && *italic) {
        str_add(str, " \\fI");
        add(str, italic);
        str_add(str, "\\fR");
    }
    str_add(str, "\n");
    add(str, text);
    str_add(str, str_ends(text, "?") ? "\n" : ".\n");
}

static void add_commands(struct str *str)
{
    struct cli_row row;

    str_add(str, ".SH COMMANDS\nWithout a command the screens are shown.\n");
    for (size_t i = 0; cli_command_row(i, &row); i++)
        add_item(str, row.name, row.arguments, row.text);
}

/* "Goes with plan, preview and apply." */
static void add_takers(struct str *str, size_t option)
{
    struct str list CLEANUP(str_free) = STR_INIT;
    struct cli_row row;
    bool takes_all = cli_takes("", option);

    if (takes_all)
        str_add(&list, "the screens");
    for (size_t i = 0; cli_command_row(i, &row); i++) {
        bool is_taken = cli_takes(row.name, option);

        takes_all &= is_taken;
        if (is_taken)
            str_addf(&list, "%s%s", list.length > 0 ? ", " : "", row.name);
    }
    if (takes_all)
        return;
    str_add(str, "Goes with: ");
    add(str, str_text(&list));
    str_add(str, ".\n");
}

static void add_options(struct str *str)
{
    struct cli_row row;

    str_add(str, ".SH OPTIONS\n");
    for (size_t i = 0; cli_option_row(i, &row); i++) {
        const struct docs_option *known = docs_option(row.name);
        struct str name CLEANUP(str_free) = STR_INIT;

        if (row.letter)
            str_addf(&name, "-%c, ", row.letter);
        str_addf(&name, "--%s", row.name);
        add_item(str, str_text(&name),
                 row.has_argument ? known->argument : NULL, known->text);
        add_takers(str, i);
    }
}

static void add_keys_of_plans(struct str *str)
{
    const char *group = "";

    str_add(str, ".SH OPTIONS OF A PLAN\nEach takes ");
    add(str, "keep (as the domain has it), off, on, or a value.\n");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *row = option_get((enum option_id)i);
        struct str text CLEANUP(str_free) = STR_INIT;
        struct str value CLEANUP(str_free) = STR_INIT;

        if (strcmp(group, row->group) != 0) {
            str_add(str, ".SS ");
            add(str, row->group);
            str_add(str, "\n");
        }
        group = row->group;
        if (row->type == OPTION_TYPE_NUMBER)
            str_addf(&value, "%ld to %ld", row->minimum, row->maximum);
        else if (row->type == OPTION_TYPE_PAGE_SIZE)
            str_add(&value, "2M or 1G");
        str_addf(&text, "%s\nCost: %s\nRisk: %s\nWrites: %s", row->does,
                 row->cost, row->risk, row->writes);
        add_item(str, row->key, str_text(&value), str_text(&text));
    }
}

static void add_steps(struct str *str, unsigned steps)
{
    bool is_first = true;

    for (unsigned i = 0; i < STEP_COUNT; i++)
        if (steps & 1U << i) {
            str_addf(str, "%s%s", is_first ? "" : ", ",
                     app_screen((enum step)i)->name);
            is_first = false;
        }
}

static void add_keys(struct str *str)
{
    enum { EVERYWHERE = (1U << STEP_COUNT) - 1 };

    str_add(str, ".SH KEYS\n");
    add(str,
        "Nothing is written before a in Apply. A key that does nothing "
        "says why.\n");
    for (const struct action_row *row = key_rows(); row->action; row++) {
        struct str where CLEANUP(str_free) = STR_INIT;
        struct str name CLEANUP(str_free) = STR_INIT;

        if (row->is_second)
            continue;
        str_addf(&name, row->also ? "%s, %s" : "%s", row->name, row->also);
        if (row->steps != EVERYWHERE)
            add_steps(&where, row->steps);
        add_item(str, str_text(&name), str_text(&where), row->help);
    }
}

static void add_json(struct str *str)
{
    const struct schema_row *row;

    str_add(str, ".SH JSON\n");
    add(str,
        "What --json prints is one object, in English. Later versions add "
        "keys, none changes or goes. Of a dotted key the last part is in each "
        "object of the array before it. What was read from outside has no "
        "control characters. CPU numbers are the kernel's, a list of CPUs is "
        "a string. preview --format json, and apply --format json before its "
        "lines, print what preview --json does.\n");
    for (size_t i = 0; (row = schema_row(i)); i++)
        if (row->type) {
            add_item(str, row->key, row->type, row->text);
        } else {
            str_add(str, ".SS ");
            add(str, row->key);
            str_add(str, "\n");
        }
}

static void add_codes(struct str *str)
{
    static const char *const codes[][2] = {
        {"0", "done, or nothing to do"},
        {"1", "failed, nothing changed"},
        {"2", "wrong usage, or no usable terminal"},
        {"3", "refused by a rule, or a check failed"},
        {"4", "somebody changed the domain meanwhile"},
        {"5", "not permitted"},
        {"6", "failed, and could not be taken back"},
    };

    str_add(str, ".SH EXIT STATUS\n");
    for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
        add_item(str, codes[i][0], NULL, codes[i][1]);
}

static void add_places(struct str *str)
{
    str_add(str, ".SH ENVIRONMENT\n");
    add_item(str, "LIBVIRT_DEFAULT_URI", NULL, "the libvirt to talk to");
    add_item(str, "LC_ALL, LC_MESSAGES, LANG, LANGUAGE", NULL,
             "the language of what is for people: English or German; JSON, "
             "XML and plans are the same in each");
    add_item(str, "NO_COLOR", NULL, "if it is not empty: no colours");
    add_item(str, "ESCDELAY", NULL,
             "milliseconds that a sequence of a key may take; 100 if unset");
    str_add(str, ".SH FILES\n");
    add_item(str, "/etc/libvirt/hooks/qemu.d/50-virt-tune", NULL,
             "the hook, the same on every machine");
    add_item(str, "/etc/libvirt/hooks/virt-tune/UUID.conf", NULL,
             "what it does for a domain");
    add_item(str, "/var/lib/virt-tune", NULL,
             "the journal, with copies of everything before and after");
    add_item(str, "/var/log/libvirt/virt-tune.log", NULL, "the hook's log");
}

void docs_add_manual(struct str *str)
{
    str_add(str, ".TH VIRT\\-TUNE 1 \"\" \"virt\\-tune " VIRT_TUNE_VERSION
                 "\"\n.SH NAME\n"
                 "virt\\-tune \\- tune a libvirt domain with passed\\-through "
                 "hardware\n.SH SYNOPSIS\n"
                 "\\fBvirt\\-tune\\fR [\\fIDOMAIN\\fR]\n.br\n"
                 "\\fBvirt\\-tune\\fR \\fICOMMAND\\fR "
                 "[\\fIARGUMENT\\fR]... [\\fIOPTION\\fR]...\n"
                 ".SH DESCRIPTION\n");
    add(str,
        "virt-tune looks at the host and at a domain, proposes which CPU "
        "runs what, huge pages and hints, shows every change as a "
        "sentence and as lines of XML, and only then writes it. "
        "Everything it wrote it can take back.\n");
    add_paragraph(str,
                  "DOMAIN is a name, a UUID, or the path of an XML file "
                  "(with a / in it, or ending in .xml), which needs no "
                  "libvirt at all.");
    add_commands(str);
    add_options(str);
    add_keys_of_plans(str);
    add_keys(str);
    add_json(str);
    add_codes(str);
    add_places(str);
    str_add(str, ".SH SEE ALSO\n\\fBvirsh\\fR(1), \\fBlibvirtd\\fR(8)\n");
}
