/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries to break what is told of displays, keyboards, open devices and of PCI
 * functions themselves: roles, cards, virtual functions, VMD, damage.
 */
#include "tree.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ROUTE4(name, metric) \
    name "\t00000000\t010200C0\t0003\t0\t0\t" metric "\t00000000\t0\t0\t0\n"

static void add_input(const struct tree *tree, unsigned number,
                      const char *place, bool is_keyboard, const char *name)
{
    char path[512], entry[32];

    snprintf(entry, sizeof(entry), "input%u", number);
    snprintf(path, sizeof(path), "%s/%s", place, entry);
    tree_class(tree, "input", entry, path);
    snprintf(path, sizeof(path), "sys/class/input/%s/capabilities/key", entry);
    tree_file(tree, path,
              is_keyboard ? "10000 ff9f207ac14057ff fffffffffffffffe\n"
                          : "ff0000 0 0 0 0\n");
    snprintf(path, sizeof(path), "sys/class/input/%s/capabilities/rel", entry);
    tree_file(tree, path, is_keyboard ? "0\n" : "903\n");
    snprintf(path, sizeof(path), "sys/class/input/%s/name", entry);
    tree_file(tree, path, name);
}

static void test_input(void **unused)
{
    struct tree tree;

    (void)unused;
    tree_start(&tree);
    add_input(&tree, 3, USB "/usb1/1-3/input", true, "A \033]0;x\aB\xff\n");
    add_input(&tree, 4, USB "/usb1/1-4/input", false, "Mouse 1\n");
    add_input(&tree, 5, USB2 "/usb3/3-1/input", false, "Mouse 2\n");
    add_input(&tree, 6, "virtual/input", true, "Made up\n");
    tree_class(&tree, "input", "mice", "virtual/input/mice");
    tree_probe(&tree);
    assert_claim(&tree, "0000:00:14.0", CLAIM_KEYBOARD, CLAIM_REFUSE,
                 "It has the host's only keyboard: A ?]0;x?B?.");
    assert_claim(&tree, "0000:00:14.0", CLAIM_POINTER, CLAIM_NOTE,
                 "It has a mouse of the host: Mouse 1.");
    assert_claim(&tree, "0000:09:00.0", CLAIM_POINTER, CLAIM_NOTE,
                 "It has a mouse of the host: Mouse 2.");
    tree_end(&tree);
    /* A keyboard that hangs on no PCI function stays: no other is the last. */
    tree_start(&tree);
    add_input(&tree, 0, "platform/i8042/serio0/input", true, "AT keyboard\n");
    add_input(&tree, 3, USB "/usb1/1-3/input", true, "USB keyboard\n");
    tree_probe(&tree);
    assert_claim(&tree, "0000:00:14.0", CLAIM_KEYBOARD, CLAIM_NOTE,
                 "It has a keyboard of the host: USB keyboard.");
    tree_end(&tree);
}

