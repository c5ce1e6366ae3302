/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a root, gives an archive of what the probes look at there. It goes by
 * tables of places and of attributes: what is not named is not taken.
 */
#include "session/capture.h"

#include "apply/file.h"
#include "base/tar.h"
#include "session/names.h"

#include <ctype.h>
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DEPTH_MAX = 20, CONFIG_MAX = 4096 };

enum kind {
    ONE,   /* this file */
    TEXTS, /* every file in it and below */
    NAMES, /* which names are in it, and where links lead; no content */
    TREE,  /* below it the attributes of the list, and all links */
    UDEV,  /* of its database what disks hold, and nothing else */
};

static const struct place {
    enum kind kind;
    const char *path;
} places[] = {
    {TREE, "sys/devices"},
    {TREE, "sys/bus/pci/devices"},
    {TREE, "sys/bus/pci/drivers/vfio-pci"},
    {NAMES, "sys/bus/pci/drivers"},
    {TREE, "sys/bus/usb/devices"},
    {TREE, "sys/bus/mdev/devices"},
    {NAMES, "sys/bus/platform/drivers"},
    {TREE, "sys/bus/platform/drivers/efi-framebuffer"},
    {TREE, "sys/class/block"},
    {TREE, "sys/class/drm"},
    {TREE, "sys/class/graphics"},
    {TREE, "sys/class/input"},
    {TREE, "sys/class/iommu"},
    {TREE, "sys/class/net"},
    {TREE, "sys/class/nvme-subsystem"},
    {TREE, "sys/class/sound"},
    {TREE, "sys/class/vtconsole"},
    {TREE, "sys/class/dmi"},
    {TREE, "sys/dev/block"},
    {TREE, "sys/kernel/iommu_groups"},
    {TREE, "sys/kernel/mm"},
    {NAMES, "sys/module"},
    {TEXTS, "sys/module/kvm/parameters"},
    {TEXTS, "sys/module/kvm_intel/parameters"},
    {TEXTS, "sys/module/kvm_amd/parameters"},
    {TEXTS, "sys/module/apparmor/parameters"},
    {TEXTS, "sys/module/vfio_iommu_type1/parameters"},
    {TREE, "sys/firmware/acpi/tables"},
    {TREE, "sys/fs/btrfs"},
    {ONE, "sys/fs/cgroup/cgroup.controllers"},
    {ONE, "sys/fs/cgroup/cpuset.cpus.effective"},
    {ONE, "sys/fs/selinux/enforce"},
    {ONE, "proc/cmdline"},
    {ONE, "proc/cpuinfo"},
    {ONE, "proc/filesystems"},
    {ONE, "proc/interrupts"},
    {ONE, "proc/meminfo"},
    {ONE, "proc/self/mountinfo"},
    {ONE, "proc/swaps"},
    {ONE, "proc/sys/kernel/osrelease"},
    {ONE, "proc/net/route"},
    {NAMES, "proc/fs/jbd2"},
    {TREE, "proc/spl/kstat/zfs"},
    {UDEV, "run/udev/data"},
    {ONE, "proc/1/comm"},
    {ONE, "etc/os-release"},
    {ONE, "etc/default/grub"},
    {TEXTS, "etc/default/grub.d"},
    {ONE, "etc/kernel/cmdline"},
    {ONE, "etc/NIXOS"},
    {TEXTS, "etc/modprobe.d"},
    {TEXTS, "etc/modules-load.d"},
    {ONE, "etc/modules"},
    {ONE, "etc/initramfs-tools/modules"},
    {ONE, "etc/mkinitcpio.conf"},
    {TEXTS, "etc/mkinitcpio.conf.d"},
    {ONE, "etc/dracut.conf"},
    {TEXTS, "etc/dracut.conf.d"},
    {ONE, "etc/apparmor.d/usr.sbin.libvirtd"},
    {ONE, "etc/apparmor.d/usr.sbin.virtqemud"},
    {NAMES, "etc/libvirt"},
    {NAMES, "etc/libvirt/hooks"},
    {TEXTS, "etc/libvirt/hooks/virt-tune"},
    {TEXTS, "etc/libvirt/hooks/qemu.d"},
    {NAMES, "boot"},
    {NAMES, "boot/grub2"},
    {NAMES, "run/systemd/system"},
    {NAMES, "run/systemd/units"},
    {ONE, "run/ostree-booted"},
    {ONE, "usr/sbin/update-grub"},
    {ONE, "usr/sbin/grubby"},
    {ONE, "usr/bin/grubby"},
};

