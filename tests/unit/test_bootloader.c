/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot loaders on small trees: which one is found, what it is configured
 * with, and the exact text of its cure.
 */
#include "rootdir.h"
#include "support.h"

#include "host/bootloader.h"

#include <string.h>

#define FILES(...)        \
    (const char *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }
#define GUID "-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
#define DEBIAN "etc/os-release=PRETTY_NAME=\"D\"\nID=debian\n"
#define GRUB(line) "etc/default/grub=GRUB_TIMEOUT=5\n" line "\n# end\n"
#define BOOTED "proc/cmdline=BOOT_IMAGE=/vmlinuz root=/dev/sda1 ro quiet\n"
#define QUIET "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\""
#define REPLACE(file, before, after) \
    "In " file " replace the line\n    " before "\nby\n    " after "\n"
#define RUN(command) "Run\n    " command "\nand reboot.\n"
#define THEN(command) "Then run\n    " command "\nand reboot.\n"
#define ADD_ALL                    \
    THEN("kernel-install add-all") \
    "Before systemd 256: kernel-install add VERSION IMAGE, for each kernel.\n"
#define BESIDE "The same in each entry beside it that you boot.\nThen reboot.\n"
#define ELSEWHERE(words)                                                  \
    "What stays then is from elsewhere, another file or the boot menu:\n" \
    "    " words "\n"
#define FEDORA "etc/os-release=ID=fedora\n"
#define POP "etc/kernelstub/configuration="

