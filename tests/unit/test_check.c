/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes every host check say each of its verdicts, on small trees. What a
 * check says and is not tested here fails the test.
 */
#include "rootdir.h"
#include "support.h"

#include "host/check.h"
#include "session/libvirt.h"

#include <stdlib.h>
#include <string.h>

#define FILES(...)        \
    (const char *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }
#define NOTHING FILES("a=")
#define OK VERDICT_OK
#define NOTE VERDICT_NOTE
#define UNKNOWN VERDICT_UNKNOWN
#define WARN VERDICT_WARN
#define FAIL VERDICT_FAIL

/* What is not read from a file of the tree; bits. */
enum {
    INTEL = 0,
    AMD = 1,
    NO_CPU = 2,      /* neither vendor nor flags */
    NO_FLAGS = 4,    /* neither vmx nor svm */
    GROUPS = 8,      /* there are IOMMU groups */
    PCI_BROKEN = 16, /* no device could be read */
    SMT = 32,
    OFFLINE = 64,
    ISOLATED = 128,
    CLOSED = 256,
};

#define TABLES "sys/firmware/acpi/tables/"
#define CMDLINE(text) "proc/cmdline=" text "\n"
#define GRUB(text) "etc/default/grub=GRUB_CMDLINE_LINUX_DEFAULT=\"" text "\"\n"
#define RELEASE(text) "proc/sys/kernel/osrelease=" text "\n"
#define POLICY "sys/devices/system/cpu/cpufreq/policy"
#define FREQ(number, driver, governor)        \
    POLICY #number "/scaling_driver=" driver, \
        POLICY #number "/scaling_governor=" governor
#define EPP(number, text) POLICY #number "/energy_performance_preference=" text
#define POOL(kib, nr)                                                 \
    "sys/kernel/mm/hugepages/hugepages-" #kib "kB/nr_hugepages=" #nr, \
        "sys/kernel/mm/hugepages/hugepages-" #kib "kB/free_hugepages=" #nr
#define MOUNT(size)                                                    \
    "proc/self/mountinfo=22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"        \
    "27 22 0:31 / /dev/hugepages rw shared:5 - hugetlbfs hugetlbfs rw" \
    ",pagesize=" size "\n"
#define FLAGS(text) "proc/cpuinfo=processor\t: 0\nflags\t\t: " text "\n"
#define UNIT(name) "run/systemd/units/invocation:" name ".service>0123"
#define OF_HOOKS "etc/libvirt/hooks/"
#define NO_IOMMU "sys/kernel/iommu_groups/0/name=vfio-noiommu\n"
#define HERE RELEASE("6.9"), "lib/modules/6.9/"
#define THERE \
    HERE "modules.dep=kernel/drivers/vfio/pci/vfio-pci.ko.zst: kernel/a.ko\n"
#define UNSAFE "sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts="

#define PASSES(interrupts)                                \
    FILES("dev/kvm=", "proc/interrupts=1: 0 " interrupts, \
          "sys/bus/pci/drivers/a/", THERE)

