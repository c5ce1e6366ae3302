/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the arguments, finds the command, runs it. Global options may stand
 * anywhere.
 */
#include "cli/cli.h"

#include "base/str.h"
#include "base/text.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

/* Options that only some commands take. */
enum taken {
    TAKES_PLAN = 1,   /* --plan --vcpus --layout --set */
    TAKES_OUTPUT = 2, /* -o */
    TAKES_FORMAT = 4, /* --format */
    TAKES_DRY_RUN = 8,
    TAKES_YES = 16,
    TAKES_SCRIPT = 32, /* --script --size */
    TAKES_WAY = 64,    /* --finish --take-back */
    TAKES_LIVE = 128,
    TAKES_CHECK = 256, /* --seconds */
    TAKES_ASK = 512,
    TAKES_NAMES = 1024, /* --with-names */
    TAKES_EDITS = 2048, /* --keep-edits --drop-edits */
    TAKES_JSON = 4096,
};

struct command {
    const char *name;
    const char *arguments;
    const char *text;
    int minimum, maximum; /* words after the name */
    unsigned takes;       /* bits of enum taken: options beyond the general */
    bool (*run)(const struct options *options, char **words, struct err *err);
};

static const struct command commands[] = {
    {"list", "", "domains, and what could be better", 0, 0, TAKES_JSON,
     command_list},
    {"show", "host | groups | cpus [DOMAIN]", "facts of the host", 1, 2,
     TAKES_PLAN | TAKES_JSON, command_show},
    {"plan", "DOMAIN", "the proposal as a plan file", 1, 1,
     TAKES_PLAN | TAKES_OUTPUT | TAKES_ASK, command_plan},
    {"preview", "DOMAIN", "what a plan would change", 1, 1,
     TAKES_PLAN | TAKES_FORMAT | TAKES_JSON, command_preview},
    {"apply", "DOMAIN", "write it, install the hook", 1, 1,
     TAKES_PLAN | TAKES_FORMAT | TAKES_DRY_RUN | TAKES_YES | TAKES_LIVE,
     command_apply},
    {"check", "DOMAIN [--seconds N]", "is the guest as planned?", 1, 1,
     TAKES_CHECK | TAKES_OUTPUT | TAKES_NAMES | TAKES_JSON, command_check},
    {"undo", "DOMAIN [NUMBER]", "take the last apply, or a record, back", 1, 2,
     TAKES_YES | TAKES_EDITS, command_undo},
    {"history", "[DOMAIN [NUMBER]]", "what was applied and undone", 0, 2,
     TAKES_JSON, command_history},
    {"repair", "[DOMAIN]", "finish what was cut off, or take it back", 0, 1,
     TAKES_WAY, command_repair},
    {"capture", "[DOMAIN] -o FILE.tar", "this host in a file, without names", 0,
     1, TAKES_OUTPUT | TAKES_NAMES, command_capture},
};

/* The screens are what runs without a command. */
static const struct command screens = {
    "", "[DOMAIN]", "", 0, 1, TAKES_SCRIPT, command_screens,
};

enum {
    OPT_SYSROOT = 256,
    OPT_ROOT,
    OPT_JSON,
    OPT_READ_ONLY,
    OPT_COLOR,
    OPT_ASCII,
    OPT_DEMO,
    OPT_SCRIPT,
    OPT_SIZE,
    OPT_VCPUS,
    OPT_LAYOUT,
    OPT_THREADS,
    OPT_POLICY,
    OPT_PREFER,
    OPT_ISOLATED,
    OPT_HOST_CPUS,
    OPT_GIVE,
    OPT_TAKE,
    OPT_DESPITE_CLAIMS,
    OPT_BOOT,
    OPT_ROM,
    OPT_SET,
    OPT_PRESET,
    OPT_GUEST,
    OPT_PLAN,
    OPT_FORMAT,
    OPT_DRY_RUN,
    OPT_YES,
    OPT_LIVE,
    OPT_ASK,
    OPT_FINISH,
    OPT_TAKE_BACK,
    OPT_KEEP_EDITS,
    OPT_DROP_EDITS,
    OPT_SECONDS,
    OPT_WITH_NAMES,
    OPT_VERSION,
};