static const struct spec {
    const char *const *files;
    enum bootloader_kind kind;
    const char *options; /* NULL: unknown */
    const char *others;
    const char *add, *remove;
    const char *recipe;
} specs[] = {
    {FILES("a="), BOOTLOADER_NONE, NULL, "", "intel_iommu=on", "iommu=off",
     "Take out of the kernel command line\n    iommu=off\n"
     "Add to the kernel command line\n    intel_iommu=on\n"
     "where your boot loader has it, and reboot.\n"},

    /* GRUB: the command of each distribution. */
    {FILES(GRUB(QUIET), DEBIAN, BOOTED), BOOTLOADER_GRUB, " quiet", "",
     "intel_iommu=on", "",
     REPLACE("/etc/default/grub", QUIET,
             "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet intel_iommu=on\"")
         THEN("update-grub")},
    {FILES(GRUB(QUIET), "etc/os-release=ID=linuxmint\nID_LIKE='ubuntu debian'"),
     BOOTLOADER_GRUB, " quiet", "", "a=1", "",
     REPLACE("/etc/default/grub", QUIET,
             "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet a=1\"") THEN("update-grub")},
    {FILES(GRUB(QUIET), "usr/sbin/update-grub*"), BOOTLOADER_GRUB, " quiet", "",
     "a=1", "",
     REPLACE("/etc/default/grub", QUIET,
             "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet a=1\"") THEN("update-grub")},
    {FILES(GRUB(QUIET), "usr/lib/os-release=ID=arch\n"), BOOTLOADER_GRUB,
     " quiet", "", "a=1", "",
     REPLACE("/etc/default/grub", QUIET,
             "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet a=1\"")
         THEN("grub-mkconfig -o /boot/grub/grub.cfg")},
    {FILES(GRUB(QUIET),
           "etc/os-release=ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\""),
     BOOTLOADER_GRUB, " quiet", "", "a=1", "",
     REPLACE("/etc/default/grub", QUIET,
             "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet a=1\"")
         THEN("grub2-mkconfig -o /boot/grub2/grub.cfg")},
    /* GRUB: ways to write the variable. */
    {FILES(GRUB("GRUB_CMDLINE_LINUX_DEFAULT=quiet"), DEBIAN), BOOTLOADER_GRUB,
     " quiet", "", "a=1", "",
     REPLACE("/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=quiet",
             "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet a=1\"") THEN("update-grub")},
    {FILES(GRUB("GRUB_CMDLINE_LINUX_DEFAULT='quiet' # mine"), DEBIAN),
     BOOTLOADER_GRUB, " quiet", "", "a=1", "",
     REPLACE("/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT='quiet' # mine",
             "GRUB_CMDLINE_LINUX_DEFAULT='quiet a=1' # mine")
         THEN("update-grub")},
    {FILES(GRUB("GRUB_CMDLINE_LINUX_DEFAULT=\"a=\\\"b c\\\"\""), DEBIAN),
     BOOTLOADER_GRUB, " a=\"b c\"", "", "d", "",
     REPLACE(
         "/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"a=\\\"b c\\\"\"",
         "GRUB_CMDLINE_LINUX_DEFAULT=\"a=\\\"b c\\\" d\"") THEN("update-grub")},
    {FILES(GRUB("GRUB_CMDLINE_LINUX_DEFAULT=\"\""), DEBIAN), BOOTLOADER_GRUB,
     " ", "", "a=1", "",
     REPLACE("/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"\"",
             "GRUB_CMDLINE_LINUX_DEFAULT=\"a=1\"") THEN("update-grub")},
    {FILES(GRUB(""), DEBIAN), BOOTLOADER_GRUB, " ", "", "a=1 b=2", "",
     "In /etc/default/grub add the line\n"
     "    GRUB_CMDLINE_LINUX_DEFAULT=\"a=1 b=2\"\n" THEN("update-grub")},
    {FILES(GRUB("#" QUIET "\nGRUB_CMDLINE_LINUX=\"rhgb\""), DEBIAN),
     BOOTLOADER_GRUB, "rhgb ", "", "a=1", "",
     REPLACE("/etc/default/grub", "GRUB_CMDLINE_LINUX=\"rhgb\"",
             "GRUB_CMDLINE_LINUX=\"rhgb a=1\"") THEN("update-grub")},
    /* GRUB: lines that the shell joins become one. */
    {FILES(GRUB("GRUB_CMDLINE_LINUX_DEFAULT=\"quiet \\\n  splash\" # mine"),
           DEBIAN),
     BOOTLOADER_GRUB, " quiet   splash", "", "a=1", "",
     "In /etc/default/grub replace the lines\n"
     "    GRUB_CMDLINE_LINUX_DEFAULT=\"quiet \\\n      splash\" # mine\nby\n"
     "    GRUB_CMDLINE_LINUX_DEFAULT=\"quiet splash a=1\" # mine\n" THEN(
         "update-grub")},
    {FILES(GRUB("GRUB_CMDLINE_LINUX_DEFAULT=\"qui\\\net a\n#b\n\""), DEBIAN),
     BOOTLOADER_GRUB, " quiet a #b ", "", "", "a",
     "In /etc/default/grub replace the lines\n"
     "    GRUB_CMDLINE_LINUX_DEFAULT=\"qui\\\n    et a\n    #b\n    \"\n"
     "by\n    GRUB_CMDLINE_LINUX_DEFAULT=\"quiet #b\"\n" THEN("update-grub")},
    {FILES(GRUB("GRUB_CMDLINE_LINUX_DEFAULT=qui\\\net # \\"), DEBIAN),
     BOOTLOADER_GRUB, " quiet", "", "quiet", "",
     "/etc/default/grub is as it should be.\n" RUN("update-grub")},
    {FILES(GRUB("GRUB_CMDLINE_LINUX_DEFAULT='a' # \\\nGRUB_CMDLINE_LINUX=b"),
           DEBIAN),
     BOOTLOADER_GRUB, "b a", "", "a b", "",
     "/etc/default/grub is as it should be.\n" RUN("update-grub")},
    /* The last assignment counts; what it goes on from counts as well. */
    {FILES(GRUB(QUIET "\nGRUB_CMDLINE_LINUX_DEFAULT=\"splash\""), DEBIAN),
     BOOTLOADER_GRUB, " splash", "", "a=1", "",
     REPLACE("/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"splash\"",
             "GRUB_CMDLINE_LINUX_DEFAULT=\"splash a=1\"") THEN("update-grub")},
    {FILES(GRUB(QUIET), DEBIAN,
           "etc/default/grub.d/50.cfg=GRUB_CMDLINE_LINUX_DEFAULT=\"b\""),
     BOOTLOADER_GRUB, " b", "", "a=1", "",
     REPLACE("/etc/default/grub.d/50.cfg", "GRUB_CMDLINE_LINUX_DEFAULT=\"b\"",
             "GRUB_CMDLINE_LINUX_DEFAULT=\"b a=1\"") THEN("update-grub")},
    {FILES(GRUB(QUIET), DEBIAN,
           "etc/default/grub.d/5.cfg=GRUB_CMDLINE_LINUX_DEFAULT="
           "\"${GRUB_CMDLINE_LINUX_DEFAULT} bad\""),
     BOOTLOADER_GRUB, " quiet bad", "", "a=1", "bad",
     REPLACE("/etc/default/grub", QUIET,
             "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet a=1\"")
         REPLACE("/etc/default/grub.d/5.cfg",
                 "GRUB_CMDLINE_LINUX_DEFAULT="
                 "\"${GRUB_CMDLINE_LINUX_DEFAULT} bad\"",
                 "GRUB_CMDLINE_LINUX_DEFAULT="
                 "\"${GRUB_CMDLINE_LINUX_DEFAULT}\"") THEN("update-grub")},
    {FILES(GRUB(QUIET "\nGRUB_CMDLINE_LINUX_DEFAULT+=\" b\""), DEBIAN),
     BOOTLOADER_GRUB, " quiet b", "", "b", "quiet",
     REPLACE("/etc/default/grub", QUIET, "GRUB_CMDLINE_LINUX_DEFAULT=\"\"")
         THEN("update-grub")},
    {FILES(GRUB("GRUB_CMDLINE_LINUX=\"amd_iommu=on\"\n" QUIET), DEBIAN),
     BOOTLOADER_GRUB, "amd_iommu=on quiet", "", "", "amd_iommu=on",
     REPLACE("/etc/default/grub", "GRUB_CMDLINE_LINUX=\"amd_iommu=on\"",
             "GRUB_CMDLINE_LINUX=\"\"") THEN("update-grub")},
    {FILES(GRUB(QUIET), DEBIAN), BOOTLOADER_GRUB, " quiet", "", "quiet",
     "iommu=1",
     "/etc/default/grub is as it should be.\n" RUN("update-grub")
         ELSEWHERE("iommu=1")},

    /* NixOS writes the boot loader's files from its configuration. */
    {FILES("etc/NIXOS=", GRUB(QUIET), "boot/loader/entries/a.conf=options a"),
     BOOTLOADER_NIXOS, NULL, "", "a=1 b", "c",
     "Take out of boot.kernelParams in /etc/nixos/configuration.nix\n    c\n"
     "In /etc/nixos/configuration.nix add the line, or its strings to the one "
     "there\n    boot.kernelParams = [ \"a=1\" \"b\" ];\n" THEN(
         "nixos-rebuild boot")},

    /* grubby, rpm-ostree, kernelstub: they edit by themselves. */
    {FILES(FEDORA, "etc/default/grub=GRUB_CMDLINE_LINUX=\"rhgb quiet\""),
     BOOTLOADER_GRUBBY, "rhgb quiet", "", "intel_iommu=on iommu=pt", "",
     RUN("grubby --update-kernel=ALL --args=\"intel_iommu=on iommu=pt\"")},
    {FILES("usr/sbin/grubby*", "etc/default/grub=GRUB_CMDLINE_LINUX=\"a\"",
           "proc/sys/kernel/osrelease=6.9.1\n",
           "boot/loader/entries/m-6.9.1.conf=linux /v-6.9.1\noptions x=1 y",
           "boot/loader/entries/m-6.9.2.conf=linux /v-6.9.2\noptions z"),
     BOOTLOADER_GRUBBY, " x=1 y", "", "x=1 b", "y",
     RUN("grubby --update-kernel=ALL --remove-args=\"y\" --args=\"b\"")},
    {FILES(FEDORA, "etc/default/grub=GRUB_CMDLINE_LINUX=\"a\"",
           "boot/loader/entries/m.conf=options $kernelopts"),
     BOOTLOADER_GRUBBY, "a", "", "a", "",
     "It is configured already. Reboot.\n"},
    {FILES(FEDORA, "run/ostree-booted=", "etc/default/grub=",
           "boot/loader/entries/ostree-1.conf=options a"),
     BOOTLOADER_OSTREE, NULL, "", "a=1 b", "c d=2",
     RUN("rpm-ostree kargs --delete-if-present=c --delete-if-present=d=2 "
         "--append-if-missing=a=1 --append-if-missing=b")},
    {FILES(POP "{\"default\": {\"kernel_options\": [\"no\"]}, \"user\": {"
               "\"kernel_options\": [\"quiet\", \"splash\"], \"rev\": 4}}",
           "boot/efi/loader/entries/Pop_OS-current.conf=options a"),
     BOOTLOADER_KERNELSTUB, "quiet splash ", "", "intel_iommu=on", "",
     RUN("kernelstub -a \"intel_iommu=on\"")},
    {FILES(POP "{}"), BOOTLOADER_KERNELSTUB, NULL, "", "a b", "c",
     RUN("kernelstub -d \"c\"\n    kernelstub -a \"a b\"")},
    /* Words that a shell would not take as they are: no command. */
    {FILES(POP "{}"), BOOTLOADER_KERNELSTUB, NULL, "", "", "a=$(reboot)",
     "Take out of the kernel command line\n    a=$(reboot)\n"
     "where your boot loader has it, and reboot.\n"},

    /* systemd-boot. */
    {FILES("boot/loader/entries/arch-fallback.conf=options no",
           "boot/loader/entries/arch.conf=title A\noptions  root=/dev/sda1 rw"),
     BOOTLOADER_ENTRIES, " root=/dev/sda1 rw", "", "a=1", "rw",
     REPLACE("/boot/loader/entries/arch.conf", "options  root=/dev/sda1 rw",
             "options  root=/dev/sda1 a=1") BESIDE},
    {FILES("efi/loader/entries/a.conf=options a",
           "efi/loader/entries/b.conf=options b",
           "sys/firmware/efi/efivars/LoaderEntrySelected" GUID
           "=    a . c o n f "),
     BOOTLOADER_ENTRIES, " a", "", "a", "",
     "/efi/loader/entries/a.conf is as it should be.\nReboot.\n"},
    {FILES("boot/loader/entries/a.conf=title A"), BOOTLOADER_ENTRIES, "", "",
     "a=1", "",
     "In /boot/loader/entries/a.conf add the line\n    options a=1\n" BESIDE},
    {FILES("boot/loader/entries/a.conf=options a", "etc/kernel/cmdline=ro b\n"),
     BOOTLOADER_ENTRIES, " ro b", "", "a=1", "",
     REPLACE("/etc/kernel/cmdline", "ro b", "ro b a=1") ADD_ALL},
    {FILES("boot/loader/entries/a.conf=options a", "etc/kernel/cmdline=ro b\n",
           "usr/bin/sdbootutil*"),
     BOOTLOADER_ENTRIES, " ro b", "", "", "b",
     REPLACE("/etc/kernel/cmdline", "ro b", "ro")
         THEN("sdbootutil update-all-entries")},
    /* Proxmox VE on ZFS: its EFI system partitions are not mounted. */
    {FILES("etc/kernel/cmdline=root=ZFS=rpool/ROOT/pve-1 boot=zfs\n",
           "etc/kernel/proxmox-boot-uuids=1A2B-3C4D\n",
           "sys/firmware/efi/efivars/LoaderInfo" GUID
           "=    s y s t e m d - b o o t   2 5 2 "),
     BOOTLOADER_ENTRIES, " root=ZFS=rpool/ROOT/pve-1 boot=zfs", "", "a=1", "",
     REPLACE("/etc/kernel/cmdline", "root=ZFS=rpool/ROOT/pve-1 boot=zfs",
             "root=ZFS=rpool/ROOT/pve-1 boot=zfs a=1")
         THEN("proxmox-boot-tool refresh")},
    {FILES("sys/firmware/efi/efivars/LoaderInfo" GUID
           "=    s y s t e m d - b o o t   2 5 2 "),
     BOOTLOADER_ENTRIES, NULL, "", "a=1", "",
     "Add to the kernel command line\n    a=1\n"
     "where your boot loader has it, and reboot.\n"},

    /* Unified kernel images. */
    {FILES("etc/mkinitcpio.d/linux.preset=#default_uki=\"no\"\n"
           "default_uki=\"/efi/EFI/Linux/arch-linux.efi\"",
           "etc/kernel/cmdline=# root\nroot=/dev/sda1\nrw\n"),
     BOOTLOADER_UKI, " root=/dev/sda1 rw", "", "a=1", "rw",
     REPLACE("/etc/kernel/cmdline", "root=/dev/sda1", "root=/dev/sda1 a=1")
         REPLACE("/etc/kernel/cmdline", "rw", "") THEN("mkinitcpio -P")},
    {FILES("etc/mkinitcpio.d/l.preset=default_uki=\"/efi/a.efi\"",
           "etc/cmdline.d/root.conf=root=/dev/sda1"),
     BOOTLOADER_UKI, " root=/dev/sda1", "", "a=1", "",
     REPLACE("/etc/cmdline.d/root.conf", "root=/dev/sda1", "root=/dev/sda1 a=1")
         THEN("mkinitcpio -P")},
    /* Without a file the running line is kept: the root is in it. */
    {FILES("etc/mkinitcpio.d/l.preset=default_uki=\"/efi/a.efi\"",
           "proc/cmdline=initrd=\\a.img root=/dev/sda1 rw\n",
           "sys/firmware/efi/efivars/StubInfo" GUID "=    s y s "),
     BOOTLOADER_UKI, NULL, "", "a=1", "",
     "In /etc/kernel/cmdline add the line\n    root=/dev/sda1 rw a=1\n" THEN(
         "mkinitcpio -P")},
    {FILES("etc/dracut.conf.d/uki.conf=uefi=\"yes\"\n"
           "kernel_cmdline=\"root=/dev/sda1\""),
     BOOTLOADER_UKI, "root=/dev/sda1", "", "a=1", "",
     REPLACE("/etc/dracut.conf.d/uki.conf", "kernel_cmdline=\"root=/dev/sda1\"",
             "kernel_cmdline=\"root=/dev/sda1 a=1\"")
         THEN("dracut --regenerate-all --force")},
    {FILES("etc/kernel/install.conf=layout=uki\n", "etc/kernel/cmdline=ro"),
     BOOTLOADER_UKI, " ro", "", "a=1", "",
     REPLACE("/etc/kernel/cmdline", "ro", "ro a=1") ADD_ALL},

    /* Left over from before: nothing tells that it started this kernel. */
    {FILES(GRUB(QUIET), DEBIAN, "proc/cmdline=initrd=\\i.img root=/dev/sda1\n"),
     BOOTLOADER_GRUB, " quiet", "", "a=1", "",
     "For GRUB, which does not look as if it had started this host.\n" REPLACE(
         "/etc/default/grub", QUIET, "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet a=1\"")
         THEN("update-grub")},

    /* Several: what started the running kernel is believed. */
    {FILES(GRUB(QUIET), DEBIAN, BOOTED, "boot/loader/entries/a.conf=options a"),
     BOOTLOADER_GRUB, " quiet", "systemd-boot", "a=1", "",
     "For GRUB, the likeliest; here as well: systemd-boot.\n" REPLACE(
         "/etc/default/grub", QUIET, "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet a=1\"")
         THEN("update-grub")},
    {FILES(GRUB(QUIET), "proc/cmdline=initrd=\\a.img root=/dev/sda1\n",
           "boot/loader/entries/a.conf=options a"),
     BOOTLOADER_ENTRIES, " a", "GRUB", "a", "",
     "For systemd-boot, the likeliest; here as well: GRUB.\n"
     "/boot/loader/entries/a.conf is as it should be.\nReboot.\n"},
    {FILES(GRUB(QUIET), "etc/mkinitcpio.d/l.preset=default_uki=\"/a.efi\"",
           "etc/kernel/cmdline=a", "boot/loader/entries/a.conf=options a",
           "sys/firmware/efi/efivars/StubInfo" GUID "=    s y s "),
     BOOTLOADER_UKI, " a", "systemd-boot and GRUB", "a", "",
     "For unified kernel image, the likeliest; here as well: systemd-boot and "
     "GRUB.\n/etc/kernel/cmdline is as it should be.\n" RUN("mkinitcpio -P")},
};

