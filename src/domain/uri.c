/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the text of a URI, gives its parts: driver[+transport]://[user@][host]
 * [:port]/[path][?parameters]. Asks nobody.
 */
#include "domain/uri.h"

#include "base/str.h"

#include <ctype.h>
#include <string.h>

static bool take(char *to, size_t size, const char *from, size_t length)
{
    if (length >= size)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (!isalnum((unsigned char)from[i]) && !strchr("-._~:%", from[i]))
            return false;
        to[i] = from[i];
    }
    to[length] = '\0';
    return true;
}

static bool take_server(struct uri *uri, const char *server, size_t length)
{
    const char *at = memchr(server, '@', length), *end = server + length;
    const char *host = at ? at + 1 : server;
    const char *close = memchr(host, ']', (size_t)(end - host));
    const char *colon;

    if (at &&
        !take(uri->user, sizeof(uri->user), server, (size_t)(at - server)))
        return false;
    if (*host == '[' && close) {
        host++;
        if (!take(uri->host, sizeof(uri->host), host, (size_t)(close - host)))
            return false;
        colon = close + 1 < end && close[1] == ':' ? close + 1 : NULL;
    } else {
        colon = memchr(host, ':', (size_t)(end - host));
        if (!take(uri->host, sizeof(uri->host), host,
                  (size_t)((colon ? colon : end) - host)))
            return false;
    }
    return !colon || take(uri->port, sizeof(uri->port), colon + 1,
                          (size_t)(end - colon - 1));
}

bool uri_parse(const char *text, struct uri *uri)
{
    const char *colon = strstr(text, "://");
    const char *plus = colon ? memchr(text, '+', (size_t)(colon - text)) : NULL;
    const char *query = strchr(text, '?');

    *uri = (struct uri){.has_socket = query && (strstr(query, "?socket=") ||
                                                strstr(query, "&socket="))};
    if (!colon || (plus && !take(uri->transport, sizeof(uri->transport),
                                 plus + 1, (size_t)(colon - plus - 1))))
        return false;
    return take_server(uri, colon + 3, strcspn(colon + 3, "/?#"));
}

bool uri_is_local(const struct uri *uri)
{
    return !*uri->host && !uri->has_socket &&
           (!*uri->transport || strcmp(uri->transport, "unix") == 0);
}

bool uri_is_loopback(const struct uri *uri)
{
    return strcmp(uri->host, "localhost") == 0 ||
           str_starts(uri->host, "127.") || strcmp(uri->host, "::1") == 0;
}