static void test_display(void **unused)
{
    struct tree tree;

    (void)unused;
    tree_start(&tree);
    tree_function(&tree, ROOT0 "/0000:00:02.0", "0x030000", "0x8086", "0x4680");
    tree_attribute(&tree, "0000:00:02.0", "boot_vga", "1\n");
    tree_driver(&tree, "0000:00:02.0", "i915");
    tree_driver(&tree, "0000:01:00.0", "nvidia");
    tree_class(&tree, "drm", "card0", ROOT0 "/0000:00:02.0/drm/card0");
    tree_class(&tree, "drm", "card0-DP-1",
               ROOT0 "/0000:00:02.0/drm/card0/card0-DP-1");
    tree_file(&tree, "sys/class/drm/card0-DP-1/status", "connected\n");
    tree_class(&tree, "drm", "card1", GPU "/drm/card1");
    tree_class(&tree, "graphics", "fb0", ROOT0 "/0000:00:02.0/graphics/fb0");
    tree_file(&tree, "sys/class/vtconsole/vtcon1/name",
              "(M) frame buffer device\n");
    tree_file(&tree, "sys/class/vtconsole/vtcon1/bind", "1\n");
    tree_class(&tree, "sound", "pcmC1D3p", SOUND "/sound/card1/pcmC1D3p");
    tree_file(&tree, "proc/12/comm", "evil\033[31m\n");
    tree_link(&tree, "proc/12/fd/3", "/dev/dri/card1");
    tree_link(&tree, "proc/12/fd/4", "/dev/dri/card1");
    tree_link(&tree, "proc/12/fd/5", "/dev/dri/card10");
    tree_link(&tree, "proc/12/fd/6", "socket:[123]");
    tree_link(&tree, "proc/13/fd/7", "/dev/snd/pcmC1D3p");
    tree_probe(&tree);
    assert_claim(&tree, "0000:00:02.0", CLAIM_BOOT_DISPLAY, CLAIM_REFUSE,
                 "It is the display that the firmware started with.");
    assert_null(tree_claim(&tree, "0000:00:02.0", CLAIM_ONLY_DISPLAY));
    assert_claim(&tree, "0000:00:02.0", CLAIM_CONSOLE, CLAIM_WARN,
                 "The host's text console is on it (fb0).");
    assert_claim(&tree, "0000:00:02.0", CLAIM_MONITOR, CLAIM_NOTE,
                 "A monitor is connected to it (DP-1).");
    assert_null(tree_claim(&tree, "0000:00:02.0", CLAIM_CLIENT));
    assert_claim(&tree, "0000:01:00.0", CLAIM_CLIENT, CLAIM_WARN,
                 "Programs have it open: evil?[31m (12).");
    assert_claim(&tree, "0000:01:00.0", CLAIM_DRIVER, CLAIM_REFUSE,
                 "Its driver, nvidia, hangs if it is taken away while programs "
                 "have it open.");
    assert_claim(&tree, "0000:01:00.1", CLAIM_CLIENT, CLAIM_WARN,
                 "Programs have it open: ? (13).");
    tree_end(&tree);
}

/* No process can be looked into; a guest has the other card. */
static void test_clients_unknown(void **unused)
{
    struct tree tree;

    (void)unused;
    tree_start(&tree);
    tree_driver(&tree, "0000:01:00.0", "nvidia");
    tree_class(&tree, "drm", "card1", GPU "/drm/card1");
    tree_file(&tree, "proc/12/fd", "not a directory");
    tree_probe(&tree);
    assert_int_equal(tree_claim(&tree, "0000:01:00.0", CLAIM_CLIENT)->severity,
                     CLAIM_UNKNOWN);
    assert_int_equal(tree_claim(&tree, "0000:01:00.0", CLAIM_DRIVER)->severity,
                     CLAIM_WARN);
    tree_end(&tree);
    tree_start(&tree);
    tree_driver(&tree, "0000:01:00.0", "vfio-pci");
    tree_group(&tree, "0000:01:00.0", "18");
    tree_file(&tree, "proc/12/comm", "qemu-system-x86\n");
    tree_link(&tree, "proc/12/fd/30", "/dev/vfio/18");
    tree_probe(&tree);
    assert_claim(&tree, "0000:01:00.0", CLAIM_GUEST, CLAIM_WARN,
                 "A running guest has it: qemu-system-x86 (12).");
    assert_null(tree_claim(&tree, "0000:01:00.0", CLAIM_ONLY_DISPLAY));
    tree_end(&tree);
}