static const struct option long_options[] = {
    {"connect", required_argument, NULL, 'c'},
    {"output", required_argument, NULL, 'o'},
    {"help", no_argument, NULL, 'h'},
    {"sysroot", required_argument, NULL, OPT_SYSROOT},
    {"root", required_argument, NULL, OPT_ROOT},
    {"json", no_argument, NULL, OPT_JSON},
    {"read-only", no_argument, NULL, OPT_READ_ONLY},
    {"color", required_argument, NULL, OPT_COLOR},
    {"ascii", no_argument, NULL, OPT_ASCII},
    {"demo", no_argument, NULL, OPT_DEMO},
    {"script", required_argument, NULL, OPT_SCRIPT},
    {"size", required_argument, NULL, OPT_SIZE},
    {"vcpus", required_argument, NULL, OPT_VCPUS},
    {"layout", required_argument, NULL, OPT_LAYOUT},
    {"threads", required_argument, NULL, OPT_THREADS},
    {"policy", required_argument, NULL, OPT_POLICY},
    {"prefer", required_argument, NULL, OPT_PREFER},
    {"isolated", no_argument, NULL, OPT_ISOLATED},
    {"host-cpus", required_argument, NULL, OPT_HOST_CPUS},
    {"give", required_argument, NULL, OPT_GIVE},
    {"take", required_argument, NULL, OPT_TAKE},
    {"boot", required_argument, NULL, OPT_BOOT},
    {"rom", required_argument, NULL, OPT_ROM},
    {"despite-claims", no_argument, NULL, OPT_DESPITE_CLAIMS},
    {"set", required_argument, NULL, OPT_SET},
    {"preset", required_argument, NULL, OPT_PRESET},
    {"guest", required_argument, NULL, OPT_GUEST},
    {"plan", required_argument, NULL, OPT_PLAN},
    {"format", required_argument, NULL, OPT_FORMAT},
    {"dry-run", no_argument, NULL, OPT_DRY_RUN},
    {"yes", no_argument, NULL, OPT_YES},
    {"live", no_argument, NULL, OPT_LIVE},
    {"ask", no_argument, NULL, OPT_ASK},
    {"finish", no_argument, NULL, OPT_FINISH},
    {"take-back", no_argument, NULL, OPT_TAKE_BACK},
    {"keep-edits", no_argument, NULL, OPT_KEEP_EDITS},
    {"drop-edits", no_argument, NULL, OPT_DROP_EDITS},
    {"seconds", required_argument, NULL, OPT_SECONDS},
    {"with-names", no_argument, NULL, OPT_WITH_NAMES},
    {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0},
};

static void print_help(void)
{
    puts(
        _("virt-tune [DOMAIN]   tune a domain (name, UUID, file) on a screen"));
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
        char left[64];

        snprintf(left, sizeof(left), "%s %s", commands[i].name,
                 commands[i].arguments);
        printf("  %-34s %s\n", left, text_of(commands[i].text));
    }
    puts(_(
        "  -c, --connect URI  libvirt (qemu:///system)  --read-only  write "
        "nothing\n"
        "  --sysroot DIR  read the host there   --root DIR  write beneath it\n"
        "  --demo  a made-up host and libvirt   --json --ascii --color WHEN\n"
        "plan, preview, apply:\n"
        "  --vcpus N  --layout N|keep|settle  --set KEY=VALUE  --plan FILE\n"
        "  --preset NAME  --guest windows|linux|other  --threads 1|all\n"
        "  --policy dedicated|one-thread|shared|keep   --prefer cache|clock\n"
        "  --host-cpus LIST  --isolated  --boot ADDRESS=N|off\n"
        "  --give ADDRESS  --take ADDRESS   a PCI device, or "
        "usb:VENDOR:PRODUCT\n"
        "  --rom ADDRESS=on|off|default|FILE  --format text|diff|xml|json\n"
        "  -o FILE (plan, check, capture)  --ask (plan)  --dry-run --yes "
        "(apply)\n"
        "Exit: 0 done, 1 failed, 2 usage, 3 refused, 4 changed meanwhile,\n"
        "      5 not permitted, 6 failed and not taken back"));
}