static const struct spec {
    const char *id;
    enum verdict verdict;
    unsigned how;
    const char *const *files;
    const char *says; /* a part of text, detail, fix or recipe */
} specs[] = {
    {"virtualization", OK, INTEL, NOTHING, "VT-x"},
    {"virtualization", OK, AMD, NOTHING, "AMD-V"},
    {"virtualization", FAIL, NO_FLAGS, NOTHING, "Switch VT-x on"},
    {"virtualization", FAIL, AMD | NO_FLAGS, NOTHING, "Switch SVM on"},
    {"virtualization", UNKNOWN, NO_CPU, NOTHING, "could not look"},
    {"virtualization", UNKNOWN, NO_FLAGS, FILES("dev/kvm="), "could not look"},

    {"kvm", OK, AMD, FILES("sys/module/kvm_amd/"), "kvm_amd"},
    {"kvm", OK, INTEL, FILES("sys/module/kvm_intel/"), "kvm_intel"},
    {"kvm", OK, INTEL, FILES("dev/kvm="), "/dev/kvm"},
    {"kvm", UNKNOWN, INTEL, NOTHING, "no sys/module"},
    {"kvm", FAIL, INTEL, FILES("sys/module/a/"), "modprobe kvm_intel"},
    {"kvm", FAIL, AMD, FILES("sys/module/a/"), "modprobe kvm_amd"},
    {"kvm", UNKNOWN, NO_CPU, FILES("sys/module/a/"), "could not look"},
    {"kvm", FAIL, NO_FLAGS, FILES("sys/module/a/"), "cannot be loaded"},
    /* Built in are both, and neither may work. */
    {"kvm", FAIL, NO_FLAGS, FILES("sys/module/kvm_amd/"), "cannot be loaded"},
    {"kvm", FAIL, NO_FLAGS, FILES("sys/module/kvm_intel/"), "cannot be"},
    {"kvm", FAIL, INTEL, FILES("sys/module/kvm_amd/"), "modprobe kvm_intel"},
    {"kvm", FAIL, INTEL, FILES("sys/module/kvm_intel/", "dev/null="),
     "but no /dev/kvm"},
    {"kvm", FAIL, AMD, FILES("sys/module/kvm_amd/", "dev/null="), "SVM"},
    {"kvm", OK, INTEL,
     FILES("sys/module/kvm_intel/", "sys/module/kvm_amd/", "dev/kvm="),
     "kvm_intel"},

    {"iommu", OK, GROUPS, NOTHING, "1 groups"},
    {"iommu", OK, GROUPS, FILES("sys/class/iommu/dmar0/"), "Intel VT-d, "},
    {"iommu", UNKNOWN, PCI_BROKEN, NOTHING, "broken"},
    /* VFIO was told to do without. */
    {"iommu", WARN, GROUPS, FILES(NO_IOMMU, TABLES "APIC="), "works without"},
    {"iommu", WARN, GROUPS, FILES(NO_IOMMU, TABLES "APIC="), "Switch VT-d on"},
    /* The firmware has it, the kernel not. */
    {"iommu", WARN, INTEL, FILES(TABLES "DMAR=", CMDLINE("quiet")),
     "Add to the kernel command line\n    intel_iommu=on\n"},
    {"iommu", WARN, INTEL, FILES(TABLES "DMAR=", GRUB("quiet")),
     "\"quiet intel_iommu=on\""},
    {"iommu", WARN, INTEL,
     FILES(TABLES "DMAR=", CMDLINE("intel_iommu=on,sm_on")), "dmesg | grep D"},
    {"iommu", WARN, AMD, FILES(TABLES "IVRS=", CMDLINE("quiet")),
     "dmesg | grep AMD-Vi"},
    {"iommu", WARN, INTEL, FILES(TABLES "DMAR=", CMDLINE("intel_iommu=off")),
     "Take out of the kernel command line\n    intel_iommu=off\n"},
    {"iommu", WARN, AMD, FILES(TABLES "IVRS=", CMDLINE("a iommu=off b")),
     "The kernel was told: no IOMMU"},
    /* The firmware has not. */
    {"iommu", WARN, INTEL, FILES(TABLES "APIC=", CMDLINE("intel_iommu=on")),
     "The firmware offers no IOMMU"},
    {"iommu", WARN, INTEL, FILES(TABLES "IVRS="), "no DMAR table"},
    {"iommu", WARN, AMD, FILES(TABLES "DMAR="), "no IVRS table"},
    {"iommu", WARN, AMD, FILES(TABLES "APIC="), "It is not SVM"},
    /* It cannot be told which of them. */
    {"iommu", WARN, INTEL, NOTHING, "Switch VT-d on in the firmware set-up, a"},
    {"iommu", WARN, AMD, NOTHING, "AMD needs no kernel option"},

    {"remapping", OK, GROUPS, FILES("proc/interrupts=1: 0 IR-IO-APIC 1-edge"),
     "is on"},
    {"remapping", OK, GROUPS, FILES("proc/interrupts=1: 0 IR-PCI-MSI-0000:0"),
     "is on"},
    {"remapping", UNKNOWN, GROUPS, NOTHING, "no proc/interrupts"},
    {"remapping", UNKNOWN, GROUPS, FILES("proc/interrupts=CPU0"), "no PCI"},
    {"remapping", NOTE, INTEL, FILES("proc/interrupts=1: 0 IO-APIC 1-edge"),
     "with the IOMMU"},
    {"iommu", OK, GROUPS, FILES(NO_IOMMU, "sys/kernel/iommu_groups/1/name=a"),
     "1 groups"},
    {"remapping", NOTE, GROUPS,
     FILES(NO_IOMMU, "proc/interrupts=1: 0 PCI-MSI 1-edge"), "with the IOMMU"},
    {"remapping", WARN, GROUPS, FILES("proc/interrupts=1: 0 PCI-MSI 1-edge"),
     "VFIO refuses devices"},
    {"remapping", WARN, GROUPS,
     FILES("proc/interrupts=1: 0 PCI-MSI 1-edge", UNSAFE "Y\n"),
     "Only for guests that you trust"},
    {"remapping", WARN, GROUPS,
     FILES("proc/interrupts=1: 0 PCI-MSI 1-edge", UNSAFE "N\n"), "refuses"},

    /* The first thing that is missing is the reason. */
    {"passthrough", OK, GROUPS, PASSES("IR-PCI-MSI-0000:0"), "is possible"},
    {"passthrough", OK, GROUPS,
     FILES("dev/kvm=", "proc/interrupts=1: 0 PCI-MSI 1-edge", UNSAFE "Y\n",
           "sys/bus/pci/drivers/a/", THERE),
     "is possible"},
    {"passthrough", WARN, NO_FLAGS, NOTHING, "CPU offers no virtualization"},
    {"passthrough", WARN, INTEL, PASSES("IR-PCI-MSI-0000:0"), "The IOMMU is o"},
    {"passthrough", WARN, GROUPS, PASSES("PCI-MSI-0000:0"),
     "Interrupt remapping is off"},
    {"passthrough", WARN, GROUPS,
     FILES("dev/kvm=", "proc/interrupts=1: 0 IR-PCI-MSI 1-edge",
           "sys/bus/pci/drivers/a/",
           "etc/modprobe.d/a.conf=blacklist vfio-pci\n"),
     "on a blacklist"},
    {"passthrough", UNKNOWN, PCI_BROKEN, PASSES("IR-PCI-MSI-0000:0"),
     "IOMMU: could not look"},
    {"passthrough", UNKNOWN, GROUPS, FILES("dev/kvm="), "could not look"},
    /* What is certain counts more than what could not be looked at. */
    {"passthrough", WARN, INTEL, NOTHING, "The IOMMU is o"},

    {"acs-override", UNKNOWN, INTEL, NOTHING, "no proc/cmdline"},
    {"acs-override", OK, INTEL, FILES(CMDLINE("quiet")), "no ACS"},
    {"acs-override", WARN, INTEL,
     FILES(CMDLINE("pcie_acs_override=downstream,multifunction")),
     "another slot first"},

    {"vfio", OK, INTEL, FILES("sys/bus/pci/drivers/vfio-pci/"), "0 devices"},
    {"vfio", UNKNOWN, INTEL, FILES("sys/bus/pci/drivers/a/"), "no list of"},
    {"vfio", UNKNOWN, INTEL, FILES("sys/bus/pci/drivers/a/", RELEASE("6.9")),
     "no list of"},
    {"vfio", NOTE, INTEL, FILES("sys/bus/pci/drivers/a/", THERE),
     "libvirt loads it"},
    {"vfio", NOTE, INTEL,
     FILES("sys/bus/pci/drivers/a/", HERE "modules.dep=kernel/a.ko:\n",
           "lib/modules/6.9/modules.builtin=kernel/drivers/vfio/vfio-pci.ko\n"),
     "libvirt loads it"},
    {"vfio", WARN, INTEL,
     FILES("sys/bus/pci/drivers/a/", HERE "modules.dep=a/vfio-pci-core.ko:\n"),
     "not for 6.9"},
    {"vfio", UNKNOWN, INTEL,
     FILES("sys/bus/pci/drivers/a/", RELEASE("6.9"), "lib/modules/"),
     "no list of"},
    /* Updated since boot. */
    {"vfio", WARN, INTEL,
     FILES("sys/bus/pci/drivers/a/", RELEASE("6.9"), "lib/modules/6.10/"),
     "reboot"},
    {"vfio", NOTE, INTEL,
     FILES("sys/bus/pci/drivers/a/", THERE,
           "etc/modprobe.d/a.conf=# blacklist vfio-pci\nblacklist vfio_ap\n"
           "install vfio-pci /sbin/modprobe a\noptions vfio-pci ids=1:2\n",
           CMDLINE("modprobe.blacklist=nouveau")),
     "not loaded"},
    {"vfio", WARN, INTEL,
     FILES("etc/modprobe.d/a.conf=options a\n  blacklist vfio-pci \n"),
     "Delete that line of /etc/modprobe.d/a.conf."},
    {"vfio", WARN, INTEL,
     FILES("usr/lib/modprobe.d/b.conf=install vfio_iommu_type1 /bin/false"),
     "/usr/lib/modprobe.d/b.conf"},
    {"vfio", WARN, INTEL,
     FILES(CMDLINE("modprobe.blacklist=nouveau,vfio-pci"), GRUB("a")),
     "/etc/default/grub is as it should be"},
    {"vfio", WARN, INTEL, FILES(CMDLINE("module_blacklist=vfio")), "blacklist"},
    /* Other modules stay on the list; so do other lists. */
    {"vfio", WARN, INTEL,
     FILES(CMDLINE("modprobe.blacklist=nouveau,vfio_pci"),
           GRUB("quiet modprobe.blacklist=nouveau,vfio_pci")),
     "by\n    GRUB_CMDLINE_LINUX_DEFAULT=\"quiet modprobe.blacklist=nouveau"
     "\"\n"},
    {"vfio", WARN, INTEL,
     FILES(CMDLINE("modprobe.blacklist=a,vfio,b"),
           GRUB("modprobe.blacklist=vfio,vfio_pci,c")),
     "by\n    GRUB_CMDLINE_LINUX_DEFAULT=\"modprobe.blacklist=c\"\n"},
    {"vfio", WARN, INTEL, FILES(CMDLINE("modprobe.blacklist=a,vfio,b")),
     "Add to the kernel command line\n    modprobe.blacklist=a,b\n"},
    {"vfio", WARN, INTEL,
     FILES(CMDLINE("modprobe.blacklist=vfio-pci"), GRUB("a")),
     "from elsewhere, another file or the boot menu:\n"
     "    modprobe.blacklist=vfio-pci\n"},
    {"vfio", WARN, INTEL,
     FILES(CMDLINE("modprobe.blacklist=vfio-pci modprobe.blacklist=nouveau")),
     "blacklist"},
    {"vfio", NOTE, INTEL,
     FILES("sys/bus/pci/drivers/a/", THERE,
           CMDLINE("module_blacklist=vfio module_blacklist=a")),
     "not loaded"},
    {"vfio", WARN, INTEL, FILES("etc/modprobe.d/a.conf=blacklist\tvfio-pci\n"),
     "Delete that line"},
    {"vfio", NOTE, INTEL,
     FILES("sys/bus/pci/drivers/a/", THERE,
           "etc/modprobe.d/a.conf.bak=blacklist vfio-pci\n"),
     "not loaded"},
    {"vfio", UNKNOWN, INTEL, NOTHING, "could not look"},

    {"modules", UNKNOWN, INTEL, NOTHING, "could not look"},
    {"modules", OK, INTEL, FILES(RELEASE("6.2.0")), "No list"},
    {"modules", OK, INTEL, FILES(RELEASE("6.1.9"), "etc/modules=vfio_virqfd\n"),
     "No list"},
    {"modules", OK, INTEL,
     FILES(RELEASE("6.9.0"), "etc/modules=#vfio_virqfd\nvfio\n"), "No list"},
    {"modules", WARN, INTEL,
     FILES(RELEASE("6.10.1-x"), "etc/modules=vfio\nvfio_virqfd\n"),
     "out of /etc/modules;"},
    {"modules", WARN, INTEL,
     FILES(RELEASE("7.0"), "etc/modules-load.d/v.conf=vfio-virqfd"),
     "/etc/modules-load.d/v.conf"},
    {"modules", WARN, INTEL,
     FILES(RELEASE("6.2.1"), "etc/mkinitcpio.conf=MODULES=(vfio vfio_virqfd)"),
     "/etc/mkinitcpio.conf;"},
    {"modules", WARN, INTEL,
     FILES(RELEASE("6.2.1"),
           "etc/dracut.conf.d/a.conf=force_drivers+=\" vfio_virqfd \""),
     "/etc/dracut.conf.d/a.conf"},
    {"modules", WARN, INTEL,
     FILES(RELEASE("6.2.1"), CMDLINE("rd.driver.pre=vfio-pci,vfio_virqfd")),
     "off the kernel command line"},

    {"boot-loader", UNKNOWN, INTEL, NOTHING, "none that is known"},
    {"boot-loader", OK, INTEL, FILES(GRUB("")), "GRUB"},
    /* Left over: EFISTUB or rEFInd. */
    {"boot-loader", UNKNOWN, INTEL,
     FILES(GRUB(""), CMDLINE("initrd=\\initramfs-linux.img root=/dev/sda1")),
     "files of GRUB"},
    {"boot-loader", NOTE, INTEL,
     FILES(GRUB(""), "boot/loader/entries/a.conf=options a",
           CMDLINE("BOOT_IMAGE=/v ro")),
     "files of systemd-boot as well"},

    {"command-line", UNKNOWN, INTEL, FILES(CMDLINE("a")), "not in a file"},
    {"command-line", UNKNOWN, INTEL, FILES(GRUB("a")), "no proc/cmdline"},
    {"command-line", UNKNOWN, INTEL, FILES(GRUB("a"), CMDLINE("initrd=\\i b")),
     "another boot loader"},
    {"command-line", OK, INTEL,
     FILES(GRUB("dyndbg=\\\"file a.c +p\\\" 'b=c d'"),
           CMDLINE("BOOT_IMAGE=/v \"dyndbg=file a.c +p\" b=\"c d\"")),
     "runs as configured"},
    {"command-line", NOTE, INTEL,
     FILES(GRUB("dyndbg=\\\"file a.c +p\\\""),
           CMDLINE("BOOT_IMAGE=/v \"dyndbg=file a.c\"")),
     "dyndbg=\"file a.c +p\""},
    {"command-line", OK, INTEL,
     FILES(GRUB("a $b"), CMDLINE("BOOT_IMAGE=/v root=x ro a splash")),
     "runs as configured"},
    {"command-line", NOTE, INTEL,
     FILES(GRUB("a intel_iommu=on"), CMDLINE("BOOT_IMAGE=/v a")),
     "Run grub-mkconfig -o /boot/grub/grub.cfg if you did not"},
    {"command-line", NOTE, INTEL,
     FILES("boot/loader/entries/a.conf=options a hugepages=9",
           CMDLINE("initrd=\\i a")),
     "hugepages=9"},
    {"command-line", NOTE, INTEL,
     FILES(GRUB("a"),
           CMDLINE("BOOT_IMAGE=/v a pcie_acs_override=downstream b")),
     "pcie_acs_override=downstream"},

    {"stale-options", UNKNOWN, INTEL, NOTHING, "could not look"},
    {"stale-options", OK, INTEL, FILES(CMDLINE("intel_iommu=on iommu=pt")), ""},
    {"stale-options", OK, AMD,
     FILES(CMDLINE("amd_iommu=force_isolation iommu=pt amd_iommu=off")), ""},
    {"stale-options", NOTE, AMD,
     FILES(CMDLINE("amd_iommu=on quiet iommu=1"), GRUB("amd_iommu=on quiet")),
     "by\n    GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n"},
    {"stale-options", NOTE, AMD, FILES(CMDLINE("amd_iommu=on iommu=1")),
     "no such value. iommu= has no such value. "},
    {"stale-options", NOTE, INTEL,
     FILES(CMDLINE("intel_iommu=pt amd_iommu=pt iommu=1 iommu=on")),
     "meant. iommu= has no such value. They"},
    {"stale-options", NOTE, AMD, FILES(CMDLINE("intel_iommu=on")),
     "this is an AMD"},
    {"stale-options", OK, AMD, FILES(CMDLINE("intel_iommu=on"), TABLES "DMAR="),
     ""},
    {"stale-options", NOTE, INTEL, FILES(CMDLINE("amd_iommu=off")),
     "this is an Intel"},
    {"stale-options", NOTE, INTEL, FILES(CMDLINE("intel_iommu=pt")),
     "iommu=pt is meant"},
    {"stale-options", NOTE, AMD, FILES(CMDLINE("amd_iommu=pt iommu=on")),
     "amd_iommu=pt iommu=on"},
    {"stale-options", NOTE, INTEL,
     FILES(CMDLINE("video=efifb:off"), "sys/bus/platform/drivers/a/"),
     "no efifb"},
    {"stale-options", OK, INTEL,
     FILES(CMDLINE("video=efifb:off"),
           "sys/bus/platform/drivers/efi-framebuffer/"),
     ""},
    {"stale-options", OK, INTEL, FILES(CMDLINE("video=efifb:off")), ""},

    {"hooks", UNKNOWN, INTEL, NOTHING, "could not look"},
    {"hooks", NOTE, INTEL, FILES("etc/libvirt/"), "No hook"},
    {"hooks", UNKNOWN, INTEL, FILES("etc/libvirt="), "not readable"},
    {"hooks", UNKNOWN, INTEL, FILES("etc/libvirt/hooks="), "not readable"},
    {"hooks", NOTE, INTEL, FILES(OF_HOOKS "qemu*#!/bin/sh\n"), "of your own"},
    {"hooks", OK, INTEL, FILES(OF_HOOKS "qemu.d/50-virt-tune*#!/bin/sh\n"), ""},

    {"hook-files", UNKNOWN, INTEL, NOTHING, "could not look"},
    {"hook-files", OK, INTEL, FILES("etc/libvirt/"), "no other hook files"},
    {"hook-files", UNKNOWN, INTEL, FILES("etc/libvirt="), "not readable"},
    {"hook-files", UNKNOWN, INTEL, FILES(OF_HOOKS "qemu.d="), "not readable"},
    {"hook-files", OK, INTEL,
     FILES(OF_HOOKS "qemu*#!/bin/bash\n# qemu.d/$1/$2/$3\n",
           OF_HOOKS "qemu.d/win10/prepare/begin/a.sh*#!/bin/sh\n",
           OF_HOOKS "qemu.d/5.bak=#!/bin/sh\n", OF_HOOKS "qemu.d/5*\177ELF"),
     "can run"},
    {"hook-files", NOTE, INTEL,
     FILES(OF_HOOKS "qemu*#!/bin/bash\n# qemu.d/$1/$2/$3\n",
           OF_HOOKS "qemu.d/win10/prepare/begin/a.sh*a\n"),
     "qemu.d/win10/prepare/begin/a.sh:1: no #! line"},
    {"hook-files", WARN, INTEL, FILES(OF_HOOKS "qemu=#!/bin/sh\n"), "chmod +x"},
    {"hook-files", WARN, INTEL, FILES(OF_HOOKS "qemu.d/a*echo\n"),
     "qemu.d/a:1: no #! line"},
    {"hook-files", WARN, INTEL,
     FILES(OF_HOOKS "qemu.d/a*#!/bin/sh\r\necho\r\n"), "of Windows"},
    {"hook-files", WARN, INTEL, FILES(OF_HOOKS "qemu.d/a~*#!/bin/sh\n"),
     "a leftover that runs"},
    {"hook-files", WARN, INTEL, FILES(OF_HOOKS "qemu.d/win10/a*#!/bin/sh\n"),
     "a directory"},
    {"hook-files", WARN, INTEL,
     FILES(OF_HOOKS "qemu.d/a=#!/bin/sh\n", OF_HOOKS "qemu.d/b=#!/bin/sh\n"),
     "qemu.d/b: not executable"},

    {"hook-scripts", UNKNOWN, INTEL, NOTHING, "could not look"},
    {"hook-scripts", UNKNOWN, INTEL, FILES("etc/libvirt="), "not readable"},
    {"hook-scripts", OK, INTEL, FILES("etc/libvirt/"), "no other hook scripts"},
    {"hook-scripts", OK, INTEL,
     FILES(OF_HOOKS "qemu*#!/bin/bash\n# virsh start a\nnovirsh a\n"),
     "no known faults"},
    {"hook-scripts", WARN, INTEL,
     FILES(OF_HOOKS "qemu*#!/bin/sh\n  virsh list \"$1\"\n"),
     "qemu:2: calls libvirt"},
    {"hook-scripts", WARN, INTEL,
     FILES(OF_HOOKS "qemu*#!/bin/sh\nsleep 9\nvirsh nodedev-detach \"$1\"\n"),
     "qemu:2: waits a fixed time"},
    {"hook-scripts", NOTE, INTEL, FILES(OF_HOOKS "qemu*#!/bin/sh\nsleep 9\n"),
     "qemu:2: waits"},

    {"confinement", UNKNOWN, INTEL, NOTHING, "could not look"},
    {"confinement", OK, INTEL, FILES("sys/module/a/"), "Nothing"},
    {"confinement", OK, INTEL,
     FILES("sys/module/apparmor/parameters/enabled=N\n",
           "etc/apparmor.d/usr.sbin.libvirtd=profile a {}"),
     "Nothing"},
    {"confinement", OK, INTEL,
     FILES("sys/module/apparmor/parameters/enabled=Y\n"), "no profile"},
    {"confinement", NOTE, INTEL,
     FILES("sys/module/apparmor/parameters/enabled=Y\n",
           "etc/apparmor.d/usr.sbin.virtqemud=profile a {}"),
     "/usr/share/vgabios"},
    {"confinement", OK, INTEL, FILES("sys/fs/selinux/enforce=0"), "permissive"},
    {"confinement", WARN, INTEL, FILES("sys/fs/selinux/enforce=1"),
     "    setsebool -P virt_hooks_unconfined on\n"},
    {"confinement", NOTE, INTEL,
     FILES("sys/fs/selinux/enforce=1",
           "sys/fs/selinux/booleans/virt_hooks_unconfined=1 1"),
     "restorecon"},
    {"confinement", UNKNOWN, INTEL, FILES("sys/fs/selinux/enforce/"),
     "not readable"},

    {"systemd", OK, INTEL, FILES("run/systemd/system/"), "runs the host"},
    {"systemd", WARN, INTEL, FILES("proc/1/comm=runit\n"), "runit"},
    {"systemd", UNKNOWN, INTEL, FILES("proc/1/comm=systemd\n"), "could not"},
    {"systemd", UNKNOWN, INTEL, NOTHING, "could not look"},

    {"cgroup", OK, INTEL,
     FILES("sys/fs/cgroup/cgroup.controllers=cpuset cpu io\n"), "v2 with"},
    {"cgroup", WARN, INTEL, FILES("sys/fs/cgroup/cgroup.controllers=cpu io\n"),
     "lacks cpuset"},
    {"cgroup", WARN, INTEL,
     FILES("sys/fs/cgroup/cpuset/", "run/systemd/system/",
           CMDLINE("systemd.unified_cgroup_hierarchy=0")),
     "Add to the kernel command line\n    systemd.unified_cgroup_hierarchy=1"},
    {"cgroup", WARN, INTEL, FILES("sys/fs/cgroup/cpuset/"), "no cgroup v2"},
    {"cgroup", UNKNOWN, INTEL, NOTHING, "could not look"},

    {"hugepages", UNKNOWN, INTEL, NOTHING, "could not look"},
    {"hugepages", OK, INTEL, FILES(POOL(2048, 7)), "7, 7 of them usable"},
    {"hugepages", OK, INTEL, FILES(POOL(2048, 7), MOUNT("2M")), "7, 7 of them"},
    {"hugepages", NOTE, INTEL,
     FILES(POOL(2048, 0), "proc/meminfo=MemAvailable: 2097152 kB\n"),
     "2048 MiB of memory available"},
    {"hugepages", NOTE, INTEL, FILES(POOL(2048, 0), "proc/self/mountinfo=a"),
     "are not mounted"},
    {"hugepages", WARN, INTEL, FILES(POOL(2048, 7), MOUNT("1024M")),
     "hugetlbfs /dev/hugepages hugetlbfs pagesize=2M 0 0"},

    {"hugepages-1g", UNKNOWN, INTEL, NOTHING, "no proc/cpuinfo"},
    {"hugepages-1g", UNKNOWN, INTEL, FILES(FLAGS("fpu pdpe1gb")), "no such"},
    {"hugepages-1g", NOTE, INTEL, FILES(FLAGS("fpu pdpe1gbx")), "pdpe1gb"},
    {"hugepages-1g", OK, INTEL, FILES(FLAGS("fpu pdpe1gb"), POOL(1048576, 0)),
     "possible"},
    {"hugepages-1g", OK, INTEL,
     FILES(FLAGS("pdpe1gb"), POOL(1048576, 4), MOUNT("1024M")), "reserved"},
    {"hugepages-1g", WARN, INTEL,
     FILES(FLAGS("pdpe1gb"), POOL(1048576, 4), MOUNT("2M")),
     "    mount /dev/hugepages1G\n"},

#define THP "sys/kernel/mm/transparent_hugepage/enabled="
    {"transparent-hugepages", UNKNOWN, INTEL, NOTHING, "could not look"},
    {"transparent-hugepages", OK, INTEL, FILES(THP "[always] madvise never\n"),
     "always"},
    {"transparent-hugepages", OK, INTEL, FILES(THP "always [madvise] never\n"),
     "madvise"},
    {"transparent-hugepages", NOTE, INTEL,
     FILES(THP "always madvise [never]\n"), "never"},

    {"ksm", UNKNOWN, INTEL, NOTHING, "could not look"},
    {"ksm", OK, INTEL, FILES("sys/kernel/mm/ksm/run=0\n"), ""},
    {"ksm", NOTE, INTEL, FILES("sys/kernel/mm/ksm/run=1\n"), "nosharepages"},

    {"cpus", OK, INTEL, NOTHING, "one thread"},
    {"cpus", OK, SMT, NOTHING, "in pairs"},
    {"cpus", NOTE, OFFLINE, NOTHING, "CPUs 3"},
    {"cpus", NOTE, CLOSED, NOTHING, "AllowedCPUs="},
    {"isolated", OK, INTEL, NOTHING, "No CPU"},
    {"isolated", NOTE, ISOLATED, NOTHING, "CPUs 3"},

    {"governor", UNKNOWN, INTEL, NOTHING, "could not look"},
    {"governor", OK, INTEL, FILES(FREQ(0, "intel_pstate", "powersave")),
     "intel_pstate, powersave"},
    {"governor", OK, AMD, FILES(FREQ(0, "amd-pstate-epp", "powersave")), ""},
    {"governor", OK, AMD, FILES(FREQ(0, "acpi-cpufreq", "schedutil")), ""},
    {"governor", WARN, AMD, FILES(FREQ(0, "acpi-cpufreq", "powersave")),
     "lowest"},
    {"governor", WARN, INTEL, FILES(FREQ(0, "intel_cpufreq", "powersave")),
     "lowest"},
    {"governor", NOTE, AMD,
     FILES(FREQ(0, "acpi-cpufreq", "conservative"),
           POLICY "0/scaling_available_governors=a conservative "),
     "Available here: a conservative ."},
    {"governor", NOTE, AMD,
     FILES(FREQ(0, "acpi-cpufreq", "ondemand"),
           FREQ(12, "acpi-cpufreq", "performance")),
     "different governors"},

    {"energy-preference", UNKNOWN, INTEL, NOTHING, "could not look"},
    {"energy-preference", OK, AMD, FILES(FREQ(0, "acpi-cpufreq", "ondemand")),
     "to set"},
    {"energy-preference", OK, INTEL,
     FILES(FREQ(0, "intel_pstate", "powersave"), EPP(0, "balance_performance")),
     "balance_performance"},
    {"energy-preference", NOTE, INTEL,
     FILES(FREQ(0, "intel_pstate", "powersave"), EPP(0, "balance_power")),
     "lean"},
    {"energy-preference", WARN, INTEL,
     FILES(FREQ(0, "intel_pstate", "powersave"), EPP(0, "power")), "prefer to"},
    {"energy-preference", NOTE, INTEL,
     FILES(FREQ(0, "intel_pstate", "powersave"), EPP(0, "power"),
           FREQ(1, "intel_pstate", "powersave"), EPP(1, "performance")),
     "different"},

#define WANTS "etc/systemd/system/graphical.target.wants/"
    {"power-service", UNKNOWN, INTEL, NOTHING, "could not look"},
    {"power-service", OK, INTEL, FILES("run/systemd/units/"), ""},
    {"power-service", OK, INTEL, FILES("etc/systemd/system/"), ""},
    {"power-service", NOTE, INTEL, FILES(UNIT("tuned")), "tuned-adm"},
    {"power-service", NOTE, INTEL, FILES(UNIT("power-profiles-daemon")),
     "powerprofilesctl set"},
    {"power-service", NOTE, INTEL, FILES(UNIT("tlp")), "tlp.conf"},
    {"power-service", NOTE, INTEL, FILES(UNIT("auto-cpufreq")), "A service se"},
    {"power-service", NOTE, INTEL,
     FILES(WANTS "power-profiles-daemon.service>/nowhere"), "will set"},
    {"power-service", OK, INTEL,
     FILES(WANTS "tuned.service>/nowhere", "run/systemd/units/"), ""},
    {"power-service", NOTE, INTEL, FILES("proc/7/comm=power-profiles-\n"),
     "power-profiles-daemon"},
    {"power-service", UNKNOWN, INTEL, FILES("proc/7/comm=tunedx\n"), ""},

    {"irqbalance", UNKNOWN, INTEL, NOTHING, "could not look"},
    {"irqbalance", OK, INTEL, FILES("run/systemd/units/"), ""},
    {"irqbalance", NOTE, INTEL, FILES(UNIT("irqbalance")), "moves interrupts"},
    {"irqbalance", NOTE, INTEL,
     FILES("etc/systemd/system/multi-user.target.wants/irqbalance.service>/n"),
     "starts at boot"},
    {"irqbalance", NOTE, INTEL, FILES("proc/7/comm=irqbalance\n"), "BANNED"},

    {"nested", UNKNOWN, INTEL, NOTHING, "could not look"},
    {"nested", OK, INTEL, FILES("sys/module/kvm_intel/parameters/nested=Y\n"),
     ""},
    {"nested", OK, AMD, FILES("sys/module/kvm_amd/parameters/nested=1\n"), ""},
    {"nested", NOTE, INTEL,
     FILES("sys/module/kvm_amd/parameters/nested=1\n",
           "sys/module/kvm_intel/parameters/nested=N\n"),
     "kvm_intel nested=1"},
    {"nested", NOTE, AMD, FILES("sys/module/kvm_amd/parameters/nested=0\n"),
     "kvm_amd nested=1"},
    {"nested", NOTE, INTEL, FILES("sys/module/kvm_intel/parameters/nested=N\n"),
     "kvm_intel nested=1"},
};