static void probe_one(const struct spec *spec)
{
    struct rootdir *dir = rootdir_new(spec->files);
    struct bootloader bootloader;
    const char *recipe;

    bootloader_probe(dir->root, dir->arena, &bootloader);
    recipe =
        bootloader_recipe(&bootloader, dir->arena, spec->add, spec->remove);
    assert_int_equal(bootloader.kind, spec->kind);
    assert_int_equal(!bootloader.options, !spec->options);
    if (spec->options)
        assert_string_equal(bootloader.options, spec->options);
    assert_string_equal(bootloader.others, spec->others);
    assert_string_equal(recipe, spec->recipe);
    rootdir_free(dir);
}

static void every_loader(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(specs); i++)
        probe_one(&specs[i]);
}

/* A line with what steers a terminal is not shown to be copied. */
static void hostile_files(void **state)
{
    static const char *const list[] = {
        "etc/default/grub=GRUB_CMDLINE_LINUX_DEFAULT=\"a\033[2Jb\"\n"
        "GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT c",
        "etc/os-release=ID=\"\nID_LIKE=", NULL};
    struct rootdir *dir = rootdir_new(list);
    struct bootloader bootloader;
    const char *recipe;

    (void)state;
    bootloader_probe(dir->root, dir->arena, &bootloader);
    recipe = bootloader_recipe(&bootloader, dir->arena, "d", "\033]0;x");
    assert_false(has(recipe, "\033"));
    assert_true(has(recipe, "_DEFAULT c d"));
    rootdir_free(dir);
}