/* Attributes in sysfs that are taken, whole words. */
static const char attributes[] =
    " vendor device class subsystem_vendor subsystem_device revision resource "
    "irq config numa_node local_cpus local_cpulist enable driver_override "
    "reset_method d3cold_allowed power_state boot_vga sriov_numvfs "
    "sriov_totalvfs max_link_speed max_link_width current_link_speed "
    "current_link_width busnum devnum idProduct idVendor bDeviceClass "
    "bInterfaceClass bInterfaceSubClass bInterfaceProtocol manufacturer "
    "product devpath name key rel abs status enabled dev size ro start "
    "partition removable operstate carrier type flags ifindex level bind "
    "board_name board_vendor sys_vendor product_name chassis_type "
    "physical_package_id die_id cluster_id core_id book_id drawer_id "
    "thread_siblings thread_siblings_list core_siblings core_siblings_list "
    "core_cpus core_cpus_list die_cpus die_cpus_list package_cpus "
    "package_cpus_list cluster_cpus cluster_cpus_list shared_cpu_map "
    "shared_cpu_list coherency_line_size number_of_sets "
    "ways_of_associativity id online possible present offline isolated "
    "nohz_full kernel_max cpus cpulist cpumap distance meminfo access0 "
    "has_memory has_cpu scaling_driver scaling_governor "
    "scaling_available_governors scaling_min_freq scaling_max_freq "
    "cpuinfo_min_freq cpuinfo_max_freq base_frequency related_cpus "
    "affected_cpus energy_performance_preference cpu_capacity "
    "energy_performance_available_preferences nr_hugepages free_hugepages "
    "resv_hugepages surplus_hugepages nr_overcommit_hugepages run active smt "
    "defrag control backing_file ";

/* Present is all that matters: what is in it is nobody's business. */
static const char empties[] = " reset rom remove DMAR IVRS no_turbo txgs ";

struct capture {
    struct str *tar;
    struct arena *arena;
    const struct root *root;
    struct names names;
    void *made; /* paths that are in it: a tree of tsearch */
    size_t left_out;
    bool with_names;
};

static char *clean(const struct capture *c, const char *text)
{
    return c->with_names ? mem_strdup(text)
                         : redact_file(text, c->names.list, c->names.count);
}

/* Names of interfaces, guests and users stand in paths, too. */
static const char *clean_path(const struct capture *c, const char *path)
{
    char *cleaned CLEANUP(mem_free) = clean(c, path);

    return arena_strdup(c->arena, cleaned);
}

static bool has_word(const char *words, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = strstr(words, word); at; at = strstr(at + 1, word))
        if (at[-1] == ' ' && at[length] == ' ')
            return true;
    return false;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(a, b);
}

static bool is_made(struct capture *c, const char *path)
{
    if (tfind(path, &c->made, compare_paths))
        return true;
    tsearch(arena_strdup(c->arena, path), &c->made, compare_paths);
    return false;
}

static void keep(void *path)
{
    (void)path; /* the arena's */
}

/* The gateway and the networks of a route are addresses in hexadecimal. */
static char *clean_route(struct arena *arena, char *text)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    char *line;

    for (unsigned row = 0; (line = strsep(&text, "\n")); row++) {
        char *field;

        for (unsigned column = 0; (field = strsep(&line, "\t")); column++)
            str_addf(&str, "%s%s", column ? "\t" : "",
                     row == 0 || column < 1 || column > 2 ||
                             strspn(field, "0 ") == strlen(field)
                         ? field
                         : "010200C0");
        str_add(&str, "\n");
    }
    return arena_strdup(arena, str_text(&str));
}

static void add_text(struct capture *c, const char *path)
{
    char *text = root_read(c->root, c->arena, path);
    char *cleaned CLEANUP(mem_free) = NULL;
    struct str lines CLEANUP(str_free) = STR_INIT;

    if (!text) { /* what cannot be read is not there, as it was for us */
        c->left_out++;
        return;
    }
    if (strcmp(path, "proc/net/route") == 0 && !c->with_names)
        text = clean_route(c->arena, text);
    cleaned = clean(c, text);
    str_addf(&lines, "%s\n", cleaned);
    tar_add_file(c->tar, clean_path(c, path), str_text(&lines), lines.length);
}

/* The Device Serial Number, a capability of the extended space: PCIe 7.9.3 */
static void clear_serial(unsigned char *config, size_t size)
{
    size_t at = 0x100;

    for (unsigned rounds = 0; at >= 0x100 && at + 12 <= size && rounds < 64;
         rounds++) {
        if (config[at] == 0x03 && config[at + 1] == 0)
            memset(config + at + 4, 0, 8);
        at = (size_t)(config[at + 2] >> 4 | config[at + 3] << 4);
    }
}

static void add_config(struct capture *c, const char *path)
{
    unsigned char config[CONFIG_MAX];
    size_t size = root_read_bytes(c->root, path, config, sizeof(config));

    if (!c->with_names)
        clear_serial(config, size);
    tar_add_file(c->tar, clean_path(c, path), (const char *)config, size);
}

/* What a disk is a member of, and of a ZFS pool the name; no serial number. */
static void add_entry(struct capture *c, const char *path, const char *name)
{
    static const char type[] = "E:ID_FS_TYPE=", label[] = "E:ID_FS_LABEL=";
    char *text = *name == 'b' ? root_read(c->root, c->arena, path) : NULL;
    bool is_pool = text && strstr(text, "E:ID_FS_TYPE=zfs_member\n");
    struct str lines CLEANUP(str_free) = STR_INIT;
    char *line;

    while ((line = strsep(&text, "\n")))
        if (str_starts(line, type)) {
            str_addf(&lines, "%s\n", line);
        } else if (is_pool && str_starts(line, label)) {
            char *cleaned CLEANUP(mem_free) = clean(c, line + strlen(label));

            str_addf(&lines, "%s%s\n", label, cleaned);
        }
    if (lines.length > 0)
        tar_add_file(c->tar, clean_path(c, path), str_text(&lines),
                     lines.length);
}

