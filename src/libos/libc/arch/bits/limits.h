/* DYAD_PAGE_SIZE of the address map. */
#define PAGESIZE 4096