/* No prefix of a file makes the readers read too far (ASan looks on). */
static void cut_files(void **state)
{
    static const char *const names[] = {
        "etc/default/grub", "etc/kernelstub/configuration",
        "etc/kernel/cmdline", "boot/loader/entries/a.conf", "etc/os-release"};
    static const char text[] =
        "ID='GRUB_CMDLINE_LINUX_DEFAULT+=\"${GRUB_CMDLINE_LINUX}\\\n"
        "options \\\"\nGRUB_CMDLINE_LINUX=$GRUB_CMDLINE_LINUX\\\n"
        "{\"user\": {\"kernel_options\": [\"a\", \"b";

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        for (size_t length = 0; length < sizeof(text); length++) {
            struct str item CLEANUP(str_free) = STR_INIT;
            struct bootloader bootloader;
            struct rootdir *dir;

            str_addf(&item, "%s=%.*s", names[i], (int)length, text);
            dir = rootdir_new(FILES(str_text(&item),
                                    "etc/kernel/install.conf="
                                    "layout=uki"));
            bootloader_probe(dir->root, dir->arena, &bootloader);
            bootloader_recipe(&bootloader, dir->arena, "a=1", "b");
            rootdir_free(dir);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_loader),
        cmocka_unit_test(hostile_files),
        cmocka_unit_test(cut_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
