/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * USB devices and serial numbers: names from outside, entries that are none,
 * capability lists that run in a circle.
 */
#include "rootdir.h"
#include "support.h"

#include "host/serial.h"
#include "host/usb.h"
#include "plan/drift.h"

#include <stdio.h>
#include <string.h>

#define AT "sys/bus/usb/devices/"
#define DEVICE(port, vendor, product, number)                   \
    AT port "/idVendor=" vendor, AT port "/idProduct=" product, \
        AT port "/busnum=1", AT port "/devnum=" number

static void test_usb(void **state)
{
    static const char *const list[] = {
        DEVICE("1-1", "046d", "c31c", "2"),
        AT "1-1/product=Evil\033[2J\xff name",
        AT "1-1/manufacturer=",
        DEVICE("1-2", "05e3", "0610", "3"), /* a hub */
        AT "1-2/bDeviceClass=09",
        DEVICE("1-2.1", "0781", "5591", "4"),
        DEVICE("1-2.4", "0781", "5591", "5"),
        DEVICE("1-3", "zzzz", "0001", "6"),     /* no number */
        DEVICE("1-4", "12345", "0001", "6"),    /* too long a number */
        DEVICE("1-1:1.0", "046d", "c31c", "2"), /* an interface */
        DEVICE("usb1", "1d6b", "0002", "1"),    /* a root hub */
        AT "1-5/idVendor=046d",                 /* half of it is gone */
        "sys/class/input/",
        NULL,
    };
    struct rootdir *dir = rootdir_new(list);
    struct pci pci = {0};
    struct usb usb;

    (void)state;
    usb_probe(dir->root, dir->arena, &pci, &usb);
    assert_true(usb.is_known);
    assert_int_equal(usb.count, 3);
    assert_string_equal(usb.devices[0].port, "1-1");
    assert_null(strchr(usb.devices[0].name, '\033'));
    assert_null(strchr(usb.devices[0].name, '\xff'));
    assert_non_null(strstr(usb.devices[0].name, "Evil"));
    assert_false(usb.devices[0].has_twin);
    assert_null(usb.devices[0].claim.text);
    assert_true(usb.devices[1].has_twin && usb.devices[2].has_twin);
    assert_string_equal(usb.devices[1].name, "0781:5591");
    rootdir_free(dir);
}

static void test_unknown(void **state)
{
    static const char *const nothing[] = {"sys/", NULL};
    static const char *const no_input[] = {DEVICE("1-1", "046d", "c31c", "2"),
                                           NULL};
    struct pci pci = {0};
    struct usb usb;
    struct rootdir *dir = rootdir_new(nothing);

    (void)state;
    usb_probe(dir->root, dir->arena, &pci, &usb);
    assert_false(usb.is_known);
    assert_int_equal(usb.count, 0);
    rootdir_free(dir);
    dir = rootdir_new(no_input);
    usb_probe(dir->root, dir->arena, &pci, &usb);
    assert_int_equal(usb.count, 1);
    assert_int_equal(usb.devices[0].claim.severity, CLAIM_UNKNOWN);
    rootdir_free(dir);
}

/* The serial number of a function with this configuration space. */
static const char *serial_of(const unsigned char *config, size_t size,
                             char *text, size_t text_size)
{
    static const char *const list[] = {
        "sys/bus/pci/devices/0000:01:00.0/revision=00", NULL};
    struct rootdir *dir = rootdir_new(list);
    struct pci_device device = {.address = "0000:01:00.0",
                                .class_code = 0x020000};
    struct pci pci = {.devices = &device, .device_count = 1};
    char path[512];
    FILE *file;

    snprintf(path, sizeof(path), "%s/sys/bus/pci/devices/0000:01:00.0/config",
             dir->path);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(config, 1, size, file), size);
    fclose(file);
    serial_probe(dir->root, dir->arena, &pci);
    snprintf(text, text_size, "%s", device.serial ? device.serial : "none");
    rootdir_free(dir);
    return text;
}

static void test_serial(void **state)
{
    unsigned char config[4096] = {0};
    char text[64];

    (void)state;
    assert_string_equal(serial_of(config, 64, text, 64), "none");
    assert_string_equal(serial_of(config, 4096, text, 64), "none");
    /* An error report, then the serial number at 0x140. */
    memcpy(config + 0x100, "\x01\x00\x02\x14", 4);
    memcpy(config + 0x140, "\x03\x00\x01\x00\x78\x56\x34\x12\xf0\xde\xbc\x9a",
           12);
    assert_string_equal(serial_of(config, 4096, text, 64), "9abcdef012345678");
    /* Cut off within it. */
    assert_string_equal(serial_of(config, 0x148, text, 64), "none");
    /* All ones is none. */
    memset(config + 0x144, 0xff, 8);
    assert_string_equal(serial_of(config, 4096, text, 64), "none");
    /* A circle ends. */
    memcpy(config + 0x140, "\x01\x00\x02\x10", 4);
    assert_string_equal(serial_of(config, 4096, text, 64), "none");
}

static void test_identity(void **state)
{
    static const char *const bad[] = {"",
                                      "0000:01:00.0",
                                      "0000:01:00.0 10de",
                                      "01:00.0 10de:2204",
                                      "0000:01:00.0 10de:2204x",
                                      "0000:01:00.9 10de:2204",
                                      " 10de:2204"};
    struct arena *arena = arena_new();
    struct pci_device device = {.address = "0000:01:00.0",
                                .vendor = 0x10de,
                                .device = 0x2204,
                                .serial = "A B"};
    struct identity identity;

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_false(identity_parse(arena, bad[i], &identity));
    assert_true(
        identity_parse(arena, identity_text(arena, &device), &identity));
    assert_string_equal(identity.serial, "A B");
    assert_true(identity_is(&identity, &device));
    device.serial = "A C";
    assert_false(identity_is(&identity, &device));
    device.serial = NULL; /* not known: not another one */
    assert_true(identity_is(&identity, &device));
    device.device = 0x2205;
    assert_false(identity_is(&identity, &device));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usb),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_serial),
        cmocka_unit_test(test_identity),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