/* The host of a tree, without hwloc and libpci. */
static void probe(const struct rootdir *dir, unsigned how, struct host *host)
{
    bool is_amd = how & AMD;
    struct hook_faults faults = {0};

    *host = (struct host){.arena = dir->arena, .root = dir->path};
    host->cpu.vendor = how & NO_CPU ? ""
                       : is_amd     ? "AuthenticAMD"
                                    : "GenuineIntel";
    host->cpu.has_vmx = !is_amd && !(how & (NO_CPU | NO_FLAGS));
    host->cpu.has_svm = is_amd && !(how & (NO_CPU | NO_FLAGS));
    host->cpu.has_flags = !(how & NO_CPU);
    host->cpu.has_smt = how & SMT;
    if (how & CLOSED)
        CPU_SET(4, &host->cpu.online);
    if (how & OFFLINE)
        CPU_SET(3, &host->cpu.offline);
    if (how & ISOLATED)
        CPU_SET(3, &host->cpu.isolated);
    host->pci.group_count = how & GROUPS ? 1 : 0;
    host->pci.problem = how & PCI_BROKEN ? "broken" : NULL;
    memory_probe(dir->root, dir->arena, &host->memory);
    kernel_probe(dir->root, dir->arena, &host->kernel);
    bootloader_probe(dir->root, dir->arena, &host->bootloader);
    hooklint_read(host, dir->root, dir->arena, &faults);
    check_host(host, dir->root, &faults, dir->arena, &host->findings);
    hooklint_free(&faults);
}