static void add_file(struct capture *c, const char *path, const char *name,
                     enum kind kind)
{
    if (kind == NAMES || (kind == TREE && has_word(empties, name)))
        tar_add_file(c->tar, clean_path(c, path), "", 0);
    else if (kind == TREE && strcmp(name, "config") == 0)
        add_config(c, path);
    else if (kind == UDEV)
        add_entry(c, path, name);
    else if (kind != TREE || has_word(attributes, name))
        add_text(c, path);
}

static void add_path(struct capture *c, const char *path, enum kind kind,
                     unsigned depth)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *target = root_read_target(c->root, c->arena, path);
    unsigned mode = target ? 0 : root_mode(c->root, path);
    char **names;

    if ((!target && !mode) || depth > DEPTH_MAX || is_made(c, path))
        return;
    if (target) {
        tar_add_link(c->tar, clean_path(c, path), clean_path(c, target));
    } else if (S_ISREG(mode)) {
        add_file(c, path, name, kind);
    } else if (S_ISDIR(mode)) {
        tar_add_directory(c->tar, clean_path(c, path));
        if (kind == NAMES && depth > 0)
            return;
        names = root_list(c->root, c->arena, path, NULL);
        for (; names && *names; names++)
            if (strcmp(*names, "power") != 0 && !str_starts(*names, "wakeup"))
                add_path(c, arena_printf(c->arena, "%s/%s", path, *names), kind,
                         depth + 1);
    }
}

/* Links in proc are absolute; in a copy they may be relative to its root. */
static bool is_device(const char *target)
{
    static const char *const starts[] = {"/dev/", "../../../dev/"};

    for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
        if (str_starts(target, starts[i])) {
            const char *name = target + strlen(starts[i]);

            return !str_starts(name, "pts/") &&
                   !has_word(" null tty urandom zero ", name);
        }
    return false;
}

/*
 * Who has a device open: the program's name, and which one. What could not be
 * looked into is no directory in the copy either.
 */
static void add_process(struct capture *c, const char *number)
{
    const char *path = arena_printf(c->arena, "proc/%s/fd", number);
    bool is_open = false;
    char **names;

    errno = 0;
    names = root_list(c->root, c->arena, path, NULL);
    if (!names && errno != ENOENT && errno != ESRCH)
        tar_add_file(c->tar, path, "", 0);
    if (names && strcmp(number, "1") == 0)
        tar_add_directory(c->tar, path); /* that there are processes at all */
    for (; names && *names; names++) {
        const char *fd = arena_printf(c->arena, "%s/%s", path, *names);
        const char *target = root_read_target(c->root, c->arena, fd);

        if (!target || !is_device(target))
            continue;
        tar_add_link(c->tar, fd, clean_path(c, target));
        is_open = true;
    }
    if (is_open)
        add_path(c, arena_printf(c->arena, "proc/%s/comm", number), ONE, 0);
}

static void add_domain(struct capture *c, const struct session *session)
{
    char *text CLEANUP(mem_free) = clean(c, session->domain->xml->text);

    tar_add_file(c->tar, "domain.xml", text, strlen(text));
}

bool capture_add(struct str *tar, const struct session *session,
                 bool with_names, size_t *left_out, struct err *err)
{
    const char *path =
        session->options.sysroot ? session->options.sysroot : "/";
    struct capture c = {.tar = tar, .with_names = with_names};
    struct root *root = root_open(path, err);
    char **names;

    if (!root)
        return false;
    c.arena = arena_new();
    c.root = root;
    names_add(&c.names, c.arena, session, root);
    for (size_t i = 0; i < ARRAY_SIZE(places); i++)
        add_path(&c, places[i].path, places[i].kind, 0);
    names = root_list(root, c.arena, "proc", NULL);
    for (; names && *names; names++)
        if (isdigit((unsigned char)**names))
            add_process(&c, *names);
    if (session->domain)
        add_domain(&c, session);
    tar_end(tar);
    *left_out = c.left_out;
    tdestroy(c.made, keep);
    arena_free(c.arena);
    root_free(root);
    return true;
}

bool capture_save(const struct session *session, const char *path,
                  bool with_names, size_t *left_out, struct err *err)
{
    struct str tar CLEANUP(str_free) = STR_INIT;

    if (session->options.is_read_only)
        return err_set(err, ERR_REFUSED,
                       "This is a read-only session: nothing is written.");
    if (session->host->remote)
        return err_set(err, ERR_REFUSED,
                       "A capture is made of files, and those of %s cannot be "
                       "read from here: run virt-tune capture over there.",
                       session->host->remote);
    return capture_add(&tar, session, with_names, left_out, err) &&
           file_create(path, str_text(&tar), tar.length, 0600, err);
}
