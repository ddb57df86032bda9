/* SPDX-License-Identifier: MIT */
/* audit: an object for LD_AUDIT (rtld-audit(7)) that lets everything be. */
#include <link.h>

__attribute__((visibility("default"))) unsigned int
la_version(unsigned int version)
{
    return version;
}

__attribute__((visibility("default"))) unsigned int
la_objopen(struct link_map *map, Lmid_t list, uintptr_t *cookie)
{
    (void)map;
    (void)list;
    (void)cookie;
    return LA_FLG_BINDTO | LA_FLG_BINDFROM;
}