static bool need_number(const char *name, const char *text, unsigned *number,
                        struct err *err)
{
    unsigned long value;

    if (!str_number(text, 4096, &value) || value == 0)
        return err_set(err, ERR_USAGE, "%s takes a number from 1 to 4096.",
                       name);
    *number = (unsigned)value;
    return true;
}

static bool take_policy(struct options *options, const char *name,
                        struct err *err)
{
    if (strcmp(name, "keep") == 0) {
        options->layout = "keep";
        return true;
    }
    for (unsigned i = 0; i < LAYOUT_POLICY_COUNT; i++)
        if (strcmp(name, layout_policy_name((enum layout_policy)i)) == 0) {
            options->request.policy = (enum layout_policy)i;
            return true;
        }
    return err_set(err, ERR_USAGE,
                   "--policy takes dedicated, one-thread, shared or keep.");
}

/* What a layout shall be like. */
static bool take_request(struct options *options, int letter, struct err *err)
{
    struct layout_request *request = &options->request;
    bool is_one = strcmp(optarg ? optarg : "", "1") == 0;
    bool is_clock = strcmp(optarg ? optarg : "", "clock") == 0;

    /* To keep is no wish that could move a pin. */
    options->has_request |= letter != OPT_POLICY || strcmp(optarg, "keep") != 0;
    switch (letter) {
    case OPT_THREADS:
        request->policy = is_one ? LAYOUT_ONE_THREAD : LAYOUT_DEDICATED;
        return is_one || strcmp(optarg, "all") == 0 ||
               err_set(err, ERR_USAGE, "--threads takes 1 or all.");
    case OPT_POLICY:
        return take_policy(options, optarg, err);
    case OPT_PREFER:
        request->prefers_clock = is_clock;
        return is_clock || strcmp(optarg, "cache") == 0 ||
               err_set(err, ERR_USAGE, "--prefer takes cache or clock.");
    case OPT_ISOLATED:
        request->uses_isolated = true;
        return true;
    default:
        return cpuset_parse(optarg, &request->host_cpus) ||
               err_set(err, ERR_USAGE,
                       "--host-cpus takes a list of CPUs as 0-1,8.");
    }
}

static bool take_seconds(struct options *options, struct err *err)
{
    unsigned long value;

    if (!str_number(optarg, 3600, &value))
        return err_set(err, ERR_USAGE,
                       "--seconds takes a number from 0 to 3600.");
    options->seconds = (unsigned)value;
    return true;
}

static bool take_edits(struct options *options, enum choice choice,
                       struct err *err)
{
    bool is_other = options->edits && options->edits != choice;

    options->edits = choice;
    return !is_other ||
           err_set(err, ERR_USAGE,
                   "--keep-edits and --drop-edits exclude each other.");
}

