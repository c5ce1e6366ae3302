/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of test_rule.c: the guest's memory. Included within its table; the
 * macros are of these rows alone.
 */
/* clang-format off: a table's rows alone are no C */
#define BACKING(more) "<memoryBacking>" more "</memoryBacking>"
#define VIRTIOFS                                                  \
    "<devices><filesystem type='mount'><driver type='virtiofs'/>" \
    "</filesystem></devices>"
#define VHOSTUSER(device) \
    "<devices><" device " type='vhostuser'/></devices>"
#define CELL(access)                                        \
    "<cpu><numa><cell id='0' cpus='0' memory='1' memAccess='" \
    access "'/></numa></cpu>"
#define MEMFD_PAGES                                                   \
    "<memoryBacking><hugepages><page size='2048'/></hugepages><source " \
    "type='memfd'/></memoryBacking>"
#define ODD_CELLS                                                 \
    "<memory unit='MiB'>1024</memory><cpu><numa><cell id='0' "    \
    "cpus='0' memory='513' unit='MiB'/><cell id='1' cpus='1' "    \
    "memory='511' unit='MiB'/></numa></cpu>"

    {"hugepages", VERDICT_FAIL, SMALL, 1, "", "", GIB PAGES("4096"), NULL},
    {"hugepages", VERDICT_FAIL, SMALL, 1, "", "",
     "<memory>1025</memory>" PAGES("2048"), pages_enough},
    {"hugepages", VERDICT_NOTE, SMALL, 1, "", "",
     "<memory>1048500</memory>" PAGES("2048"), pages_rounded},
    {"hugepages", VERDICT_FAIL, SMALL, 1, "", "",
     "<memory>1048500</memory>" NUMA PAGES("2048"), pages_rounded},
    {"hugepages", VERDICT_NOTE, SMALL, 1, "", "",
     "<memory>1048500</memory>" PAGES("2048"), pages_enough},
    {"hugepages", VERDICT_FAIL, SMALL, 1, "", "",
     "<memory>1048500</memory>" MEMFD_PAGES, pages_enough},
    {"hugepages", VERDICT_NOTE, SMALL, 1, "", "",
     "<memory>1048500</memory>" MEMFD_PAGES, pages_again},
    {"hugepages", VERDICT_FAIL, SMALL, 1, "", "",
     "<maxMemory>1048500</maxMemory><memory>1048500</memory>" MEMFD_PAGES,
     pages_again},
    {"hugepages", VERDICT_NOTE, SMALL, 2, "", "",
     ODD_CELLS PAGES("2048"), pages_of_odd_cells},
    {"hugepages", VERDICT_FAIL, SMALL, 2, "", "", ODD_CELLS MEMFD_PAGES,
     pages_enough},
    {"hugepages", VERDICT_FAIL, SMALL, 2, "", "",
     "<devices><memory model='dimm'><target><size unit='MiB'>3</size>"
     "</target></memory></devices>" MEMFD_PAGES, pages_enough},
    {"hugepages", SILENT, SMALL, 2, "", "",
     "<devices><memory model='dimm'><source><pagesize>4</pagesize></source>"
     "<target><size unit='MiB'>3</size></target></memory></devices>"
     "<memory unit='MiB'>5</memory>" MEMFD_PAGES, pages_enough},
    {"hugepages", VERDICT_WARN, SMALL, 1, "", "", GIB PAGES("2048"),
     pages_short},
    {"hugepages", VERDICT_WARN, SMALL, 1, "", "", GIB PAGES("2048"),
     pages_none},
    {"hugepages", VERDICT_WARN, SMALL, 1, "", "", GIB PAGES("2048"),
     pages_tight},
    {"hugepages", VERDICT_OK, SMALL, 1, "", "", GIB PAGES("2048"),
     pages_reserved},
    {"hugepages", SILENT, SMALL, 1, "", "", GIB PAGES("2048"), pages_enough},
    {"hugepages", SILENT, SMALL, 1, "", "", GIB PAGES("2048"),
     pages_short_running},
    {"hugepages", SILENT, SMALL, 1, "", "", GIB, pages_short},
    {"hugepages", VERDICT_NOTE, SMALL, 1, "", "",
     GIB "<memoryBacking><hugepages/></memoryBacking>", NULL},
    {"memory-values", VERDICT_FAIL, SMALL, 1, "", "",
     BACKING("<hugepages/><source type='anonymous'/>"), NULL},
    {"memory-values", VERDICT_FAIL, SMALL, 1, "", "",
     BACKING("<hugepages/><allocation mode='ondemand'/>"), NULL},
    {"memory-values", VERDICT_FAIL, SMALL, 1, "", "", VIRTIOFS, NULL},
    {"memory-values", SILENT, SMALL, 1, "", "",
     BACKING("<access mode='shared'/>") VIRTIOFS, NULL},
    {"memory-values", VERDICT_FAIL, SMALL, 1, "", "", NUMA VIRTIOFS, NULL},
    {"memory-values", SILENT, SMALL, 1, "", "",
     BACKING("<access mode='shared'/>") NUMA VIRTIOFS, NULL},
    {"memory-values", SILENT, SMALL, 1, "", "", CELL("shared") VIRTIOFS, NULL},
    {"memory-values", VERDICT_FAIL, SMALL, 1, "", "",
     BACKING("<access mode='shared'/>") CELL("private") VIRTIOFS, NULL},
    {"memory-values", VERDICT_FAIL, SMALL, 1, "", "", VHOSTUSER("disk"), NULL},
    {"memory-values", VERDICT_FAIL, SMALL, 1, "", "",
     BACKING("<access mode='shared'/>") VHOSTUSER("disk"), private_memory},
    {"memory-values", SILENT, SMALL, 1, "", "",
     BACKING("<access mode='shared'/>") VHOSTUSER("disk"), NULL},
    {"memory-values", VERDICT_WARN, SMALL, 1, "", "", VHOSTUSER("interface"),
     NULL},
    {"memory-values", SILENT, SMALL, 1, "", "",
     BACKING("<access mode='shared'/>") VHOSTUSER("interface"), NULL},
    {"memory-values", VERDICT_WARN, SMALL, 1, "", "",
     "<devices><video><driver name='vhostuser'/></video></devices>", NULL},
    {"memory-values", SILENT, SMALL, 1, "", "",
     BACKING("<allocation mode='ondemand'/><source type='anonymous'/>"), NULL},