static bool is_tested(const struct finding *finding)
{
    for (size_t i = 0; i < ARRAY_SIZE(specs); i++)
        if (strcmp(specs[i].id, finding->id) == 0 &&
            specs[i].verdict == finding->verdict)
            return true;
    print_error("untested: %s, %s\n", finding->id,
                verdict_name(finding->verdict));
    return false;
}

/* A sentence for people: it ends, and no line of ours is too long. */
static void look_at(const struct finding *finding)
{
    const char *fix = finding->fix, *recipe = finding->recipe;

    assert_with(*finding->text && strlen(finding->text) <= 38, finding->text);
    assert_with(*finding->why && str_ends(finding->why, "."), finding->why);
    assert_with(*finding->source != '\0', finding->id);
    assert_with(finding->verdict < WARN || *fix, finding->text);
    assert_with(finding->verdict != OK || !*fix, finding->text);
    assert_with(finding->verdict != OK || !*recipe, finding->text);
    assert_with(!*recipe || str_ends(recipe, "\n"), recipe);
    assert_false(has(finding->text, "\n") || has(finding->detail, "\n") ||
                 has(fix, "\n"));
}

static bool says(const struct finding *finding, const char *part)
{
    return has(finding->text, part) || has(finding->detail, part) ||
           has(finding->fix, part) || has(finding->recipe, part) ||
           has(finding->why, part);
}