static bool take_option(struct options *options, int letter, struct err *err)
{
    if ((letter == OPT_ROOT || letter == OPT_SYSROOT) && !*optarg)
        return err_set(err, ERR_USAGE,
                       "--%s takes a directory, and its name is empty; perhaps "
                       "a variable of the script is not set.",
                       letter == OPT_ROOT ? "root" : "sysroot");
    switch (letter) {
    case 'c':
        options->session.uri = optarg;
        return true;
    case 'o':
        options->output = optarg;
        return true;
    case OPT_SYSROOT:
        options->session.sysroot = optarg;
        return true;
    case OPT_ROOT:
        options->session.root = optarg;
        return true;
    case OPT_JSON:
        options->is_json = true;
        return true;
    case OPT_READ_ONLY:
        options->session.is_read_only = true;
        return true;
    case OPT_COLOR:
        options->color = optarg;
        return strcmp(optarg, "auto") == 0 || strcmp(optarg, "always") == 0 ||
               strcmp(optarg, "never") == 0 ||
               err_set(err, ERR_USAGE, "--color takes auto, always or never.");
    case OPT_ASCII:
        options->is_ascii = true;
        return true;
    case OPT_DEMO:
        options->session.is_demo = true;
        return true;
    case OPT_SCRIPT:
        options->script = optarg;
        return true;
    case OPT_SIZE:
        options->size = optarg;
        return true;
    case OPT_VCPUS:
        return need_number("--vcpus", optarg, &options->request.vcpus, err);
    case OPT_LAYOUT:
        options->layout = optarg;
        return true;
    case OPT_THREADS:
    case OPT_POLICY:
    case OPT_PREFER:
    case OPT_ISOLATED:
    case OPT_HOST_CPUS:
        return take_request(options, letter, err);
    case OPT_BOOT:
    case OPT_ROM:
        if (options->tell_count == SET_MAX)
            return err_set(err, ERR_USAGE, "Too many --boot and --rom.");
        options->tells[options->tell_count].text = optarg;
        options->tells[options->tell_count++].is_rom = letter == OPT_ROM;
        return true;
    case OPT_GIVE:
    case OPT_TAKE:
        if (options->device_count == SET_MAX)
            return err_set(err, ERR_USAGE, "Too many --give and --take.");
        options->devices[options->device_count].address = optarg;
        options->devices[options->device_count++].is_given = letter == OPT_GIVE;
        return true;
    case OPT_DESPITE_CLAIMS:
        options->despite_claims = true;
        return true;
    case OPT_SET:
        if (options->set_count == SET_MAX)
            return err_set(err, ERR_USAGE, "Too many --set.");
        options->sets[options->set_count++] = optarg;
        return true;
    case OPT_PRESET:
        options->preset = optarg;
        return true;
    case OPT_GUEST:
        options->guest = guest_kind_find(optarg);
        return options->guest != GUEST_UNKNOWN ||
               err_set(err, ERR_USAGE,
                       "--guest takes windows, linux or other.");
    case OPT_PLAN:
        options->plan = optarg;
        return true;
    case OPT_FORMAT:
        options->format = optarg;
        return strcmp(optarg, "text") == 0 || strcmp(optarg, "diff") == 0 ||
               strcmp(optarg, "xml") == 0 || strcmp(optarg, "json") == 0 ||
               err_set(err, ERR_USAGE,
                       "--format takes text, diff, xml or json.");
    case OPT_DRY_RUN:
        options->is_dry_run = true;
        return true;
    case OPT_YES:
        options->is_confirmed = true;
        return true;
    case OPT_LIVE:
        options->is_live = true;
        return true;
    case OPT_SECONDS:
        return take_seconds(options, err);
    case OPT_WITH_NAMES:
        options->with_names = true;
        return true;
    case OPT_ASK:
        options->asks = true;
        return true;
    case OPT_FINISH:
    case OPT_TAKE_BACK:
        options->wants_finish |= letter == OPT_FINISH;
        options->wants_take_back |= letter == OPT_TAKE_BACK;
        return !options->wants_finish || !options->wants_take_back ||
               err_set(err, ERR_USAGE,
                       "--finish and --take-back exclude each other.");
    case OPT_KEEP_EDITS:
        return take_edits(options, CHOICE_KEEP, err);
    case OPT_DROP_EDITS:
        return take_edits(options, CHOICE_BACK, err);
    default:
        return err_set(err, ERR_USAGE, "See: virt-tune --help.");
    }
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

/* Which of enum taken an option's letter belongs to; 0: to every command. */
static unsigned taken(int letter)
{
    switch (letter) {
    case OPT_PLAN:
    case OPT_VCPUS:
    case OPT_LAYOUT:
    case OPT_THREADS:
    case OPT_POLICY:
    case OPT_PREFER:
    case OPT_ISOLATED:
    case OPT_HOST_CPUS:
    case OPT_GIVE:
    case OPT_TAKE:
    case OPT_DESPITE_CLAIMS:
    case OPT_BOOT:
    case OPT_ROM:
    case OPT_SET:
    case OPT_PRESET:
    case OPT_GUEST:
        return TAKES_PLAN;
    case 'o':
        return TAKES_OUTPUT;
    case OPT_FORMAT:
        return TAKES_FORMAT;
    case OPT_JSON:
        return TAKES_JSON;
    case OPT_DRY_RUN:
        return TAKES_DRY_RUN;
    case OPT_YES:
        return TAKES_YES;
    case OPT_LIVE:
        return TAKES_LIVE;
    case OPT_ASK:
        return TAKES_ASK;
    case OPT_FINISH:
    case OPT_TAKE_BACK:
        return TAKES_WAY;
    case OPT_KEEP_EDITS:
    case OPT_DROP_EDITS:
        return TAKES_EDITS;
    case OPT_SECONDS:
        return TAKES_CHECK;
    case OPT_WITH_NAMES:
        return TAKES_NAMES;
    case OPT_SCRIPT:
    case OPT_SIZE:
        return TAKES_SCRIPT;
    default:
        return 0;
    }
}

bool cli_command_row(size_t index, struct cli_row *row)
{
    if (index >= ARRAY_SIZE(commands))
        return false;
    *row = (struct cli_row){
        .name = commands[index].name,
        .arguments = commands[index].arguments,
        .text = commands[index].text,
    };
    return true;
}

bool cli_option_row(size_t index, struct cli_row *row)
{
    const struct option *option = &long_options[index];

    if (!option->name)
        return false;
    *row = (struct cli_row){
        .name = option->name,
        .letter = option->val < 256 ? (char)option->val : '\0',
        .has_argument = option->has_arg == required_argument,
    };
    return true;
}

bool cli_takes(const char *command, size_t option)
{
    const struct command *found = *command ? find_command(command) : &screens;
    unsigned bits = taken(long_options[option].val);

    return bits == 0 || (bits & found->takes);
}

/* An option that would do nothing is refused: it may have been a promise. */
static bool check_taken(const struct command *command, unsigned used,
                        struct err *err)
{
    for (size_t i = 0; long_options[i].name; i++)
        if (taken(long_options[i].val) & used & ~command->takes)
            return err_set(err, ERR_USAGE,
                           "--%s and its like do not go with %s. See: "
                           "virt-tune --help.",
                           long_options[i].name,
                           *command->name ? command->name : _("the screens"));
    return true;
}

static bool run(const struct options *options, int count, char **words,
                unsigned used, struct err *err)
{
    const struct command *command = count > 0 ? find_command(words[0]) : NULL;

    if (count == 2 && strcmp(words[0], "document") == 0)
        return docs_print(words[1], err);
    if (count == 2 && strcmp(words[0], "complete") == 0)
        return docs_complete(options, words[1], err);
    if (!command && count > 1) {
        char *name CLEANUP(mem_free) = str_printable(words[0]);

        return err_set(err, ERR_USAGE,
                       "There is no command \"%.60s\". See: virt-tune --help.",
                       name);
    }
    if (!command)
        return check_taken(&screens, used, err) &&
               screens.run(options, words, err);
    if (count - 1 < command->minimum || count - 1 > command->maximum)
        return err_set(err, ERR_USAGE, "Usage: virt-tune %s %s", command->name,
                       command->arguments);
    return check_taken(command, used, err) &&
           command->run(options, words + 1, err);
}

int cli_main(int count, char **arguments)
{
    struct options options = {.color = "auto", .size = "80x24", .seconds = 10};
    struct err err = {0};
    bool is_fine = true, wants_help = false;
    unsigned used = 0;
    int letter;

    while (is_fine && (letter = getopt_long(count, arguments, "c:o:h",
                                            long_options, NULL)) != -1) {
        if (letter == OPT_VERSION) {
            puts("virt-tune " VIRT_TUNE_VERSION);
            return 0;
        }
        if (letter == 'h')
            wants_help = true;
        else
            is_fine = take_option(&options, letter, &err);
        used |= taken(letter);
    }
    /* What programs read has one language; nobody else sees those. */
    if (options.is_json || (options.format && !strcmp(options.format, "json")))
        text_stay_english();
    if (options.is_ascii)
        text_stay_ascii();
    if (is_fine && wants_help) {
        print_help();
        if (optind < count)
            print_option_keys();
        return 0;
    }
    if (is_fine)
        is_fine = run(&options, count - optind, arguments + optind, used, &err);
    if (!is_fine) {
        fflush(stdout);
        fprintf(stderr, "virt-tune: %s\n", err.text);
    }
    return is_fine ? 0 : (int)(err.code ? err.code : ERR_FAILED);
}
