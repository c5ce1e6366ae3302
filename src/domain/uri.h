/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The URI of a connection (https://libvirt.org/uri.html), as far as it tells
 * on which machine the libvirt is that it leads to.
 */
#ifndef DOMAIN_URI_H
#define DOMAIN_URI_H

#include <stdbool.h>

struct uri {
    char transport[16]; /* "ssh", "" */
    char user[64];      /* "" if none is named */
    char host[256];     /* "host.example", "::1", "" */
    char port[8];       /* "" if none is named */
    bool has_socket;    /* a socket of its own, which may lead anywhere */
};

/*
 * Takes a URI apart. False if it is none (an alias of libvirt.conf), or one of
 * its parts is too long or has characters that no such part has.
 */
bool uri_parse(const char *text, struct uri *uri);

/* True if it can only be the libvirt of this machine, at its usual place. */
bool uri_is_local(const struct uri *uri);

/* True for "localhost", 127.0.0.1 and the like: what may be forwarded. */
bool uri_is_loopback(const struct uri *uri);

#endif