static void test_functions(void **unused)
{
    struct tree tree;

    (void)unused;
    tree_start(&tree);
    tree_function(&tree, ROOT0 "/0000:00:1e.0/0000:0a:00.0", "0x010802",
                  "0x144d", "0xa808");
    tree_function(&tree, ROOT0 "/0000:00:1e.0/0000:0b:00.0", "0x030000",
                  "0x1002", "0x731f");
    tree_attribute(&tree, "0000:06:00.0", "sriov_totalvfs", "8\n");
    tree_attribute(&tree, "0000:06:00.0", "sriov_numvfs", "2\n");
    tree_function(&tree, ROOT0 "/0000:00:1c.2/0000:06:10.0", "0x020000",
                  "0x10ec", "0x9999");
    tree_link(&tree, "sys/bus/pci/devices/0000:06:10.0/physfn",
              "../0000:06:00.0");
    tree_nic(&tree, "eth0v0", ROOT0 "/0000:00:1c.2/0000:06:10.0");
    tree_file(&tree, "proc/net/route", ROUTE4("eth0v0", "0"));
    tree_attribute(&tree, "0000:00:17.0", "reset_method", "\n");
    unlink(tree_path(&tree, "sys/bus/pci/devices/0000:09:00.0/reset_method"));
    tree_attribute(&tree, "0000:09:00.0", "reset", "");
    unlink(tree_path(&tree, "sys/bus/pci/devices/0000:00:14.0/reset_method"));
    tree_link(&tree, "sys/bus/mdev/devices/aa-bb",
              "../../../devices/" GPU "/aa-bb");
    tree_probe(&tree);
    assert_claim(&tree, "0000:02:00.0", CLAIM_IDENTITY, CLAIM_NOTE,
                 "0a:00.0 has the same identity, 144d:a808, so vfio-pci.ids= "
                 "would take both.");
    assert_claim(&tree, "0000:0b:00.0", CLAIM_TROUBLE, CLAIM_WARN,
                 "Navi 10 does not reset well: a guest may start only once. "
                 "The module vendor-reset helps.");
    assert_claim(&tree, "0000:06:00.0", CLAIM_VIRTUAL, CLAIM_WARN,
                 "Its 2 virtual functions go away with it.");
    assert_claim(&tree, "0000:06:10.0", CLAIM_ROUTE, CLAIM_REFUSE,
                 "It carries the default route (eth0v0).");
    assert_claim(&tree, "0000:06:00.0", CLAIM_ROUTE, CLAIM_REFUSE,
                 "It carries the default route (eth0v0).");
    assert_non_null(tree_claim(&tree, "0000:00:17.0", CLAIM_RESET));
    assert_non_null(tree_claim(&tree, "0000:00:14.0", CLAIM_RESET));
    assert_null(tree_claim(&tree, "0000:09:00.0", CLAIM_RESET));
    assert_claim(&tree, "0000:01:00.0", CLAIM_GUEST, CLAIM_WARN,
                 "Guests share it by mediated devices (aa-bb).");
    tree_end(&tree);
}

/* A disk behind a VMD holds the controller too, and has a long address. */
static void test_vmd(void **unused)
{
    static const char place[] = ROOT0
        "/0000:00:0e.0/pci10000:e0/10000:e0:06.0/"
        "10000:e1:00.0";
    struct tree tree;
    char disk[256];

    (void)unused;
    tree_start(&tree);
    tree_function(&tree, ROOT0 "/0000:00:0e.0", "0x010400", "0x8086", "0x9a0b");
    tree_function(&tree, ROOT0 "/0000:00:0e.0/pci10000:e0/10000:e0:06.0",
                  "0x060400", "0x8086", "0x9a0f");
    tree_function(&tree, place, "0x010802", "0x144d", "0xa80a");
    snprintf(disk, sizeof(disk), "%s/nvme/nvme3/nvme3n1", place);
    tree_class(&tree, "block", "nvme3n1", disk);
    tree_file(&tree, "proc/self/mountinfo",
              "1 1 259:7 / / rw - xfs /dev/nvme3n1 rw\n");
    tree_probe(&tree);
    assert_claim(&tree, "10000:e1:00.0", CLAIM_DISK, CLAIM_REFUSE,
                 "It holds / (nvme3n1).");
    assert_claim(&tree, "0000:00:0e.0", CLAIM_DISK, CLAIM_REFUSE,
                 "It holds / (nvme3n1).");
    assert_null(tree_claim(&tree, "10000:e0:06.0", CLAIM_DISK));
    assert_string_equal(pci_short_address(tree_find(&tree, "10000:e1:00.0")),
                        "10000:e1:00.0");
    /* The last of the list: after every domain of four digits. */
    assert_string_equal(tree.pci.devices[tree.pci.device_count - 1].address,
                        "10000:e1:00.0");
    tree_end(&tree);
}