static void check_one(const struct spec *spec)
{
    struct rootdir *dir = rootdir_new(spec->files);
    size_t found = 0;
    struct host host;

    probe(dir, spec->how, &host);
    for (size_t i = 0; i < host.findings.count; i++) {
        const struct finding *finding = &host.findings.list[i];

        look_at(finding);
        assert_true(is_tested(finding));
        if (strcmp(finding->id, spec->id) != 0)
            continue;
        found++;
        if (finding->verdict != spec->verdict || !says(finding, spec->says))
            print_error("%s with %s: not %s \"%s\" but %s: %s (%s) %s\n%s\n",
                        spec->id, spec->files[0], verdict_name(spec->verdict),
                        spec->says, verdict_name(finding->verdict),
                        finding->text, finding->detail, finding->fix,
                        finding->recipe);
        assert_int_equal(finding->verdict, spec->verdict);
        assert_true(says(finding, spec->says));
    }
    assert_int_equal(found, 1);
    rootdir_free(dir);
}

static void every_verdict(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(specs); i++)
        check_one(&specs[i]);
}

/* What is on every made-up host is tested, and says where it was read. */
static void whole_hosts(void **state)
{
    (void)state;
    for (size_t i = 0; host_names[i]; i++) {
        struct host *host = host_load(host_names[i]);

        for (size_t j = 0; j < host->findings.count; j++) {
            look_at(&host->findings.list[j]);
            assert_true(is_tested(&host->findings.list[j]));
        }
        host_free(host);
    }
}

