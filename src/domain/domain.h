/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A domain: its XML as it was read, and what virt-tune understands of it.
 * What it does not understand stays in the XML, untouched.
 */
#ifndef DOMAIN_DOMAIN_H
#define DOMAIN_DOMAIN_H

#include "base/cpuset.h"
#include "base/err.h"
#include "domain/conn.h"
#include "domain/xml.h"

#include <stdbool.h>

enum guest_kind {
    GUEST_UNKNOWN,
    GUEST_WINDOWS,
    GUEST_LINUX,
    GUEST_OTHER, /* known, and none of these */
    GUEST_KIND_COUNT,
};

struct guest_topology {
    unsigned sockets, dies, cores, threads; /* all 0: the domain has none */
};

/* One disk that an I/O thread can serve: virtio-blk. */
struct domain_disk {
    const char *target; /* "vda" */
    unsigned iothread;  /* 0 if none is assigned */
    bool has_mapping;   /* spread over I/O threads by <iothreads>: left so */
};

enum rom_bar { ROM_BAR_DEFAULT, ROM_BAR_ON, ROM_BAR_OFF };

/* A PCI function of the host: <hostdev type='pci'>. */
struct domain_hostdev {
    const char *address; /* "0000:01:00.0" */
    unsigned boot;       /* <boot order>; 0: none */
    enum rom_bar rom_bar;
    const char *rom_file; /* or NULL: what the card has */
};

/* A USB device of the host: <hostdev type='usb'>. */
struct domain_usb {
    unsigned vendor, product; /* both 0: named by its address alone */
    unsigned bus, device;     /* the address; both 0: none is named */
    bool is_optional;         /* the domain starts without it */
};

struct domain_iothread {
    unsigned id;
    cpu_set_t cpus; /* empty: not pinned */
};

struct domain {
    struct arena *arena;
    struct xml *xml;
    const char *path;   /* the file it was read from, or NULL: from libvirt */
    const char *remote; /* whose libvirt that is (conn_remote), or NULL */
    const char *name, *title; /* printable */
    const char *uuid;    /* canonical; "" if a file has none, or no valid one */
    const char *machine; /* "pc-q35-7.2", or "" */
    const char *osinfo;  /* libosinfo's id, or "" */
    enum guest_kind guest;
    bool is_running;
    bool is_gone; /* only the journal knows it: this is what it was last */
    bool has_autostart;
    bool has_saved_image; /* managed save: it wins over a new definition */
    int snapshot_count;   /* each with a definition of its own; -1: not known */
    const char *type;     /* "kvm"; "" if it says none */
    bool is_kvm;

    unsigned vcpus;         /* the maximum */
    unsigned vcpus_current; /* at start */
    cpu_set_t *vcpupin;     /* one of each vCPU; empty: not pinned */
    cpu_set_t vcpu_cpuset;  /* <vcpu cpuset>: where the unpinned ones float */
    cpu_set_t emulatorpin;  /* empty: not pinned */
    unsigned iothread_count;
    struct domain_iothread *iothreads;
    struct guest_topology topology;
    const char *cpu_mode; /* "host-passthrough", "" if there is no <cpu> */
    struct domain_disk *disks;
    size_t disk_count;
    struct domain_hostdev *hostdevs;
    size_t hostdev_count;
    struct domain_usb *usbs;
    size_t usb_count;
    bool has_os_boot; /* <os><boot>: excludes <boot order> of devices */
    unsigned long memory_kib;
    unsigned long hard_limit_kib; /* <memtune><hard_limit>; 0: none */
    bool is_unprivileged; /* its libvirt runs as a user: qemu:///session */
    int node;             /* the node that <numatune> names first, or -1 */
    bool has_guest_numa;  /* <cpu><numa>: memory is split over cells */

    /*
     * Hyper-V features that this connection offers to this domain, ended by
     * NULL; NULL if libvirt does not say (before 9.0, or from a file).
     */
    const char **hyperv_offered;
    const char **hyperv_details; /* the same of "stimer_direct" (11.9) */
    const char **memory_sources; /* "memfd", "file", "anonymous" */
    bool lacks_host_passthrough; /* libvirt says so */
    bool is_pc;                  /* x86, or it does not say */
    unsigned long libvirt_version, qemu_version; /* 9000000; 0: not known */
};

struct domain_summary {
    const char *name, *uuid; /* printable */
    const char *lookup;      /* the exact name, for domain_load */
    bool is_running;
    struct domain *domain; /* NULL if it could not be read */
    const char *problem;   /* then the reason */
};

/* True if the argument names a file: it contains a '/' or ends in ".xml". */
bool domain_is_path(const char *argument);

/* Reads and parses a file. */
struct domain *domain_load_file(const char *path, struct err *err);

/*
 * Reads the inactive, secure XML of a stored domain (secrets included; a
 * read-only connection gives it without) and asks what the host offers it.
 */
struct domain *domain_load(const struct conn *conn, const char *name,
                           struct err *err);

/*
 * The definition that a domain runs with (the live XML; no secrets), or NULL
 * with a sentence: not there, not running, or libvirt does not answer.
 */
struct domain *domain_load_live(const struct conn *conn, const char *uuid,
                                struct err *err);

/* The address that a <hostdev> names, "0000:01:00.0"; NULL: no PCI. */
const char *domain_pci_address(struct arena *arena, const xmlNode *hostdev);

/* What a <hostdev type='usb'> names. */
struct domain_usb domain_usb(struct arena *arena, const xmlNode *hostdev);

/* Parses XML that stands for a domain; the text is copied. */
struct domain *domain_parse(const char *text, size_t length, struct err *err);
void domain_free(struct domain *domain); /* NULL is allowed */

/* The inactive XML of a domain as libvirt has it now; free it. */
char *domain_read_xml(const struct conn *conn, const char *uuid,
                      struct err *err);

/* The bytes of a file as they are now (at most XML_TEXT_MAX); free it. */
char *domain_read_file(const char *path, size_t *length, struct err *err);

/*
 * All domains of a connection in order of their names. A domain that cannot
 * be read is listed with the reason. Free with domain_list_free.
 */
struct domain_summary *domain_list(const struct conn *conn, size_t *count,
                                   struct err *err);
void domain_list_free(struct domain_summary *list, size_t count);

/*
 * A size in KiB, rounded up, from an element's attribute or, with `name` NULL,
 * its content, in the unit of its attribute "unit" (formatdomain, "memory":
 * KiB if absent). 0 if it is not understood.
 */
unsigned long domain_size_kib(const xmlNode *node, const char *name);

/* True if KVM or QEMU runs it, or it does not say who does. */
bool domain_is_qemu(const struct domain *domain);

/* True if some vCPU is pinned. */
bool domain_is_pinned(const struct domain *domain);

/* "Windows", "Linux", "other", "unknown" */
const char *guest_kind_name(enum guest_kind kind);

/* The kind that "windows", "linux", "other" name, else GUEST_UNKNOWN. */
enum guest_kind guest_kind_find(const char *name);

#endif