/* What vanishes or is nonsense costs itself and nothing else. */
static void test_damage(void **unused)
{
    struct tree tree;

    (void)unused;
    tree_start(&tree);
    unlink(tree_path(&tree, "sys/devices/" SATA "/class"));
    tree_link(&tree, "sys/bus/pci/devices/0000:0c:00.0",
              "../../../devices/gone");
    tree_directory(&tree, "sys/bus/pci/devices/no\033address");
    tree_directory(&tree, "sys/bus/pci/devices/ffffffff:ff:1f.7");
    tree_file(&tree, "sys/bus/pci/devices/0000:00:09.0", "a file");
    tree_file(&tree, "usr/share/misc/pci.ids",
              "10de  Maker\n\t2204  A Card\n\tcut");
    tree_probe(&tree);
    assert_int_equal(tree.pci.device_count, 9);
    assert_non_null(tree.pci.problem);
    assert_null(strchr(tree.pci.problem, '\033'));
    assert_null(pci_find(&tree.pci, "0000:00:17.0"));
    assert_string_equal(tree_find(&tree, "0000:01:00.0")->name, "Maker A Card");
    assert_true(*tree_find(&tree, "0000:02:00.0")->name != '\0');
    tree_end(&tree);
}

static void test_roles(void **unused)
{
    struct tree tree;
    const struct pci_device *set[PCI_FUNCTIONS], *gpu, *sound, *memory;

    (void)unused;
    tree_start(&tree);
    tree_function(&tree, ROOT0 "/0000:00:01.0/0000:01:00.2", "0x0c0330",
                  "0x10de", "0x1ad6");
    tree_function(&tree, ROOT0 "/0000:00:01.0/0000:01:00.3", "0x0c8000",
                  "0x10de", "0x1ad7");
    tree_function(&tree, ROOT0 "/0000:00:01.0/0000:01:00.4", "0x108000",
                  "0x1022", "0x1649");
    tree_function(&tree, ROOT0 "/0000:00:14.2", "0x050000", "0x8086", "0x7aa7");
    tree_group(&tree, "0000:00:01.0", "4000000");
    tree_group(&tree, "0000:01:00.0", "4000000");
    tree_group(&tree, "0000:01:00.1", "7");
    tree_group(&tree, "0000:01:00.2", "4000000");
    tree_group(&tree, "0000:00:14.0", "6");
    tree_group(&tree, "0000:00:14.2", "6");
    tree_probe(&tree);
    gpu = tree_find(&tree, "0000:01:00.0");
    sound = tree_find(&tree, "0000:01:00.1");
    memory = tree_find(&tree, "0000:00:14.2");
    assert_int_equal(tree.pci.group_count, 3);
    assert_int_equal(gpu->group, 4000000);
    assert_string_equal(gpu->parent, "0000:00:01.0");
    assert_int_equal(pci_function_set(&tree.pci, gpu, set), 4);
    assert_ptr_equal(set[0], gpu);
    assert_ptr_equal(set[1], sound);
    /* From any of its functions it is the same card. */
    assert_int_equal(pci_function_set(&tree.pci, sound, set), 4);
    assert_ptr_equal(set[0], gpu);
    /* The security processor in the slot is another maker's. */
    assert_int_equal(
        pci_function_set(&tree.pci, tree_find(&tree, "0000:01:00.4"), set), 1);
    /* On the root bus a slot is no card. */
    assert_int_equal(
        pci_function_set(&tree.pci, tree_find(&tree, "0000:00:14.0"), set), 1);
    assert_int_equal(pci_role(gpu, gpu), PCI_ROLE_GUEST);
    assert_int_equal(pci_role(gpu, sound), PCI_ROLE_GUEST);
    assert_int_equal(pci_role(gpu, tree_find(&tree, "0000:00:01.0")),
                     PCI_ROLE_BRIDGE);
    assert_int_equal(pci_role(gpu, memory), PCI_ROLE_HOST);
    assert_int_equal(pci_role(tree_find(&tree, "0000:00:14.0"), memory),
                     PCI_ROLE_ALONG);
    assert_int_equal(pci_role(memory, memory), PCI_ROLE_ALONG);
    /* Nothing in a group is nothing's companion. */
    assert_int_equal(pci_role(tree_find(&tree, "0000:06:00.0"),
                              tree_find(&tree, "0000:07:00.0")),
                     PCI_ROLE_HOST);
    tree_end(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_input),
        cmocka_unit_test(test_display),
        cmocka_unit_test(test_clients_unknown),
        cmocka_unit_test(test_functions),
        cmocka_unit_test(test_vmd),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_roles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