/* Ids are names for scripts: none twice. */
static void ids_are_unique(void **state)
{
    struct host *host = host_load(host_names[0]);
    const struct findings *findings = &host->findings;

    (void)state;
    for (size_t i = 0; i < findings->count; i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(findings->list[i].id, findings->list[j].id);
    host_free(host);
}

static void libvirt(void **state)
{
    static const struct {
        struct libvirt_facts facts;
        enum verdict version, hooks;
        const char *detail, *text;
    } rows[] = {
        {{0}, UNKNOWN, UNKNOWN, "not connected", "could not look"},
        {{"qemu:///system", 9000000, 7002018, true, NULL},
         OK,
         OK,
         "9.0.0, QEMU 7.2.18",
         "runs hooks here"},
        {{"qemu:///system", 6005000, 0, true, NULL},
         OK,
         OK,
         "6.5.0",
         "runs hooks"},
        {{"qemu:///system", 6004999, 0, true, NULL},
         WARN,
         OK,
         "6.4.999",
         "hooks"},
        {{"qemu:///session", 9000000, 0, false, NULL},
         OK,
         NOTE,
         "9",
         "no hooks"},
        {{"test:///a/b.xml", 9000000, 2, false, NULL},
         OK,
         NOTE,
         "9.0.0",
         "no hooks"},
        {{"qemu+ssh://root@a/system", 9000000, 0, false, "a"},
         OK,
         NOTE,
         "9.0.0",
         "on another host"},
        {{"qemu:///system", 0, 0, true, NULL},
         UNKNOWN,
         OK,
         "not",
         "runs hooks"},
    };
    struct arena *arena = arena_new();
    struct findings findings = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        libvirt_judge(&rows[i].facts, arena, &findings);
        assert_int_equal(findings.count, 2); /* answered anew, not again */
        assert_int_equal(findings.list[0].verdict, rows[i].version);
        assert_int_equal(findings.list[1].verdict, rows[i].hooks);
        assert_true(has(findings.list[0].detail, rows[i].detail));
        assert_true(has(findings.list[1].text, rows[i].text));
        assert_false(has(findings.list[1].detail, "b.xml"));
        look_at(&findings.list[0]);
        look_at(&findings.list[1]);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verdict),
        cmocka_unit_test(whole_hosts),
        cmocka_unit_test(ids_are_unique),
        cmocka_unit_test(libvirt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
